"""Overview: events, scores and premiums as a fleet manager and an actuary want to see them on a terminal."""

from typing import Any

import polars as pl
from rich.table import Table

from pricing.explain import UNSEEN, unseen
from streams.cli import limits, screen
from streams.hours import ESTIMATE
from streams.hours import KINDS as HOURS
from streams.tables import Tables

SHOWN = 30  # rows of a table


def show(six: Tables) -> None:
    """Events by kind and level, scores and premiums, as a fleet manager and an actuary want to see them."""
    kinds = six["events"].group_by("kind").agg(*[(pl.col("level") == k).sum().alias(str(k)) for k in (1, 2, 3)])
    columns = [("events", "left"), ("notable", "right"), ("harsh", "right"), ("severe", "right")]
    km = six["exposure"]["km_measured"].sum()
    rows = [list(row) for row in kinds.sort("kind").iter_rows()]
    screen.out.print(screen.table(f"{six['trips'].height} trips, {km:,.1f} km", columns, rows))
    limits.show(six["exposure"])
    if six["events"]["kind"].is_in(HOURS).any():
        screen.out.print(f"Hours at the wheel: {ESTIMATE}")
    screen.out.print(_scores(six["scores"]))
    for line in _unseen(six["scores"]):
        screen.out.print(screen.visible(line), markup=False)
    screen.out.print(_premiums(six["premiums"]))


def show_told(told: Tables) -> None:
    """What pricing is told where it knows scores and km alone: vehicles' scores by their number, and premiums."""
    columns = [("vehicle", "left"), *[(name, "right") for name in ("score", "likely", "credibility", "km")]]
    rows = [
        [row["vehicle_id"], *_likely(row), f"{row['credibility']:.2f}", f"{row['km']:,.0f}"]
        for row in told["scores"].sort("score").head(SHOWN).iter_rows(named=True)
    ]
    screen.out.print(screen.table(_title("Scores", told["scores"]), columns, rows))
    screen.out.print(_premiums(told["premiums"]))


def _likely(row: dict[str, Any]) -> tuple[str, str]:
    return f"{row['score']:.1f}", f"{row['low']:.0f}-{row['high']:.0f}"


def _scores(scores: pl.DataFrame) -> Table:
    """Drivers' scores, the lowest first; of a recording that names no driver, its vehicles'."""
    subject = _subject(scores)
    columns = [(subject, "left"), *[(name, "right") for name in ("score", "likely", "coaching", "credibility", "km")]]
    rows = [
        [
            row[f"{subject}_id"],
            *_likely(row),
            f"{row['coaching_score']:.1f}",
            f"{row['credibility']:.2f}",
            f"{row['km']:,.0f}",
            "provisional" if row["provisional"] else "",
        ]
        for row in scores.filter(pl.col("subject") == subject).sort("score").head(SHOWN).iter_rows(named=True)
    ]
    return screen.table(_title("Scores", scores), [*columns, ("", "left")], rows)


def _unseen(scores: pl.DataFrame) -> list[str]:
    """What no device could show of whom, a line for all of whom that is the same."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for row in scores.sort("driver_id", "vehicle_id").iter_rows(named=True):
        if row["subject"] == _subject(scores) and unseen(row):
            alike.setdefault(tuple(unseen(row)), []).append(row[f"{row['subject']}_id"])
    return [f"{UNSEEN}: {', '.join(what)} of {_few(whose)}" for what, whose in alike.items()]


def _few(names: list[str], most: int = 10) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _subject(scores: pl.DataFrame) -> str:
    return "driver" if (scores["subject"] == "driver").any() else "vehicle"


def _premiums(premiums: pl.DataFrame) -> Table:
    total = premiums.group_by("vehicle_id", "policy_id", "currency", maintain_order=True).agg(
        pl.col("amount").sum(), pl.col("days").max(), pl.col("km_measured").max(), pl.col("premium_id").first()
    )
    columns = [
        ("vehicle", "left"),
        ("premium", "right"),
        ("days", "right"),
        ("km", "right"),
        ("tripmeter explain", "left"),
    ]
    rows = [
        [
            row["vehicle_id"],
            f"{row['amount']} {row['currency']}",
            row["days"],
            f"{row['km_measured']:,.0f}",
            row["premium_id"],
        ]
        for row in total.sort("amount", descending=True).head(SHOWN).iter_rows(named=True)
    ]
    return screen.table(_title("Premiums", premiums), columns, rows)


def _title(name: str, frame: pl.DataFrame) -> str:
    """``name``, and that the tariff is illustrative if it is: no table made from it may hide that."""
    status = "" if frame.is_empty() else f", {frame['status'][0]} tariff {frame['tariff_id'][0]}"
    return name + status
