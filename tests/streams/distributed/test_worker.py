"""Worker: partitions taken over, fed with frames and given up, over stores of their own; Kafka is played by a list."""

import math

import pytest
from sqlalchemy.exc import OperationalError

from streams.distributed.arrived import Frame
from streams.distributed.worker import GivenUpError, Worker
from streams.river.partition import Partition
from streams.store import schema, upkeep
from streams.store.store import Fenced, Store

from ..house import frame, telemetry


def test_each_partition_keeps_its_own_record_and_goes_on_where_it_was(house):
    worker = house.worker()
    assert worker.own({0, 1}) == {0: 0, 1: 0}
    worker.turn([frame(0, 0, telemetry("A", 0)), frame(1, 0, telemetry("B", 0)), frame(0, 1, telemetry("A", 1))])
    worker.close()
    assert [row["vehicle_id"] for row in house.rows(0, upkeep.vehicles)] == ["A"]
    assert [row["vehicle_id"] for row in house.rows(1, upkeep.vehicles)] == ["B"]
    assert house.worker().own({0, 1}) == {0: 2, 1: 1}


def test_what_was_taken_is_skipped_and_what_lies_behind_a_gap_comes_again(house):
    worker = house.worker()
    worker.own({0})
    worker.turn([frame(0, 0, telemetry("A", 0)), frame(0, 2, telemetry("A", 2))])
    assert worker.positions == {0: 1}
    worker.turn([frame(0, k, telemetry("A", k)) for k in range(3)])
    assert worker.positions == {0: 3}
    assert len(house.rows(0, schema.payloads)) == 3


def test_who_has_been_replaced_can_write_no_more(house):
    zombie, heir = house.worker(), house.worker()
    zombie.own({0})
    zombie.turn([frame(0, 0, telemetry("A", 0))])
    heir.own({0})
    zombie.turn([frame(0, 1, telemetry("A", 7))])
    assert zombie.positions == {}
    assert len(house.rows(0, schema.payloads)) == 1
    heir.turn([frame(0, 1, telemetry("A", 1))])
    assert heir.positions == {0: 2}


def test_a_new_deal_keeps_what_stays_and_gives_up_the_rest(house):
    worker = house.worker()
    worker.own({0, 1})
    worker.turn([frame(0, 0, telemetry("A", 0)), frame(1, 0, telemetry("B", 0))])
    worker.pause()
    worker.turn([frame(0, 1, telemetry("A", 1))])  # comes again
    assert worker.own({0, 2}) == {0: 1, 2: 0}
    assert house.taken_over == [0, 1, 2]


def test_who_slept_through_a_new_deal_takes_over_again(house):
    sleeper, other = house.worker(), house.worker()
    sleeper.own({0})
    other.own({0})
    other.turn([frame(0, 0, telemetry("A", 0))])
    assert sleeper.own({0}) == {0: 1}


def test_an_ack_follows_the_commit(house):
    worker = house.worker()
    worker.own({0})
    worker.turn([frame(0, 0, telemetry("A", 4))])
    assert house.published == [("tripmeter/v1/f/A/ack", b'{"boot":"b","seqs":[[4,4]]}')]


def test_the_last_acks_are_told_on_the_way_out(house):
    worker = house.worker()
    worker.own({0})
    for offset in range(3):  # within the second for which a vehicle is told once
        worker.turn([frame(0, offset, telemetry("A", offset))])
    worker.close()
    assert house.published[1:] == [("tripmeter/v1/f/A/ack", b'{"boot":"b","seqs":[[1,2]]}')]


def test_a_broken_frame_leaves_as_a_dead_letter_and_the_next_goes_on(house):
    worker = house.worker()
    worker.own({0})
    worker.turn([Frame(0, 0, b"no frame at all"), frame(0, 1, telemetry("A", 0))])
    assert worker.positions == {0: 2}
    assert len(house.rows(0, schema.payloads)) == 1
    (letter,) = [row for row in house.rows(0, schema.outbox) if row["sink"] == "dead_letters"]
    assert letter["body"] == b"no frame at all"
    assert letter["address"].startswith("0/0: frame: 15 bytes")


def test_a_payload_that_breaks_the_pipeline_costs_its_own_frame_only(house, monkeypatch):
    def breaks(self, samples):
        if any(vehicle == ("f", "poison") for vehicle in samples.vehicles):
            raise ZeroDivisionError
        return run(self, samples)

    from streams.pipeline.pipeline import Pipeline

    run = Pipeline.run
    monkeypatch.setattr(Pipeline, "run", breaks)
    worker = house.worker()
    worker.own({0})
    worker.turn([frame(0, 0, telemetry("A", 0)), frame(0, 1, telemetry("poison", 0)), frame(0, 2, telemetry("A", 1))])
    assert worker.positions == {0: 3}
    assert [row["vehicle_id"] for row in house.rows(0, upkeep.vehicles)] == ["A"]
    (letter,) = [row for row in house.rows(0, schema.outbox) if row["sink"] == "dead_letters"]
    assert letter["address"] == "0/1: ZeroDivisionError"
    assert len(house.begun) == 3  # and not a time a frame: that takes a second


