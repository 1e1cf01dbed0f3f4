"""Coaching: what a fleet dismisses moves its coaching score, whatever the kind, and never what it pays."""

import polars as pl
import pytest

from devices.samples import Payload
from pricing.counts import KINDS
from streams import tables
from streams.desk.actions import act
from streams.desk.desk import Desk
from streams.kernels.bands import BANDS
from streams.store import deeds, schema
from streams.store.store import Commit, memory_store

LIMITED = b'{"v":1,"boot":"b","seq":%d,"t":%s,"speed_kmh":%s,"speed_limit_kmh":50}'
CALM = [40] * 90
FAST = [*range(40, 86, 2), *[86] * 20, *range(86, 40, -2)]
LATE = [*range(40, 70, 2), *[70] * 40, *range(70, 40, -2)]  # from half a minute before midnight on


@pytest.fixture(scope="module")
def rules(rivers):
    return rivers.judged()


def drive(rivers, rules, folder, *speeds):
    """A river in which somebody has driven twice where 50 is posted, a reading a second."""
    river = rivers.River(folder, rules)
    for seq, (start, some) in enumerate(zip((1000, 86_370), speeds, strict=True), 1):
        t = [float(start + k) for k in range(len(some))]
        body = LIMITED % (seq, str(t).encode(), str(some).encode())
        river.embedded.take([Payload("tripmeter/v1/f/V/telemetry", body, 0.0)])
    river.embedded.snapshot()
    return river


def scores(river):
    """(coaching score, everything that a premium is made of, and the premiums)."""
    six = river.tables()
    (row,) = six["scores"].rows(named=True)
    return row["coaching_score"], (row["score"], six["exposure"].rows(), six["premiums"].rows())


def dismiss(river, kind):
    for alert in [row for row in river.rows(schema.alerts) if row["kind"] == kind]:
        act(river.store, alert["alert_id"], "dismiss", "Ann", "", 100_000.0, "not_the_driver")


def test_a_speeding_event_knows_its_km_over_the_limit_by_band(rivers, rules, tmp_path):
    river = drive(rivers, rules, tmp_path, FAST, LATE)
    told = [[row[name] for name in BANDS] for row in river.rows(schema.events) if row["kind"] == "speeding"]
    events, driven = map(sum, zip(*told, strict=True)), river.tables()["exposure"].select(BANDS).sum().row(0)
    (below, *over), (all_below, *all_over) = events, driven
    assert over == pytest.approx(all_over, abs=1e-5)
    assert 0 < below < all_below  # what stays within the tolerance is no event
    others = [row for row in river.rows(schema.events) if row["kind"] != "speeding"]
    assert all(row[name] is None for row in others for name in BANDS)


def test_dismissed_speeding_leaves_the_coaching_score_band_by_band_and_not_the_price(rivers, rules, tmp_path):
    river = drive(rivers, rules, tmp_path / "fast", FAST, LATE)
    before, price = scores(river)
    dismiss(river, "speeding")
    after, same = scores(river)
    assert after > before
    assert same == price
    calm, _ = scores(drive(rivers, rules, tmp_path / "calm", CALM, CALM))
    assert after == pytest.approx(calm, abs=0.1)  # no more is left than what was below the tolerance


def test_one_dismissed_speeding_event_leaves_the_km_of_the_other(rivers, rules, tmp_path):
    both, one = (drive(rivers, rules, tmp_path / name, FAST, second) for name, second in (("b", LATE), ("o", CALM)))
    alerts = sorted(
        (row for row in both.rows(schema.alerts) if row["kind"] == "speeding"), key=lambda a: a["last_seen"]
    )
    act(both.store, alerts[-1]["alert_id"], "dismiss", "Ann", "", 100_000.0, "not_the_driver")
    assert len(alerts) == 2
    assert scores(both)[0] == pytest.approx(scores(one)[0], abs=0.1)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_that_is_scored_leaves_the_coaching_exposure_when_it_is_dismissed(kind):
    who = {"fleet_id": "f", "vehicle_id": "V", "driver_id": "D"}
    about = {"kind": kind, "subject": "", "source": "derived", "level": 3, "start": 1000.0, "end": 1005.0}
    over = dict.fromkeys(BANDS, 0.01 if kind == "speeding" else None)
    events = pl.DataFrame([who | about | over])
    segments = pl.DataFrame([who | {"day": 0, "metres": 5000.0, "over_30_m": 15.0}])
    segments = segments.with_columns(pl.col("day").cast(pl.Int32).cast(pl.Date))
    store = memory_store()

    def coached():
        with store.reading() as connection:
            return tables.without(Desk(connection).actions, segments, events, tables.moment(90_000.0))

    kept = coached()
    said = {"alert_id": "a", "actor": "A", "action": "dismiss", "value": "test", "reason": "", "at": 2000.0}
    said |= {"until": None, "fleet_id": "f", "vehicle_id": "V", "kind": kind, "subject": ""}
    commit = Commit()
    commit.append(deeds.actions, [said | {"first": 1000.0, "seen": 1000.0, "level": 3}])
    store.commit(commit)
    less = coached()
    assert (kept[f"{kind}_3"].sum(), less[f"{kind}_3"].sum()) == (1, 0)
    left = 0.005 if kind == "speeding" else 0.015
    assert (kept["over_limit_30_km"].sum(), less["over_limit_30_km"].sum()) == (0.015, left)
    assert less["over_limit_0_10_km"].sum() == 0.0
    assert less["km_measured"].equals(kept["km_measured"])
