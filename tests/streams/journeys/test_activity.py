"""Activity: what is driving, what is idling, and whose it is."""

import numpy as np
import pytest
from hypothesis import given, settings

from streams.journeys import activity
from streams.journeys.activity import DRIVE, IDLE

from .drawn import ACTIVITY

KMH = 1 / 3.6


@pytest.fixture(scope="session")
def run(kit):
    """(kind, driver, start, end) of every interval, closed or open, from the start of the drive."""

    def run(*batches):
        rows, state = kit.run(activity, activity.INTERVAL, *batches)
        found = np.concatenate([rows, activity.open_rows(state, np.arange(state.size))])
        found.sort(order="start")
        return [(int(r["kind"]), int(r["driver"]), r["start"] - kit.start, r["end"] - kit.start) for r in found]

    return run


def at_1hz(kit, *legs, **columns):
    v = np.concatenate([np.full(seconds, kmh * KMH) for kmh, seconds in legs])
    return kit.conditioned(kit.start + np.arange(v.size), v, **columns)


def test_a_red_light_is_driving_and_a_delivery_is_not(kit, run):
    drive = at_1hz(kit, (0, 10), (50, 100), (0, 119), (50, 100), (0, 121), (50, 100))
    assert run(drive) == [(DRIVE, -1, 9, 328), (DRIVE, -1, 449, 549)]


def test_standing_with_the_engine_on_is_idling_from_its_first_moment(kit, run):
    drive = at_1hz(kit, (50, 100), (0, 150), (50, 100), ignition=1.0)
    assert run(drive) == [(DRIVE, -1, 0, 99), (IDLE, -1, 100, 249), (DRIVE, -1, 249, 349)]


def test_standing_with_the_engine_off_or_unknown_is_rest(kit, run):
    for ignition in (np.r_[[1.0] * 100, [0.0] * 150, [1.0] * 100], np.nan):
        assert [kind for kind, *_ in run(at_1hz(kit, (50, 100), (0, 150), (50, 100), ignition=ignition))] == [
            DRIVE,
            DRIVE,
        ]


def test_a_short_silence_between_two_moving_samples_is_bridged(kit, run):
    for silence, count in ((300, 1), (301, 2)):
        t = kit.start + np.r_[np.arange(100.0), 99 + silence + np.arange(100.0)]
        assert len(run(kit.conditioned(t, 20.0))) == count


def test_nothing_is_idling_over_a_silence(kit, run):
    t = kit.start + np.r_[np.arange(300.0), 299 + 9 * 3600 + np.arange(300.0)]
    found = run(kit.conditioned(t, 0.0, ignition=1.0))
    assert found == [(IDLE, -1, 0, 299), (IDLE, -1, 299 + 9 * 3600, 598 + 9 * 3600)]


def test_drivers_who_swap_under_way_divide_the_time(kit, run):
    driver = np.r_[[1] * 400, [2] * 300, [1] * 300]
    found = run(at_1hz(kit, (50, 1000), driver=driver))
    assert found == [(DRIVE, 1, 0, 399), (DRIVE, 2, 399, 699), (DRIVE, 1, 699, 999)]


def test_a_drive_handed_over_needs_no_new_proof(kit, run):
    driver = np.r_[[1] * 95, [2] * 205]
    found = run(at_1hz(kit, (50, 100), (0, 200), driver=driver))
    assert found == [(DRIVE, 1, 0, 94), (DRIVE, 2, 94, 99)]


def test_with_the_ignition_on_the_first_metre_is_driving(kit, run):
    assert run(at_1hz(kit, (0, 10), (5, 20), (0, 10), ignition=1.0)) == [(DRIVE, -1, 9, 29)]


def test_idling_begins_to_count_at_two_minutes(kit, run):
    for seconds, kinds in ((120, []), (121, [IDLE])):
        assert [kind for kind, *_ in run(at_1hz(kit, (0, seconds), ignition=1.0))] == kinds


def test_the_ignition_is_not_known_after_a_silence(kit, run):
    t = kit.start + np.r_[np.arange(300.0), 299 + 9 * 3600 + np.arange(300.0)]
    ignition = np.r_[[1.0], np.full(599, np.nan)]
    assert run(kit.conditioned(t, 0.0, ignition=ignition)) == [(IDLE, -1, 0, 299)]


def test_drivers_who_swap_at_a_stand_divide_there(kit, run):
    driver = np.r_[[1] * 130, [2] * 330]
    found = run(at_1hz(kit, (50, 100), (0, 60), (50, 300), driver=driver, said_driver=driver))
    assert found == [(DRIVE, 1, 0, 99), (DRIVE, 2, 159, 459)]


def test_drivers_assigned_one_after_the_other_share_a_drive_out_whole(kit, run):
    """And what is told of one who was named before, or of idling, goes on end to end too."""
    driver, named = np.r_[[1] * 130, [2] * 330, [3] * 400], np.r_[[-1] * 200, [2] * 100, [-1] * 560]
    legs = ((50, 100), (0, 60), (50, 300), (0, 400))
    found = run(at_1hz(kit, *legs, driver=driver, said_driver=named, ignition=1.0))
    idle = [(IDLE, 3, 460, 859)]
    assert found == [(DRIVE, 1, 0, 99), (DRIVE, 2, 99, 199), (DRIVE, 2, 199, 299), (DRIVE, 2, 299, 459), *idle]
    halves = np.r_[[1] * 700, [2] * 160]
    assert run(at_1hz(kit, *legs, driver=halves, ignition=1.0))[1:] == [(IDLE, 1, 460, 699), (IDLE, 2, 699, 859)]


def test_walking_is_not_driving(kit, run):
    v = np.full(1000, 5 * KMH)
    v[::30] = 12 * KMH
    assert run(kit.conditioned(kit.start + 5 * np.arange(1000.0), v)) == []


def test_with_the_ignition_on_a_jam_is_driving(kit, run):
    legs = [(5, 20), (0, 100)] * 10
    assert run(at_1hz(kit, (30, 60), *legs, ignition=1.0)) == [(DRIVE, -1, 0, 1159)]


def test_the_live_view_shows_the_open_drive(kit):
    _, state = kit.run(activity, activity.INTERVAL, at_1hz(kit, (50, 100), (0, 30)))
    is_open, start, last = activity.driving(state)
    assert is_open.tolist() == [False, True, False, False]
    assert (start[1], last[1]) == (kit.start, kit.start + 99)
    assert np.isnan(start[0])
    assert np.isnan(last[0])


@given(ACTIVITY.drives)
@settings(max_examples=60)
def test_intervals_do_not_overlap_and_those_told_while_open_are_the_ones_closed(kit, run, legs):
    batch = ACTIVITY.batch(kit, legs)
    found = run(batch)
    edges = [edge for _, _, start, end in found for edge in (start, end)]
    assert edges == sorted(edges)
    assert all(end > start for _, _, start, end in found)
    keys = {interval[:3] for interval in found}
    for cut in range(0, batch.t.size, 7):
        _, state = kit.run(activity, activity.INTERVAL, kit.part(batch, 0, cut))
        still = activity.open_rows(state, np.arange(state.size))
        assert {(int(r["kind"]), int(r["driver"]), r["start"] - kit.start) for r in still} <= keys
