"""Metrics: what happened is counted, and no label names a vehicle, a driver or a place."""

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from devices.samples import Payload
from streams import metrics

SECRET = ("FLEET-X", "VEHICLE-Y", "DRIVER-Z", "48.1234", "8.4321")


def told():
    families = text_string_to_metric_families(metrics.exposition().decode())
    return [sample for family in families for sample in family.samples]


def value(name, **labels):
    return next((sample.value for sample in told() if sample.name == name and sample.labels == labels), 0.0)


@pytest.fixture
def river(rivers, tmp_path):
    return rivers.River(tmp_path, rivers.judged())


def payload(t, seq, speed=100, vehicle=SECRET[1]):
    body = (
        f'{{"v":1,"boot":"b","seq":{seq},"driver":"{SECRET[2]}","t":{t},"speed_kmh":{speed},'
        f'"speed_limit_kmh":50,"lat_deg":{SECRET[3]},"lon_deg":{SECRET[4]}}}'
    )
    return Payload(f"tripmeter/v1/{SECRET[0]}/{vehicle}/telemetry", body.encode(), 0.0)


def test_no_label_names_anybody_or_any_place(river):
    river.embedded.take([payload([1000 + k for k in range(90)], 1), Payload("x", b"", 0.0)])
    river.embedded.take([payload([900], 2), payload([1000], 3, speed=30)])
    river.drain()
    text = metrics.exposition().decode()
    assert not any(secret in text for secret in SECRET)
    labels = {name for sample in told() for name in sample.labels}
    assert labels <= {
        "result",
        "reason",
        "kind",
        "priority",
        "change",
        "sink",
        "partition",
        "version",
        "what",
        "status",
        "le",
    }
    assert not re.search(r"\d{4,}", " ".join(v for s in told() for k, v in s.labels.items() if k != "le"))


def test_what_happened_is_counted(river):
    names = {
        "samples": ("tripmeter_samples_total", {}),
        "late": ("tripmeter_late_samples_total", {}),
        "conflicts": ("tripmeter_conflicts_total", {}),
        "accepted": ("tripmeter_payloads_total", {"result": "accepted"}),
        "repeated": ("tripmeter_payloads_total", {"result": "repeated"}),
        "unreadable": ("tripmeter_quarantined_total", {"reason": "undecodable"}),
        "events": ("tripmeter_events_total", {"kind": "speeding"}),
        "settled": ("tripmeter_settled_vehicles_total", {}),
    }
    before = {name: value(metric, **labels) for name, (metric, labels) in names.items()}
    fast = payload([1000 + k for k in range(90)], 1)
    unreadable = Payload(fast.topic, b"{", 0.0)
    river.embedded.take([fast, fast, unreadable, payload([1089], 2, speed=99)])
    river.embedded.take([payload([1100 + k for k in range(90)], 3)])
    river.embedded.take([payload([900], 4)])
    river.drain()
    after = {name: value(metric, **labels) - before[name] for name, (metric, labels) in names.items()}
    assert after == {
        "samples": 181,
        "late": 1,
        "conflicts": 1,
        "accepted": 4,
        "repeated": 1,
        "unreadable": 1,
        "events": 1,
        "settled": 1,
    }
    assert metrics.total(metrics.SAMPLES) >= 181


class Somebody:
    """A partition that is looked at."""

    def __init__(self, **gauges):
        self.seen = gauges

    def gauges(self):
        return {f"tripmeter_{name}": value for name, value in self.seen.items()}

    def waiting(self):
        return {"mqtt": (2, 1500.0), "webhook": (0, 0.0)}


def test_a_partition_is_shown_while_it_is_ours():
    watched, heir = Somebody(vehicles=3, event_time_seconds=1189.0), Somebody(vehicles=4)
    metrics.PARTITIONS.watch(991, watched)
    assert value("tripmeter_event_time_seconds", partition="991") == 1189.0
    assert value("tripmeter_outbox_rows", partition="991", sink="mqtt") == 2
    assert value("tripmeter_outbox_oldest_time_seconds", partition="991", sink="mqtt") == 1500.0
    assert not [one for one in told() if one.name.endswith("oldest_time_seconds") and one.labels["sink"] == "webhook"]
    metrics.PARTITIONS.watch(991, heir)
    metrics.PARTITIONS.forget(991, watched)  # closed after the other was opened
    assert value("tripmeter_vehicles", partition="991") == 4
    metrics.PARTITIONS.forget(991, heir)
    assert not [one for one in told() if one.labels.get("partition") == "991"]


def test_a_river_says_how_far_it_is(river):
    before = river.embedded.gauges()
    assert "tripmeter_event_time_seconds" not in before
    river.embedded.take([payload([1000 + k for k in range(90)], 1)])
    river.embedded.take([payload([900], 2)])
    found = river.embedded.gauges()
    assert set(found) == set(metrics.OF_A_PARTITION)
    moved = {name: found[f"tripmeter_{name}"] for name in ("vehicles", "unsaved_vehicles", "unsettled_vehicles")}
    assert moved == {"vehicles": 1, "unsaved_vehicles": 1, "unsettled_vehicles": 1}
    assert found["tripmeter_event_time_seconds"] == 1089.0
    river.drain()
    after = river.embedded.gauges()
    assert after["tripmeter_unsaved_vehicles"] == after["tripmeter_unsettled_vehicles"] == 0
    assert after["tripmeter_snapshot_time_seconds"] >= before["tripmeter_snapshot_time_seconds"]


def test_the_disk_of_the_data_folder_is_shown_once_it_is_known(tmp_path):
    before, metrics.DISK.folder = metrics.DISK.folder, None
    assert not [one for one in told() if one.name == "tripmeter_disk_free_bytes"]
    metrics.DISK.folder = tmp_path / "not" / "yet"
    assert 0 < value("tripmeter_disk_free_bytes") <= value("tripmeter_disk_size_bytes")
    metrics.DISK.folder = before
