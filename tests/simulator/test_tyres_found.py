"""What the simulator does to tyres is found, of the right wheel, and what it does not do is not."""

import polars as pl
import pytest

from simulator import registry
from simulator.traffic import combined
from streams.recordings import recording
from streams.registry import Roster, load


@pytest.fixture(scope="module")
def day(tmp_path_factory, rivers, traffic, reports):
    """(tyre events, answer sheet) of a small fleet's morning, at the instants at which tyres spoke."""
    folder = tmp_path_factory.mktemp("fleet")
    registry.write(traffic.roster, traffic.window.start, folder)
    whole, sheet = combined(reports)
    tyres = pl.col([name for name in whole.columns if name.startswith("tyre_")])
    whole.filter(pl.any_horizontal(tyres.fill_nan(None).is_not_null())).write_parquet(folder / "day.parquet")
    pieces = list(recording.read([folder / "day.parquet"]))
    tables = rivers.replayed(pieces, rivers.judged(), Roster(load(folder)))
    return tables["events"].filter(pl.col("kind").str.starts_with("tyre_")), sheet


def wheels(frame, kind):
    return set(frame.filter(kind=kind).select("vehicle_id", "subject").rows())


def test_the_puncture_is_a_rapid_loss_within_minutes(day):
    events, sheet = day
    assert wheels(events, "tyre_rapid_loss") == wheels(sheet, "tyre_rapid_loss") != set()
    both = events.join(sheet, on=["vehicle_id", "kind", "subject"], suffix="_true").filter(kind="tyre_rapid_loss")
    assert (both["start"] - both["start_true"]).dt.total_seconds().abs().max() <= 180


def test_every_low_tyre_is_found_and_no_other(day):
    events, sheet = day
    assert wheels(events, "tyre_low") == wheels(sheet, "tyre_low") != set()


def test_nothing_else_is_found_of_sound_tyres(day):
    events, sheet = day
    ill = wheels(sheet, "tyre_rapid_loss") | wheels(sheet, "tyre_slow_leak")
    rest = [row for row in events.rows(named=True) if (row["vehicle_id"], row["subject"]) not in ill]
    assert [(row["kind"], row["vehicle_id"], row["subject"], row["level"], row["quality"]) for row in rest] == []
