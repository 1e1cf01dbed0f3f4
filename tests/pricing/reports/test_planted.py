"""Losses of which it is known what they were, reported as people report: late, by the day, wrong, or not at all."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from pricing.reports.recall import believed, chance, recall
from pricing.reports.traces import FOUND, traces, unreported

START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS, VEHICLES = 120, 60
WINDOW = timedelta(hours=12)
HOW = (
    "to the minute",
    "hours off",
    "by the day",
    "day wrong",
    "place wrong",
    "minor",
    "parked",
    "scraped",
    "unreported",
)
TOLD = dict(zip(HOW, (24, 12, 12, 10, 6, 16, 16, 40, 12), strict=True))


@pytest.fixture(scope="module")
def planted():
    """Claims, events, trips, and what each claim was: the event it is of, none of a parked one."""
    return plant(np.random.default_rng(11))


def plant(chance):
    made = Made(chance)
    slots = iter(chance.permutation(VEHICLES * (DAYS // 10 - 2)))
    for how, count in TOLD.items():
        for _ in range(count):
            vehicle, part = divmod(int(next(slots)), DAYS // 10 - 2)
            made.loss(how, f"v{vehicle}", START + timedelta(days=10 + 10 * part, hours=8 + 8 * chance.random()))
    return made.frames()


class Made:
    """What a fleet leaves behind; everybody drives from eight to five, brakes hard now and then, some into a crash."""

    def __init__(self, chance):
        self.chance, self.claims, self.events, self.truth = chance, [], [], {}
        for vehicle in range(VEHICLES):
            for day in range(DAYS):
                for _ in range(chance.poisson(2.0)):
                    at = START + timedelta(days=day, hours=8 + 9 * chance.random())
                    self.event("harsh_braking", 3 if chance.random() < 0.1 else 2, f"v{vehicle}", at)
            for _ in range(chance.poisson(0.2)):  # the device saw a crash, and there was none
                at = START + timedelta(days=float(chance.integers(DAYS)), hours=8 + 9 * chance.random())
                self.event("crash", 2, f"v{vehicle}", at, "unconfirmed")

    def event(self, kind, level, vehicle, at, quality=""):
        self.events.append(("f", vehicle, f"e{len(self.events)}", kind, level, at, quality, 48.0, 9.0))
        return self.events[-1][2]

    def loss(self, how, vehicle, at):
        kinds = {"minor": ("harsh_braking", 3), "parked": None, "scraped": None}
        seen = kinds.get(how, ("crash", 2))
        name = self.event(*seen, vehicle, at) if seen else None
        if how == "unreported":
            self.truth[name] = how
            return
        claim = f"c{len(self.claims)}"
        self.truth[claim] = name
        self.claims.append((claim, "f", vehicle, "own_damage", *self.told(how, at)))

    def told(self, how, at):
        """When it is said to have happened and when that was said, often weeks later, and where."""
        off = {"hours off": (-10, 10), "day wrong": (20, 60)}.get(how, (-0.2, 0.2))
        said = at + timedelta(hours=self.chance.uniform(*off))
        said = said.replace(hour=0, minute=0, second=0, microsecond=0) if how == "by the day" else said
        said = said + timedelta(hours=12) if how == "parked" else said
        place = {"to the minute": 48.0, "hours off": 48.0, "place wrong": 52.0}.get(how)
        return said, max(at, said) + timedelta(days=1 + float(self.chance.integers(40))), place, place and 9.0

    def frames(self):
        names = ("claim_id", "fleet_id", "vehicle_id", "cover", "loss_at", "reported_at", "place_lat", "place_lon")
        claims = pl.DataFrame(self.claims, list(names), orient="row", infer_schema_length=None)
        names = ("fleet_id", "vehicle_id", "event_id", "kind", "level", "start", "quality", "lat_deg", "lon_deg")
        events = pl.DataFrame(self.events, list(names), orient="row")
        trips = [
            ("f", f"v{v}", f"t{v}-{d}", START + timedelta(days=d, hours=8), START + timedelta(days=d, hours=17))
            for v in range(VEHICLES)
            for d in range(DAYS)
        ]
        names = ["fleet_id", "vehicle_id", "trip_id", "start", "end"]
        return claims, events, pl.DataFrame(trips, names, orient="row"), self.truth


@pytest.fixture(scope="module")
def judged(planted):
    """What is found of the claims, beside the truth."""
    claims, events, trips, truth = planted
    found = traces(claims, events, trips, WINDOW)
    return found.with_columns(pl.Series("truth", [truth[claim] for claim in found["claim_id"]], pl.String))


def test_crashes_are_found_however_they_were_told(planted, judged):
    crashed = judged.join(planted[1].select("event_id", truth_kind="kind"), left_on="truth", right_on="event_id")
    crashed = crashed.filter(pl.col("truth_kind") == "crash")
    right = (crashed["event_id"] == crashed["truth"]).fill_null(False)
    assert crashed.height == 64
    assert right.sum() >= 60  # recall of reported crashes: 94 %


def test_a_higher_confidence_is_more_often_right(planted, judged):
    right = [share(judged, name) for name in FOUND]
    assert right == sorted(right, reverse=True)
    assert right[0] == 1.0
    assert right[1] > 0.9 > right[2]


def share(judged, confidence):
    rows = judged.filter(pl.col("confidence") == confidence)
    return (rows["event_id"] == rows["truth"]).fill_null(False).mean()


def test_what_is_told_of_a_confidence_is_near_the_truth(planted, judged):
    claims, events, trips, _ = planted
    told = believed(judged, chance(judged.drop("truth"), claims, events, trips, WINDOW))
    right = told["right"].to_list()
    assert right == sorted(right, reverse=True)
    assert right == pytest.approx([share(judged, name) for name in FOUND], abs=0.15)


def test_losses_never_seen_are_the_crashes_nobody_told_of(planted):
    claims, events, trips, truth = planted
    never = unreported(claims, events, trips, WINDOW).filter(pl.col("confidence") == "sure")["event_id"].to_list()
    planted_ones = {event for event, how in truth.items() if how == "unreported"}
    assert planted_ones <= set(never)
    assert len(never) <= len(planted_ones) + 4


def test_recall_of_all_is_told_with_its_interval(planted, judged):
    claims, events, trips, _ = planted
    whole = recall(judged, chance(judged.drop("truth"), claims, events, trips, WINDOW)).row(0, named=True)
    assert whole["losses"] == 136
    assert whole["low"] < whole["found"] < whole["high"]
    assert whole["by_chance"] < 0.3
