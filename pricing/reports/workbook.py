"""Workbook: a fleet's experience as sheets whose formulas work it out anew when an assumption is changed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from pricing.reports import columns
from pricing.reports.experience import PORTFOLIO, Study
from pricing.reports.grid import CONSTANTS, Book, Sheet
from pricing.reports.options import left

Row = dict[str, Any]
Places = Mapping[str, int]

GIVEN = "Blue cells are given: change one, and all that follows is calculated anew."
TWO_LEVELS = "A vehicle inside its fleet: own cost is believed as far as the claims expected of vehicle and fleet go."
COMPLEMENT = {
    True: "Expected is the portfolio's cost a vehicle-year: no tariff and no policy says what these vehicles cost.",
    False: "Expected is the tariff's pure premium for the days and km of the year, without own driving and experience.",
}
SOURCED = ("cap", "trend", "large", "mean_claim", "variation")


def book(found: Study) -> Book:
    """The sheets of the underwriter's document."""
    places = {cover: k for k, cover in enumerate(found.covers)}
    asked, names = found.asked, option_names(found)
    years, vehicles = _numbered(found.years, places, "year"), _vehicles(found, places)
    claims = _claims(found, places, years, vehicles, names)
    total = ("claims", "ultimate", "expected", "credible", "premium")
    title = f"Fleet {asked.fleet_id}: claims experience, valued at {asked.valued_at}"
    return Book(
        [
            Sheet("Premium", title, GIVEN, columns.PREMIUM, _rows(found.results, places), total),
            Sheet("Years", "By cover and year", COMPLEMENT[found.complement == PORTFOLIO], columns.YEARS, years),
            Sheet("Vehicles", "By cover and vehicle", TWO_LEVELS, columns.vehicles(_ages(found)), vehicles),
            Sheet("Claims", "Claim by claim", "", (*columns.CLAIMS, *map(columns.option, names)), claims),
            Sheet("Deductibles", "Each loss again", "", columns.OPTIONS, _options(found, places, names)),
            Sheet("Covers", "What each cover is judged with", GIVEN, columns.COVERS, list(_covers(found, places))),
            Sheet(CONSTANTS, "What all are judged with", GIVEN, columns.CHOICES, _choices(found, names)),
        ]
    )


def option_names(found: Study) -> list[str]:
    """A name for each deductible."""
    return [f"option_{k + 1}" for k in range(len(found.asked.said.deductibles))]


def _rows(frame: pl.DataFrame, places: Places) -> list[Row]:
    return [row | {"at": places[row["cover"]]} for row in frame.iter_rows(named=True)]


def _numbered(frame: pl.DataFrame, places: Places, name: str) -> list[Row]:
    return [row | {name: k} for k, row in enumerate(_rows(frame, places))]


def _ages(found: Study) -> list[int]:
    """Ages of the years in which any vehicle was insured."""
    return [year.age for year in found.spans if f"expected_{year.age}" in found.vehicles.columns]


def _vehicles(found: Study, places: Places) -> list[Row]:
    """Vehicles with the line of each year of their cover."""
    lines = {key: k for k, key in enumerate(found.years.select("cover", "age").iter_rows())}
    ages = _ages(found)
    rows = _numbered(found.vehicles, places, "vehicle")
    return [row | {f"line_{age}": lines[row["cover"], age] for age in ages} for row in rows]


def _claims(
    found: Study, places: Places, years: Sequence[Row], vehicles: Sequence[Row], names: Sequence[str]
) -> list[Row]:
    """Claims with the lines of their year and vehicle; -1 of a vehicle that was not insured."""
    of_year = {(row["cover"], row["age"]): row["year"] for row in years}
    of_vehicle = {(row["cover"], row["vehicle_id"]): row["vehicle"] for row in vehicles}
    again = {name: left(found.claims, x) for name, x in zip(names, found.asked.said.deductibles, strict=True)}
    frame = found.claims.with_columns(
        day=pl.col("loss_at").cast(pl.Date), growth=pl.col("development") * pl.col("trend"), **again
    )
    return [
        row
        | {
            "year": of_year[row["cover"], row["age"]],
            "vehicle": of_vehicle.get((row["cover"], row["vehicle_id"]), -1),
        }
        for row in _rows(frame, places)
    ]


def _options(found: Study, places: Places, names: Sequence[str]) -> list[Row]:
    return [row | {"option": names[k % len(names)]} for k, row in enumerate(_rows(found.options, places))]


def _covers(found: Study, places: Places) -> Iterator[Row]:
    for cover, one in found.covers.items():
        sources = {f"{name}_from": one.sources[name] for name in (*SOURCED, "development")}
        yield {"cover": cover, "at": places[cover], **{name: getattr(one, name) for name in SOURCED}, **sources}


def _choices(found: Study, names: Sequence[str]) -> list[Row]:
    effects, loads = found.effects, found.loads
    said = [
        ("fleet", effects.fleet, f"V_R, how much fleets differ; {found.effects_from}"),
        ("vehicle", effects.vehicle, f"V_S, how much vehicles of a fleet differ; {found.effects_from}"),
        ("tau", effects.tau, "V_S (1 + V_R)"),
        ("fixed", loads.fixed, "fixed expense a vehicle and day"),
        ("variable", loads.variable, "variable expense, share of the premium"),
        ("profit", loads.profit, "profit, share of the premium"),
        ("days", found.spans[-1].days, "days of the coming year"),
        *[(name, x, "deductible") for name, x in zip(names, found.asked.said.deductibles, strict=True)],
    ]
    rows = [{"name": name, "value": value, "what": what} for name, value, what in said]
    rows[2]["formula"] = "=[#vehicle]*(1+[#fleet])"
    return rows
