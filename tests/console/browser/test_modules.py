"""Modules that work something out again in the browser agree with the Python that has worked it out before."""

from decimal import Decimal

import numpy as np
import pytest

from pricing.ladder import Ladder, climb
from streams.fleets.positions import from_gcj02

pytestmark = pytest.mark.stack


@pytest.fixture
def asked(tab):
    """Runs the body of an async function in a page; ``at(NAME)`` loads one of our modules."""
    one = tab("")
    one.expected = ("401",)
    one.page.goto(one.url)
    one.page.get_by_role("button", name="Sign in").wait_for()
    return one.run


def test_places_are_moved_for_chinese_tiles_and_back_to_a_decimetre(asked):
    draw = np.random.default_rng(1)
    places = [(float(draw.uniform(100, 125)), float(draw.uniform(20, 45))) for _ in range(200)]
    moved = asked(
        """const { meta } = await at('lib/session.js');
        meta.value = { ...meta.value, tiles: { ...meta.value.tiles, datum: 'gcj02' } };
        const { drawn } = await at('map/datum.js');
        return given.map(([lon, lat]) => drawn(lon, lat));""",
        places,
    )
    lon, lat = (np.array(column) for column in zip(*moved, strict=True))
    back_lat, back_lon = from_gcj02(lat, lon)
    assert np.abs(back_lat - [lat for _, lat in places]).max() < 1e-6
    assert np.abs(back_lon - [lon for lon, _ in places]).max() < 1e-6
    assert np.abs(lon - [lon for lon, _ in places]).max() > 1e-3


def premium(draw):
    """Steps as a rating makes them."""
    ladder = Ladder()
    ladder.add(
        "standing",
        "per_day",
        "start",
        Decimal(int(draw.integers(1, 999_999))).scaleb(-4),
        "days",
        str(draw.integers(1, 366)),
    )
    for _ in range(6):
        ladder.add("standing", "factor", "times", Decimal(int(draw.integers(5_000, 20_000))).scaleb(-4))
    ladder.add("premium", "technical", "sum", Decimal(1))
    ladder.add("premium", "fixed", "plus", Decimal(int(draw.integers(0, 99_999))).scaleb(-3))
    ladder.add("premium", "variable", "divide", Decimal(int(draw.integers(500, 999))).scaleb(-3))
    low, high = sorted(Decimal(int(draw.integers(0, 9_999_999))).scaleb(-4) for _ in range(2))
    within = min(max(ladder.steps[-1].amount, low), high)
    ladder.add("premium", "change_cap", "cap", within, "allowed", f"{low:f} to {high:f}")
    least = max(within, low)
    ladder.add("premium", "minimum_cap", "cap", least, "allowed", f"{low:f} to Infinity")
    ladder.add("premium", "rounding", "round", Decimal("0.01"), "mode", "ROUND_HALF_EVEN")
    return ladder.steps


def test_steps_make_the_same_cent_in_the_browser(asked):
    draw = np.random.default_rng(2)
    premiums = [premium(draw) for _ in range(200)]
    told = [[{name: str(value) for name, value in step._asdict().items()} for step in steps] for steps in premiums]
    found = asked("const { climb } = await at('lib/ladder.js'); return given.map(climb);", told)
    assert found == [{"ok": True, "amount": str(climb(steps))} for steps in premiums]


def test_a_step_that_shows_another_amount_is_found(asked):
    steps = premium(np.random.default_rng(3))
    told = [{name: str(value) for name, value in step._asdict().items()} for step in steps]
    for step, name, said in ((2, "amount", steps[2].amount + Decimal("0.000001")), (-3, "value", "0 to 0.001")):
        other = [*told]
        other[step] = told[step] | {name: str(said)}
        assert asked("const { climb } = await at('lib/ladder.js'); return climb(given).ok;", other) is False


def test_a_stop_is_where_the_vehicle_stood_for_a_minute_and_no_silence(asked):
    speeds = [50.0] * 10 + [0.0] * 90 + [None] + [50.0] * 9 + [0.0] * 59 + [50.0] * 11 + [0.4] * 70
    times = [*range(180), *range(180, 250)]
    times[200:] = [t + 3_000 for t in times[200:]]  # nothing was heard for 50 min while it stood
    found = asked("const { stops } = await at('lib/stops.js'); return stops(...given);", [times, speeds])
    assert found == [{"start": 10, "s": 91}]
    times[200:] = [t - 3_000 for t in times[200:]]
    found = asked("const { stops } = await at('lib/stops.js'); return stops(...given);", [times, speeds])
    assert found == [{"start": 10, "s": 91}, {"start": 180, "s": 69}]


def test_the_base_of_a_factor_is_written_as_numbers_are(asked):
    names = ["1000000.0", "0.25", "tractor", "2 to 3"]
    told = asked("const { level } = await at('views/factors.js'); return given.map(level);", names)
    assert [told[0], told[1], told[3]] == ["1,000,000", "0.25", "2 – 3"]
