"""Seen: a report of reported losses against the telematics record."""

from datetime import timedelta
from typing import Any

import polars as pl

from pricing.reports import drawn
from pricing.reports.paper import Paper, Section, Table
from pricing.reports.recall import believed, chance, recall
from pricing.reports.traces import CONFIDENCES, traces, unreported

STYLES = {
    **dict.fromkeys(("found", "low", "high", "by_chance", "right"), "share"),
    **dict.fromkeys(("minutes", "km"), "number"),
}
SAID = (
    "Sure: a crash or rollover within 15 minutes, or in the window where it was told to be.",
    "Likely: one in the window or on the day, or a severe harsh event within 15 minutes.",
    "Possible: one it drove on after, one up to 3 days off that is no other loss's, a lesser harsh event, a tow.",
    "A place more than 25 km off takes a step away. Driving: no event, but under way.",
    "By chance: the same losses moved by one to four weeks, to when nothing happened; under way to under way.",
)
RIGHT = (
    "Of losses without a better trace as many have a wrong one as their moved selves have: the rest is right. A lesser "
    "confidence is never told to be better than a higher one."
)
NEVER = "Crashes and rollovers on record that are no claim's, and near none of the vehicle: not told yet, or never."
HEADS = {"compared": "losses it is of", "low": "95 % low", "high": "95 % high", "by_chance": "found by chance"}
BELIEVED = {"by_chance": "explained by chance", "right": "right"}
EACH = {"minutes": "minutes after the loss", "by_day": "told by the day", "km": "km from the place told"}


def paper(claims: pl.DataFrame, events: pl.DataFrame, trips: pl.DataFrame, window: timedelta) -> Paper:
    """Recall of reported losses, how far it is believed, loss by loss, and what was never reported."""
    found = traces(claims, events, trips, window)
    moved = chance(found, claims, events, trips, window)
    told, never = recall(found, moved), unreported(claims, events, trips, window)
    whole = told.row(0, named=True)
    facts = [
        ("losses reported", f"{whole['losses']:,}"),
        ("with a trace", _found(whole)),
        ("crashes not reported", f"{never.height:,}"),
        ("window", f"{window.total_seconds() / 3600:g} h each way"),
    ]
    trust = Table(believed(found, moved), BELIEVED, {**STYLES, "by_chance": "number"})
    parts = [
        _recall(told, whole),
        Section("confidence", "How far each confidence is right", (RIGHT,), (), trust),
        Section("losses", "Loss by loss", (), (), Table(found, EACH, STYLES)),
        Section("unreported", "Losses never seen", (NEVER,), (), Table(never)),
    ]
    return Paper("Losses and what was seen of them", facts, parts)


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
