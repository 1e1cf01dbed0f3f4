"""Seen: a report of reported losses against the telematics record."""

from datetime import timedelta
from typing import Any

import polars as pl

from pricing.reports import drawn
from pricing.reports.paper import Paper, Section, Table
from pricing.reports.traces import CONFIDENCES, chance, recall, traces, unreported

STYLES = {**dict.fromkeys(("found", "low", "high", "by_chance"), "share"), "minutes": "number"}
SAID = (
    "Sure: a crash or rollover within 15 minutes. Likely: one within the window, or a severe harsh event in these 15.",
    "Possible: one it drove on after, a lesser harsh event, a tow, a burst tyre. Driving: no event, but under way.",
    "By chance: the same losses moved by up to three weeks, to when nothing happened; under way to under way.",
)
NEVER = "Crashes and rollovers on record with no claim of the vehicle within the window: not told yet, or never."
HEADS = {"compared": "losses it is of", "low": "95 % low", "high": "95 % high", "by_chance": "found by chance"}


def paper(claims: pl.DataFrame, events: pl.DataFrame, trips: pl.DataFrame, window: timedelta) -> Paper:
    """Recall of reported losses, loss by loss, and what was never reported."""
    found = traces(claims, events, trips, window)
    told = recall(found, chance(found, claims, events, trips, window))
    never, whole = unreported(claims, events, window), told.row(0, named=True)
    facts = [
        ("losses reported", f"{whole['losses']:,}"),
        ("with a trace", _found(whole)),
        ("crashes not reported", f"{never.height:,}"),
        ("window", f"{window.total_seconds() / 3600:g} h each way"),
    ]
    each = Section("losses", "Loss by loss", (), (), Table(found, {"minutes": "minutes after the loss"}, STYLES))
    left = Section("unreported", "Losses never seen", (NEVER,), (), Table(never))
    return Paper("Losses and what was seen of them", facts, [_recall(told, whole), each, left])


def _recall(told: pl.DataFrame, whole: dict[str, Any]) -> Section:
    counts = [float(whole[name]) for name in CONFIDENCES]
    chart = drawn.bars("confidence", "Losses by confidence", CONFIDENCES, counts, ("confidence of the trace", "losses"))
    table = Table(told, HEADS, STYLES)
    return Section("recall", "What was seen of reported losses", SAID, [(chart, "All covers.")], table)


def _found(whole: dict[str, Any]) -> str:
    if whole["found"] is None:
        return "none"
    return f"{whole['found']:.1%}, by chance " + (
        "not known" if whole["by_chance"] is None else f"{whole['by_chance']:.1%}"
    )