def test_a_database_that_is_away_is_no_frames_fault(house, monkeypatch):
    """The process ends, and whoever comes next finds the frames in Kafka and not among the dead letters."""

    def away(*_arguments):
        raise OperationalError("SELECT", {}, Exception("network error"))

    worker = house.worker()
    worker.own({0})
    with monkeypatch.context() as broken, pytest.raises(OperationalError):
        broken.setattr(Partition, "take", away)
        worker.turn([frame(0, 0, telemetry("A", 0)), frame(0, 1, telemetry("A", 1))])
    assert house.rows(0, schema.outbox) == []
    heir = house.worker()
    assert heir.own({0}) == {0: 0}
    heir.turn([frame(0, 0, telemetry("A", 0)), frame(0, 1, telemetry("A", 1))])
    assert heir.positions == {0: 2}


def test_told_to_stop_while_the_database_takes_nothing_it_gives_up_and_says_so(house, monkeypatch):
    def full(*_arguments):
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    worker = house.worker()
    worker.own({0, 1})
    worker.turn([frame(0, 0, telemetry("A", 0))])
    with monkeypatch.context() as broken:
        broken.setattr(Store, "commit", full)
        worker.turn([frame(0, 1, telemetry("A", 1)), frame(1, 0, telemetry("B", 0))])
        with pytest.raises(GivenUpError, match="partition 0 stays as it is on record"):
            worker.close()
    assert house.worker().own({0, 1}) == {0: 1, 1: 0}


def test_what_nobody_finished_whoever_comes_next_does(house):
    """A partition that was given up in a new deal, and taken by nobody before all stopped."""
    calm, hurried = house.worker(), house.worker()
    for number, worker in enumerate((calm, hurried)):
        worker.own({number})
        for offset, seq in enumerate((0, 3, 9, 1, 2, 12, 7)):  # some are late
            worker.turn([frame(number, offset, telemetry("A", seq))])
    calm.close()
    hurried.pause()
    hurried.own(set())
    hurried.close()
    assert house.rows(1, schema.segments) != house.rows(0, schema.segments)
    last = house.worker()
    last.own({1})
    last.close()
    for table in (schema.segments, schema.trips, schema.intervals, schema.events, schema.alerts):
        assert house.rows(1, table) == house.rows(0, table), table.name


def test_a_database_that_comes_back_is_gone_on_with(house, monkeypatch):
    """Nothing is taken over again, no frame is lost, and none counts twice."""
    house.stopping, worker = False, house.worker()
    worker.own({0})
    worker.turn([frame(0, 0, telemetry("A", 0))])
    broken = iter([True, False, True, False])

    def breaks(method):
        def run(self, *arguments):
            found = method(self, *arguments)
            if next(broken, False):
                raise OperationalError("SELECT", {}, Exception("network error"))
            return found

        return run

    monkeypatch.setattr(Partition, "take", breaks(Partition.take))
    monkeypatch.setattr(Partition, "turn", breaks(Partition.turn))
    worker.turn([frame(0, 1, telemetry("A", 1)), frame(0, 2, telemetry("A", 2))])
    worker.turn([frame(0, 3, telemetry("A", 3))])
    assert worker.positions == {0: 4}
    assert len(house.rows(0, schema.payloads)) == 4
    assert house.taken_over == [0]


def test_a_database_that_comes_back_as_anothers_is_let_go_of(house, monkeypatch):
    house.stopping, zombie, heir = False, house.worker(), house.worker()
    zombie.own({0})

    def breaks(self, *_arguments):
        heir.own({0})
        raise OperationalError("SELECT", {}, Exception("network error"))

    with monkeypatch.context() as broken:
        broken.setattr(Partition, "rest", breaks)
        zombie.turn([])
    assert zombie.positions == {}
    heir.turn([frame(0, 0, telemetry("A", 0))])
    assert heir.positions == {0: 1}


def test_who_is_replaced_while_taking_over_lets_go_of_that_partition_only(house):
    begin, heir = house.begin, house.worker()

    def slowly(number, store=None):
        taken = begin(number, store)
        if number == 0:
            heir.own({0})
            raise Fenced
        return taken

    worker = Worker(slowly, lambda *_: None)
    assert worker.own({0, 1}) == {1: 0}
    worker.turn([frame(0, 0, telemetry("A", 0)), frame(1, 0, telemetry("B", 0))])
    assert worker.positions == {1: 1}
    heir.turn([frame(0, 0, telemetry("A", 0))])
    assert heir.positions == {0: 1}


def test_who_takes_over_or_waits_for_the_database_is_not_stuck(house, monkeypatch):
    seen, begin, house.stopping = [], house.begin, False

    def watched(number, store=None):
        seen.append(worker.turned_at)
        return begin(number, store)

    worker = Worker(watched, lambda *_: None)
    worker.own({0})
    assert worker.turned_at < math.inf
    broken = iter([True])

    def breaks(self):
        if next(broken, False):
            raise OperationalError("SELECT", {}, Exception("network error"))
        return []

    monkeypatch.setattr(Partition, "turn", breaks)
    worker.turn([])
    worker.turn([])
    assert seen == [math.inf, math.inf]
    assert worker.turned_at < math.inf
