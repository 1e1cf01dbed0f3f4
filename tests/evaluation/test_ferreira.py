"""Ferreira 2017: what the ordinary pipeline makes of video-labelled manoeuvres of a device in any position."""

import polars as pl
import pytest

from evaluation import ferreira
from evaluation.recordings import rules, run

MOUNTS = {"level": None, "on its side": [[0.0, 0.0, 1.0], [0.6, 0.8, 0.0], [-0.8, 0.6, 0.0]]}


def events(samples):
    return run([samples], rules())["events"]


@pytest.fixture(scope="module", params=MOUNTS)
def verdicts(request, shared_data):
    """(verdict on every label, manoeuvres outside of labels, events) of both trips, in a mount."""
    folder = shared_data / "driving" / "ferreira2017_labelled_imu"
    found, outside, told = [], 0, []
    for trip in ferreira.trips(folder, MOUNTS[request.param]):
        own = events(trip.samples)
        found += ferreira.judge(trip.labels, own)
        outside += ferreira.unlabelled(trip.labels, own)
        told.append(own)
    return found, outside, pl.concat(told)


def of(verdicts, *words):
    return [one for one in verdicts[0] if any(word in one.event_type for word in words)]


def test_both_trips_and_all_their_labels_are_read(verdicts):
    assert len(verdicts[0]) == 31


def test_every_aggressive_brake_turn_and_lane_change_is_found(verdicts):
    missed = [one for one in of(verdicts, "braking", "turn", "lane_change") if not one.found]
    assert len(of(verdicts, "braking", "turn", "lane_change")) == 20
    assert missed == []


def test_nothing_is_found_where_nothing_happened(verdicts):
    calm = [one for one in verdicts[0] if one.event_type == ferreira.CALM]
    assert len(calm) == 5
    assert not any(one.found for one in calm)


def test_outside_of_labels_there_are_only_the_lane_changes_back(verdicts):
    assert verdicts[1] == 2
    assert verdicts[2].filter(pl.col("kind") == "lane_change").height == 4


def test_kinds_are_right_as_far_as_a_device_without_a_speed_can_tell(verdicts):
    assert all(one.right for one in of(verdicts, "lane_change"))
    assert sum(one.right for one in of(verdicts, "turn")) >= 11  # of 12
    assert {one.told for one in of(verdicts, "braking")} == {("harsh_manoeuvre",)}


def test_accelerations_of_1_3_to_2_5_are_below_every_limit(verdicts):
    assert sum(one.found for one in of(verdicts, "acceleration")) == 0  # of 6: honest, not good


def test_no_manoeuvre_is_told_twice(verdicts):
    assert all(len(one.told) <= 1 for one in verdicts[0])


def test_trips_are_whichever_have_all_their_files(tmp_path):
    for name in ("labels_trip3", "gyro_trip3", "accel_with_gravity_trip3", "labels_trip12", "gyro_trip12", "notes"):
        (tmp_path / f"{name}.parquet").touch()
    assert ferreira.numbers(tmp_path) == [3]
