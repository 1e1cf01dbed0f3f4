"""Bench: its pieces run at tiny sizes, and the page says what the results say."""

import json

import numpy as np
import pytest

from bench import drives, kernels, load, page, replay
from bench.measure import interleaved, quantiles
from bench.running import Delivered
from devices import packets
from devices.codecs import decode
from streams.chain import LINKS


def test_kernels_and_what_stands_beside_them():
    found = kernels.measure(vehicles=3, each=50, repeats=1)
    assert list(found) == [*(link.name for link in LINKS), "chain", "numpy brakes", "one column", "every column"]
    assert all(np.isfinite(cost) for cost in found.values())


def test_a_replay_by_stage(tmp_path):
    drives.write(tmp_path / "fleet.parquet", vehicles=2, each=600)
    found = replay.measure(tmp_path / "fleet.parquet", None, repeats=1)
    assert (found["rows"], found["samples"]) == (1200, 1200)
    assert set(replay.BOUND) <= found["ns_sample"].keys()


@pytest.mark.parametrize("samples", [1, 10])
def test_packets_of_the_load_are_payloads_with_instants_that_ascend_from_round_to_round(samples):
    plan = load.Plan(6, 2, samples, 1.0, 1_763_786_400, 10, round=4)
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
