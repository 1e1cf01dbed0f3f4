"""Faults are asked for by name and rate, and what is asked wrongly is said plainly."""

import polars as pl
import pytest

from simulator.faults import BY_NAME, SENT
from simulator.mishaps import MishapError, chosen
from simulator.placed import Placed
from simulator.roster import roster
from simulator.traffic import Traffic, Window, combined

START = 1_762_923_600.0


def test_a_name_a_rate_or_all() -> None:
    assert chosen(["loss", "backlog=2"]) == {"loss": BY_NAME["loss"].rate, "backlog": 2.0}
    assert chosen(["all", "loss=0"]).keys() == BY_NAME.keys()
    assert chosen(["all", "loss=0"])["loss"] == 0.0


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("los", "did you mean loss"),
        ("xyz", "there are gps_jumps"),
        ("loss=often", "expected a number"),
        ("loss=-1", "from 0"),
    ],
)
def test_what_is_asked_wrongly_is_said(word: str, said: str) -> None:
    with pytest.raises(MishapError, match=said):
        chosen([word])


def test_a_day_with_faults_has_them_on_its_sheet_and_its_truth_unchanged() -> None:
    fleet, window = roster(2, seed=5), Window(START, 1.0)
    plain, sheet = combined(list(Traffic(fleet, window).reports()))
    broken, longer = combined(list(Traffic(fleet, window, {"duplicates": 5.0, "backlog": 8.0}).reports()))
    assert SENT not in broken.columns
    faults = longer.filter(pl.col("kind").str.starts_with("fault_"))
    assert set(faults["kind"]) == {"fault_duplicates", "fault_backlog"}
    assert longer.filter(~pl.col("kind").str.starts_with("fault_")).equals(sheet)
    assert broken.unique().sort("t", "vehicle_id").equals(plain.unique().sort("t", "vehicle_id"))
    assert len(broken) > len(plain) and not broken["t"].is_sorted()


def test_no_connection_is_cut_of_a_device_before_it_is_there_or_while_it_is_out() -> None:
    there = [(1_200.0, 1_800.0), (2_400.0, 5_400.0)]
    events = Placed("joins", 0, 1_200.0), Placed("unplugged", 0, 1_800.0, {"minutes": 10}), Placed("leaves", 0, 5_400.0)
    fleet = Traffic(roster(1, 7), Window(START, 2.0), {"reconnects": 60.0}, events)
    (report,) = fleet.reports()
    cuts = report.sheet.filter(kind="fault_reconnects").select(pl.col("start", "end").dt.epoch("ms") / 1e3 - START)
    assert cuts.height > 20
    assert all(any(a - 0.01 <= start <= end <= b + 0.01 for a, b in there) for start, end in cuts.iter_rows())
