"""Limits: what share of the km driven had a speed limit, from where, and on roads of which class."""

import polars as pl

from streams.cli import screen

SOURCES = {"device": "limit_device_km", "road": "limit_road_km", "class": "limit_class_km"}
ROADS = ("motorway", "rural", "urban", "residential", "unknown")


def shares(driven: pl.DataFrame) -> dict[str, dict[str, float]]:
    """Shares of ``km_measured`` of an exposure frame by source of the limit, and by class of road.

    ``own``: a posted limit was known, and the vehicle's own lower one held.
    """
    km = driven.select(pl.col(pl.Float64).sum()).row(0, named=True)
    limit = {name: km[column] for name, column in SOURCES.items()}
    limit["own"] = km["limit_known_km"] - limit["device"] - limit["road"]
    limit["none"] = km["km_measured"] - sum(limit.values())
    road = {name: km["road_unknown_km" if name == "unknown" else f"{name}_km"] for name in ROADS}
    whole = km["km_measured"] or 1.0
    return {
        part: {name: round(one / whole, 6) + 0.0 for name, one in found.items()}
        for part, found in (("limit", limit), ("road", road))
    }


def show(driven: pl.DataFrame) -> None:
    """One line on limits, and one on roads where any are known."""
    found = shares(driven)
    screen.out.print("km with a speed limit from: " + _line(found["limit"]))
    if found["road"]["unknown"] < 1:
        screen.out.print("km by class of road: " + _line(found["road"]))


def _line(part: dict[str, float]) -> str:
    return ", ".join(f"{name} {share:.1%}" for name, share in part.items())
