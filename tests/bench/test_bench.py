"""Bench: its pieces run at tiny sizes, and the page says what the results say."""

import json
from itertools import islice

import numpy as np
import pytest

from bench import beside, distributed_tables, drives, kernels, load, motion, page, rating, replay, scale, telemetry
from bench.measure import interleaved, quantiles
from bench.peers.detector import Detector, Said, State, decoded, look
from bench.peers.meter import Meter
from bench.running import Delivered
from devices import packets
from devices.codecs import decode
from streams.pipeline.chain import LINKS


def test_kernels_and_what_stands_beside_them():
    found = kernels.measure(vehicles=3, each=50, repeats=1)
    assert list(found) == [*(link.name for link in LINKS), "chain", "numpy brakes", "one column", "every column"]
    assert all(np.isfinite(cost) for cost in found.values())


def test_the_simulators_step_beside_copying_what_it_leaves():
    found = motion.measure(vehicles=1, hours=0.1, repeats=1)
    assert all(cost > 0 for cost in found.values())
    assert all(name in page.TABLES["motion"](found) for name in found)


def test_a_portfolio_rated_at_once_beside_one_by_one():
    found = rating.measure(part=200, parts=2, charged=50, repeats=1)
    assert found["vehicles"] == 400
    assert set(found["held_us"]) == {"1", "10", "100"}
    assert "400 vehicles rated again" in page.TABLES["rating"](found)


def test_a_replay_by_stage(tmp_path):
    drives.write(tmp_path / "fleet.parquet", vehicles=2, each=600)
    found = replay.measure(tmp_path / "fleet.parquet", None, repeats=1)
    assert (found["rows"], found["samples"]) == (1200, 1200)
    assert set(replay.BOUND) <= found["ns_sample"].keys()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("samples", [1, 10])
def test_packets_of_the_load_are_payloads_with_instants_that_ascend_from_round_to_round(samples, packed):
    plan = load.Plan(6, 2, samples, 1.0, 1_763_786_400, 10, round=4, packed=packed)
    newest = {}
    for packet in load.packets(plan):
        topic, mid, body = packets.publish(packet, *packets.split(packet, 0))
        reading = decode(body)
        assert len(reading.t) == samples
        assert mid > 0
        assert reading.t[0] > newest.get(topic, 1_763_786_400 + 30)
        newest[topic] = reading.t[-1]
    assert len(newest) == 2


def test_latency_is_to_the_first_look_that_saw_it_and_infinite_where_none_did():
    sent = np.array([0.0, 1.0, 2.0, 3.0])
    done = Delivered(sent, at=np.array([0.0, 1.5, 4.0]), counts=np.array([0, 2, 3]), cpu=1.0)
    assert done.latency.tolist() == [1.5, 0.5, 2.0, np.inf]
    assert quantiles(done.latency) == {"p50": 1.5, "p99": np.inf}


def test_works_take_turns():
    done = []
    interleaved({"a": lambda: done.append("a"), "b": lambda: done.append("b")}, 2, lambda: done.append("-"))
    assert "".join(done) == "-a-b" * 3


def test_the_page_says_what_the_results_say():
    text = page.PAGE.read_text("utf-8")
    for name, measured in json.loads(page.RESULTS.read_text()).items():
        assert page.table(name, measured) in text


@pytest.mark.parametrize("size", [10, 500])
def test_frames_of_the_bench_are_every_vehicles_next_payload_in_turn(size):
    said = [payload for frame in islice(telemetry.packed(size, vehicles=3), 4) for payload in decoded(frame)]
    assert [one.vehicle for one in said[:4]] == ["V0", "V1", "V2", "V0"]
    assert said[3].t[0] == pytest.approx(said[0].t[-1] + 0.1)
    assert {one.t.size for one in said} == {size}


def test_the_peers_detector_opens_and_closes_with_hysteresis_across_payloads():
    state, t = State(), np.arange(4.0)
    calm = np.zeros(4)
    assert look(state, Said("V", t, calm, calm)) == []
    (begun,) = look(state, Said("V", t, calm, np.array([0.0, -3.0, -3.5, -3.0])))
    assert (begun.kind, begun.start) == ("harsh_braking", 2.0)
    (over,) = look(state, Said("V", t + 4, calm, np.array([-4.0, -2.0, 0.0, 0.0])))
    assert (over.start, over.end, over.peak) == (2.0, 5.0, 4.0)
    assert [event.kind for event in look(state, Said("V", t, calm + 91, calm))] == ["speeding"]


def test_nothing_happens_in_the_frames_of_the_bench_so_that_all_do_the_same_work():
    detector = Detector()
    assert [event for frame in islice(telemetry.packed(50), 20) for event in detector.frame(frame)] == []


def test_the_meter_leaves_out_what_was_there_before_its_first_look():
    meter = Meter(5)
    for records in (3, 0, 1, 1, 1):
        meter.seen(records)
    assert meter.done
    assert meter.result()["records"] == 2


def test_whom_the_bench_cannot_measure_it_names():
    found = beside.run(quick=True)
    assert set(found) == {"skipped"}
    assert "not measured" in page.TABLES["peers"](found)


def test_a_million_vehicles_at_a_tiny_size(monkeypatch):
    monkeypatch.setattr(scale, "SIZES", (3, 5))
    monkeypatch.setattr(scale, "LEAST", 0)
    monkeypatch.setattr(scale, "available", lambda: 4.0 * scale.SPARE * scale.STATE.itemsize)
    found = scale.run()
    (three,) = found["sizes"]
    assert all(cost > 0 for cost in three["ns_sample"].values())
    assert found["no_room"] == [5]
    assert "no room" in page.TABLES["scale"](found)


def test_what_held_is_told_and_what_did_not():
    trial = {
        "samples_s": 1_000, "payloads_s": 100.0, "vehicles": 1_000, "behind_s": 0.2, "lost": 0, "held": True,
        "alert_ms": dict.fromkeys(("p50", "p95", "p99", "max"), 30.0), "cpu_ns_sample": {"worker": 5.0},
        "cores_others": 0.1, "mean_ms": dict.fromkeys(distributed_tables.NAMES, 7.0),
    }  # fmt: skip
    more = trial | {"held": False, "vehicles": 2_000, "behind_s": np.inf}
    shape = {"meaning": "10 samples", "trials": [trial, more], "full": more}
    killed = {"caught_up_s": 11.0, "lost": 0, "payloads": 100}
    told = distributed_tables.table({"tens": shape})
    assert "| begun anew at once | 11.0 | 100 | 0 |" in distributed_tables.recovery({"begun_anew": killed})
    assert told.startswith("**1,000 vehicles at 1 Hz**")
    assert "| **all of it, samples/s/core** | 200,000,000 |" in told
    assert "| 2,000 | 30 / 30 / 30 / 30 | inf | 0 | no |" in told
    assert distributed_tables.best({"trials": [more]}) is None
