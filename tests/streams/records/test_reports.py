"""Reports: alarms that devices hold or raise at once are an event an episode, whatever the order, and one alert."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.samples import DeviceEvent, Samples
from streams.records import reports
from streams.records.reports import JOIN_S, Span
from streams.store import schema


@pytest.fixture
def river(rivers, tmp_path):
    return rivers.River(tmp_path, rivers.judged())


def said(rivers, times, *events, vehicle="V"):
    """Samples of a vehicle at ``times`` (s from the start) and what its device raised: (t, kind, level[, code])."""
    raised = [DeviceEvent(0, rivers.START + t, kind, level, *code) for t, kind, level, *code in events]
    t = rivers.START + np.array(times, float)
    columns = {"speed": np.full(t.size, 10.0)}
    return Samples([("f", vehicle)], np.zeros(t.size, np.int64), t, columns, events=raised)


def send(rivers, river, *parts, size=1):
    for part in parts:
        for payload in rivers.payloads(part, size=size, boot=str(river.store.position)):
            river.embedded.take([payload])


def raised(river):
    rows = [row for row in river.rows(schema.events) if row["source"] == "device"]
    return sorted((row["kind"], row["subject"], row["start"], row["end"], row["level"]) for row in rows)


def told(river):
    return [(row["address"].split("/alert/")[1], json.loads(row["body"])) for row in river.rows(schema.outbox)]


def test_an_alarm_held_for_an_hour_in_720_packets_is_one_event_and_one_alert(rivers, river):
    times = np.arange(0, 3600, 5)
    send(rivers, river, said(rivers, times, *[(t, "sos", 3) for t in times.tolist()]))
    assert raised(river) == [("sos", "", rivers.START, rivers.START + 3595, 3)]
    (alert,) = river.rows(schema.alerts)
    assert (alert["priority"], alert["count"]) == ("critical", 1)
    assert [address for address, _ in told(river)] == ["sos"]


def test_three_alarms_in_one_packet_are_three_events_and_three_alerts(rivers, river):
    send(rivers, river, said(rivers, [0], (0, "sos", 3), (0, "power_cut", 2), (0, "fatigue", 2)))
    assert len(raised(river)) == 3
    assert sorted(alert["kind"] for alert in river.rows(schema.alerts)) == ["fatigue", "power_cut", "sos"]
    assert sorted(address for address, _ in told(river)) == ["fatigue", "power_cut", "sos"]


def test_a_report_sent_again_is_no_news(rivers, river):
    part = said(rivers, [0], (0, "sos", 3))
    send(rivers, river, part)
    before = raised(river), river.rows(schema.alerts), told(river)
    send(rivers, river, part)
    assert (raised(river), river.rows(schema.alerts), told(river)) == before


def test_a_longer_pause_is_another_event_of_the_same_alert(rivers, river):
    send(rivers, river, said(rivers, [0, JOIN_S, 3 * JOIN_S], *[(t, "sos", 3) for t in (0, JOIN_S, 3 * JOIN_S)]))
    assert [row[2] - rivers.START for row in raised(river)] == [0, 3 * JOIN_S]
    (alert,) = river.rows(schema.alerts)
    assert alert["count"] == 2


def test_a_late_report_joins_two_episodes_and_one_before_renames_the_first(rivers, river):
    send(rivers, river, said(rivers, [100], (100, "sos", 3)), said(rivers, [300], (300, "sos", 3)))
    assert len(raised(river)) == 2
    send(rivers, river, said(rivers, [200], (200, "sos", 3)))
    assert raised(river) == [("sos", "", rivers.START + 100, rivers.START + 300, 3)]
    send(rivers, river, said(rivers, [50], (50, "sos", 2)))
    assert raised(river) == [("sos", "", rivers.START + 50, rivers.START + 300, 3)]
    (alert,) = river.rows(schema.alerts)
    assert (alert["first_seen"], alert["last_seen"], alert["count"]) == (rivers.START + 50, rivers.START + 300, 1)


def test_a_code_is_an_episode_of_its_own(rivers, river):
    send(rivers, river, said(rivers, [0], (0, "door", 1, "front"), (1, "door", 1, "rear")))
    assert [row[1] for row in raised(river)] == ["front", "rear"]


def test_what_the_device_finds_stands_beside_what_we_find(rivers, river):
    """It braked harder than it should; so says the device, and so do we: two events, two alerts."""
    t = rivers.START + np.arange(12.0)
    speed = np.concatenate([np.full(6, 25.0), 25.0 - 4.5 * np.arange(1, 5), [7.0, 7.0]])
    samples = Samples(
        [("f", "V")],
        np.zeros(12, np.int64),
        t,
        {"speed": speed},
        events=[DeviceEvent(0, rivers.START + 7, "harsh_braking", 2)],
    )
    send(rivers, river, samples)
    rows = [row for row in river.rows(schema.events) if row["kind"] == "harsh_braking"]
    assert sorted((row["source"], row["subject"]) for row in rows) == [("derived", ""), ("device", "device")]
    addresses = {row["address"].split("/alert/")[1] for row in river.rows(schema.outbox)}
    assert addresses == {"harsh_braking", "harsh_braking/device"}


def test_a_kind_nobody_has_heard_of_is_alerted_by_its_level(rivers, river):
    send(rivers, river, said(rivers, [0], (0, "door/open +", 3), (0, "lane#1", 1)))
    (alert,) = river.rows(schema.alerts)
    assert (alert["kind"], alert["priority"]) == ("door/open +", "warning")
    assert [address for address, _ in told(river)] == ["door_open _"]


def test_settling_leaves_what_devices_raised_alone(rivers, river):
    send(rivers, river, said(rivers, [0, 10], (5, "sos", 3)), said(rivers, [100]), said(rivers, [50]))
    before = raised(river)
    river.drain()
    assert raised(river) == before
    assert [alert["kind"] for alert in river.rows(schema.alerts)] == ["sos"]


def test_an_alarm_is_where_it_began(rivers, river):
    places = [(48.0, 8.4), (48.1, 8.5), None]
    for k in (1, 0, 2):
        part = said(rivers, [30 * k])
        part.events.append(DeviceEvent(0, rivers.START + 30 * k, "sos", 3, place=places[k]))
        send(rivers, river, part)
    (row,) = river.rows(schema.events)
    assert (row["lat_deg"], row["lon_deg"]) == (48.0, 8.4)
    assert told(river)[-1][1]["event"]["lat_deg"] == 48.0


instants = st.lists(st.integers(0, 2_000), min_size=1, max_size=12)


@given(instants, st.randoms(use_true_random=False), st.data())
def test_joining_bit_by_bit_in_any_order_is_joining_at_once(times, order, data):
    spans = [Span(float(t), float(t), 1 + t % 3, (t % 7, k)[: 2 * (k % 2)]) for k, t in enumerate(times)]
    expected = reports.joined(spans)
    order.shuffle(spans)
    found: list[Span] = []
    while spans:
        cut = data.draw(st.integers(1, len(spans)))
        found, spans = reports.joined([*found, *spans[:cut]]), spans[cut:]
    assert found == expected


@pytest.mark.parametrize("seed", range(3))
def test_any_order_framing_and_repetition_of_reports_gives_the_same_tables(rivers, tmp_path, seed):
    rng, judged = np.random.default_rng(seed), rivers.judged()
    times = np.cumsum(rng.choice([5.0, 60.0, 119.999, 120.0, 120.001, 400.0], 60))
    kinds = rng.choice(["sos", "tow", "lane_departure_warning"], 60)
    events = [(float(t), str(k), int(rng.integers(1, 4))) for t, k in zip(times, kinds, strict=True)]
    whole = with_drivers(said(rivers, times, *events), ["D1", "D2"], rng.choice([-2, -1, -1, 0, 1], 60))
    river = rivers.River(tmp_path, judged)
    sent = [payload for size in (1, 7) for payload in rivers.payloads(whole, size=size, boot=str(size))]
    for k in rng.permutation(len(sent)):
        river.embedded.take([sent[k]])
        if rng.random() < 0.1:
            river.crash()
    river.drain()
    assert rivers.differences(rivers.replayed([whole], judged, river.source), river.tables()) == {}


def drivers(river):
    rows = sorted(river.rows(schema.events), key=lambda row: row["start"])
    return {row["start"]: row["driver_id"] for row in rows if row["source"] == "device"}


def with_drivers(samples, names, said):
    return replace(samples, drivers=list(names), driver=np.array(said))


def test_an_alarm_is_of_whoever_drove_then(rivers, river):
    part = said(rivers, [0, 10, 20, 30], *[(t, f"k{t}", 3) for t in (0, 5, 10, 20, 25)])
    send(rivers, river, with_drivers(part, ["D1", "D2"], [0, -1, 1, -2]))
    assert list(drivers(river).values()) == ["D1", "D1", "D1", "D2", None]


def test_what_was_raised_after_the_newest_sample_is_of_whom_the_next_one_names(rivers, river):
    first = with_drivers(said(rivers, [0, 10], (15, "sos", 3)), ["D1"], [0, -1])
    send(rivers, river, first)
    assert drivers(river) == {rivers.START + 15: "D1"}
    river.crash()
    send(rivers, river, with_drivers(said(rivers, [20]), ["D2"], [0]))
    assert drivers(river) == {rivers.START + 15: "D2"}
    (alert,) = river.rows(schema.alerts)
    assert alert["driver_id"] == "D2"


def test_late_data_corrects_who_drove_and_that_is_on_record(rivers, river):
    send(rivers, river, said(rivers, [0, 10, 20], (15, "sos", 3)))
    assert drivers(river) == {rivers.START + 15: None}
    send(rivers, river, with_drivers(said(rivers, [5]), ["D1"], [0]))
    river.drain()
    assert drivers(river) == {rivers.START + 15: "D1"}
    (change,) = [row for row in river.rows(schema.revisions) if row["table_name"] == "events"]
    assert (change["change"], json.loads(change["before"])["driver_id"]) == ("replaced", None)


def test_references_to_pictures_are_kept_whatever_the_order(rivers, river):
    for k, media in ((2, "b.jpg"), (0, None), (1, "a.mp4"), (3, "b.jpg")):
        part = said(rivers, [30 * k])
        part.events.append(DeviceEvent(0, rivers.START + 30 * k, "sos", 3, media=media))
        send(rivers, river, part)
    (row,) = river.rows(schema.events)
    assert row["media"] == "a.mp4\nb.jpg"


def test_an_event_that_is_renamed_or_joined_is_on_record_as_it_was(rivers, river):
    send(rivers, river, said(rivers, [100], (100, "sos", 3)), said(rivers, [300], (300, "sos", 3)))
    assert not river.rows(schema.revisions)
    send(rivers, river, said(rivers, [320], (320, "sos", 3)))
    assert not river.rows(schema.revisions)  # it only lasts longer
    send(rivers, river, said(rivers, [200], (200, "sos", 3)))
    send(rivers, river, said(rivers, [50], (50, "sos", 3)))
    changes = [row["change"] for row in river.rows(schema.revisions)]
    assert changes == ["retracted", "retracted", "new"]
    assert json.loads(river.rows(schema.revisions)[0]["before"])["start"] == rivers.START + 300


def test_after_a_restart_all_that_no_sample_has_followed_is_still_in_doubt(rivers, river):
    first = with_drivers(said(rivers, [0, 10], (12, "sos", 3), (15, "power_cut", 3)), ["D1"], [0, -1])
    send(rivers, river, first)
    river.drain()
    river.crash()
    send(rivers, river, with_drivers(said(rivers, [20]), ["D2"], [0]))
    assert set(drivers(river).values()) == {"D2"}
