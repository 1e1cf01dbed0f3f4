"""Sparse feeds: a Traccar position in 30 s gives trips, km, speeding, night and hours; its blindness is no calm."""

from datetime import UTC, datetime
from itertools import pairwise

import msgspec
import numpy as np
import polars as pl
import pytest

from devices.samples import Payload, Samples
from pricing.explain import UNSEEN, unseen
from streams.cli import overview
from streams.explain import explain

NORTH = 1 / 111_195.08  # degrees of latitude a metre
KMH = 1 / 3.6
HOURS = 3
HARSH = ["harsh_braking", "harsh_acceleration", "harsh_cornering"]


def drive(rivers, brakes=0):
    """t, speed and latitude, each second, of three hours at night at 80 km/h, two minutes of it at 110, and a stand.

    ``brakes``: full brakings from 80 to 20 km/h, with as brisk a start after each.
    """
    n = HOURS * 3600
    v = 80 * KMH + 0.8 * np.sin(np.arange(n) / 40)
    v[4000:4120] = 110 * KMH
    for k in range(brakes):
        at = 600 + k * (n - 1200) // brakes
        v[at : at + 8] = np.array([65, 48, 32, 20, 35, 50, 65, 78]) * KMH
    v = np.concatenate([np.zeros(120), v, np.zeros(900)])
    return rivers.START + np.arange(v.size), v, 48 + np.cumsum(v) * NORTH


def dense(rivers, brakes=0, every=1):
    """What a device that speaks every second, or every so many, says of it."""
    t, v, lat = (column[::every] for column in drive(rivers, brakes))
    columns = {"speed": v, "lat": lat, "lon": np.full(t.size, 8.4), "speed_limit": np.full(t.size, 80 * KMH)}
    ignition = {"ignition": np.where(t < t[-1] - 600, 1.0, 0.0)}
    return Samples([("f", "V")], np.zeros(t.size, np.int64), t, columns | ignition, ["D"], np.zeros(t.size, np.int64))


def forwarded(rivers, brakes=0):
    """What Traccar forwards of it: a position in 30 s, in knots."""
    t, v, lat = drive(rivers, brakes)
    bodies = []
    for k in range(0, t.size, 30):
        said = {"ignition": bool(k < t.size - 600), "driverUniqueId": "D", "speedLimit": 80 / 1.852}
        when = datetime.fromtimestamp(t[k], UTC).isoformat()
        position = {"id": k + 1, "protocol": "jt808", "valid": True, "fixTime": when, "deviceTime": when}
        position |= {
            "latitude": float(lat[k]),
            "longitude": 8.4,
            "speed": float(v[k]) * 3.6 / 1.852,
            "course": 0.0,
            "attributes": said,
        }
        bodies.append(msgspec.json.encode({"position": position, "device": {"uniqueId": "V"}}))
    return [Payload("tripmeter/v1/f/V/telemetry", body, 0.0) for body in bodies]


@pytest.fixture(scope="module")
def taken(rivers, tmp_path_factory):
    """The tables of a river that has taken such payloads."""

    def take(payloads):
        river = rivers.River(tmp_path_factory.mktemp("river"), rivers.judged(*rivers.HOURS))
        for k in range(0, len(payloads), 50):
            river.embedded.take(payloads[k : k + 50])
        river.drain()
        return river.tables()

    return take


@pytest.fixture(scope="module")
def sparse(rivers, taken):
    return taken(forwarded(rivers, brakes=40))


def score(tables, subject="driver"):
    (row,) = tables["scores"].filter(pl.col("subject") == subject).rows(named=True)
    return row


def test_trips_km_speeding_night_and_hours_are_there(rivers, sparse):
    _, v, _ = drive(rivers, brakes=40)
    (trip,) = sparse["trips"].rows(named=True)
    assert trip["km"] == pytest.approx(v.sum() / 1000, rel=0.005)
    exposure = sparse["exposure"]
    assert exposure["km_measured"].sum() == pytest.approx(trip["km"], rel=1e-6)
    assert exposure["limit_known_km"].sum() == pytest.approx(trip["km"], rel=0.02)
    assert exposure["over_limit_20_30_km"].sum() == pytest.approx(110 * 120 / 3600, rel=0.3)
    assert exposure["night_km"].sum() == pytest.approx(trip["km"], rel=0.02)
    assert exposure["moving_h"].sum() == pytest.approx(HOURS, rel=0.02)
    kinds = set(sparse["events"]["kind"].to_list())
    assert {"speeding", "continuous_driving"} <= kinds
    assert not kinds & {"device_silent", "gnss_fault", "frozen_signal", "unit_fault", *HARSH}


def test_harsh_terms_are_not_observable_and_weigh_nothing(sparse):
    row = score(sparse)
    assert [p["behaviour"] for p in row["points"] if p["rate"] is None] == unseen(row) == HARSH
    assert {(p["credibility"], p["points"]) for p in row["points"] if p["behaviour"] in HARSH} == {(0.0, 0.0)}
    assert all(p["credibility"] > 0 for p in row["points"] if p["behaviour"] not in HARSH)
    assert sparse["exposure"]["observed_km"].sum() == sparse["exposure"]["observed_corner_km"].sum() == 0


def test_explain_and_rate_say_so(sparse, capsys):
    text = explain(sparse, score(sparse)["score_id"]).text
    assert sum(UNSEEN in line for line in text.splitlines()) == len(HARSH)
    overview.show(sparse)
    shown = " ".join(capsys.readouterr().out.split())
    assert "not observable with this device: harsh_braking, harsh_acceleration, harsh_cornering of D" in shown


def test_a_sparse_reporter_does_not_get_a_better_score_than_a_dense_one(rivers, taken, sparse):
    """The same calm drive: who shows that it was calm is better off; a rough one hidden is at best the class mean."""
    seen = score(taken(rivers.payloads(dense(rivers), size=60)))
    hidden = score(taken(forwarded(rivers)))
    assert hidden["score"] <= seen["score"]
    assert hidden["credibility"] < seen["credibility"]
    rough = score(sparse)
    assert sum(p["points"] for p in rough["points"] if p["behaviour"] in HARSH) == 0
    assert rough["high"] - rough["low"] > seen["high"] - seen["low"]


def harsh(row):
    return sum(p["points"] for p in row["points"] if p["behaviour"] in HARSH)


def test_the_score_does_not_rise_as_the_same_drive_is_reported_more_seldom(rivers, taken):
    """Calm shows best where it is seen; of a rough drive what is not seen is no calm: nobody is better off for it."""
    calm, rough = (
        [score(taken(rivers.payloads(dense(rivers, brakes, every), size=60))) for every in (1, 2, 5, 30)]
        for brakes in (0, 40)
    )
    for rows in (calm, rough):
        assert [row["credibility"] for row in rows] == sorted([row["credibility"] for row in rows], reverse=True)
        assert all(harsh(row) <= 0 for row in rows[1:])
    edges = 0.05  # of night and speeding, met a little sooner or later
    assert all(later["score"] <= row["score"] + edges for row, later in pairwise(calm))
    assert harsh(calm[0]) > 0 > harsh(rough[0])
