"""Levels: of each factor of a tariff its levels or stretches, what is insured on them, and what claims make of them."""

import bisect
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import polars as pl

from pricing.factors import Factor
from pricing.ladder import PREMIUM, PURE
from pricing.monitoring.actual_expected import ratio
from pricing.monitoring.groups import added
from pricing.reports.losses import CLAIM
from pricing.tariff import Tariff

MISSING, LAST = "not known", 1_000
BANDS = (0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.5)  # of a relativity that is worked out, as of own driving; ours
VEHICLE = ["fleet_id", "vehicle_id"]
RATED = [*VEHICLE, "cover", "valid_from", "valid_to"]
PLACE = ["cover", "factor", "place", "level"]
SUMS = ("days", "km", "technical", "weighted", "claims", "expected")
LEVELS: dict[str, Any] = {
    **dict.fromkeys(("cover", "factor"), pl.String),
    "place": pl.Int64,  # of the level in its factor
    "level": pl.String,
    "base": pl.Boolean,
    "vehicles": pl.Int64,
    "days": pl.Int64,
    **dict.fromkeys(("km", "technical"), pl.Float64),  # pure premium
    "relativity": pl.Float64,  # of the level; of a stretch what premiums on it have on average, by days
    "claims": pl.Int64,
    "expected": pl.Float64,  # the cover's claims in proportion to the pure premium; null: it has none
    **dict.fromkeys(("ratio", "low", "high"), pl.Float64),  # A/E, exact 95 %
    "off": pl.Boolean,  # the interval does not hold 1
    **dict.fromkeys(("observed", "observed_low", "observed_high"), pl.Float64),  # the relativity that claims ask for
}


class Place(NamedTuple):
    """Where on a factor a premium lies."""

    place: int
    level: str


def levels(premiums: pl.DataFrame, claims: pl.DataFrame, tariff: Tariff) -> pl.DataFrame:
    """A row of ``LEVELS`` a cover, factor and level, also of levels on which nothing is insured.

    ``observed`` is the relativity times A/E: what it would be if the other factors stayed as they are.
    """
    rows = _premiums(premiums, claims)
    placed = pl.concat([_steps(premiums, tariff), _empty(tariff)]).join(rows, on="row", how="left")
    placed = placed.with_columns(weighted=pl.col("effect") * pl.col("days"))
    sums = added(placed.with_columns(pl.col(SUMS).fill_null(0)), PLACE, *SUMS)
    vehicles = placed.drop_nulls("vehicle_id").group_by(PLACE).agg(vehicles=pl.struct(VEHICLE).n_unique())
    found = sums.join(vehicles, on=PLACE, how="left", maintain_order="left")
    known = {(cover.name, one.name): one for cover in tariff.covers.values() for one in cover.factors}
    return pl.DataFrame([_row(row, known) for row in found.iter_rows(named=True)], LEVELS, orient="row")


def _premiums(premiums: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """A row a premium: days, km, pure premium, claims of its days and those expected."""
    rows = premiums.with_row_index("row").select("row", *RATED, "days", km=pl.col("km_measured").fill_null(0.0))
    steps = premiums.with_row_index("row").select("row", "factors").explode("factors").unnest("factors")
    pure = steps.filter((pl.col("part") == PREMIUM) & (pl.col("name") == "off_balance"))
    rows = rows.join(pure.select("row", technical=pl.col("amount").cast(pl.Float64)), on="row", how="left")
    within = pl.col("loss_at").is_between(pl.col("valid_from"), pl.col("valid_to"), closed="left")
    lost = claims.join(rows.select("row", *RATED), on=[*VEHICLE, "cover"]).filter(within).unique(CLAIM)
    rows = rows.join(lost.group_by("row").agg(claims=pl.len()), on="row", how="left").sort("row")
    rows = rows.with_columns(pl.col("claims").fill_null(0).cast(pl.Float64), pl.col("technical").fill_null(0.0))
    whole = added(rows, "cover", "claims", "technical").select(
        "cover", level=pl.when(pl.col("technical") > 0).then(pl.col("claims") / pl.col("technical")).otherwise(0.0)
    )
    told = rows.join(whole, on="cover", how="left", maintain_order="left")
    return told.with_columns(expected=pl.col("technical") * pl.col("level")).drop("cover", "level")


def _steps(premiums: pl.DataFrame, tariff: Tariff) -> pl.DataFrame:
    """A row a premium and factor in it, with its place; ``effect`` is the relativity that applied."""
    known = {(cover.name, one.name): one for cover in tariff.covers.values() for one in cover.factors}
    steps = premiums.with_row_index("row").select("row", "cover", "factors").explode("factors").unnest("factors")
    own = steps.filter(pl.col("part").is_in(PURE) & (pl.col("op") == "times"))
    first = own.unique(["row", "name"], keep="first", maintain_order=True)
    found = [
        (row, cover, name, *place(known[cover, name], value, float(effect)), float(effect))
        for row, cover, name, value, effect in first.select("row", "cover", "name", "value", "effect").iter_rows()
        if (cover, name) in known
    ]
    return pl.DataFrame(found, _SCHEMA, orient="row")


_SCHEMA: dict[str, Any] = {
    "row": pl.UInt32,
    **dict.fromkeys(("cover", "factor"), pl.String),
    "place": pl.Int64,
    "level": pl.String,
    "effect": pl.Float64,
}


def _empty(tariff: Tariff) -> pl.DataFrame:
    """Levels of tables, which are shown also where nothing is insured on them."""

    def rows() -> Iterator[tuple[Any, ...]]:
        for cover in tariff.covers.values():
            for one in cover.factors:
                yield from ((None, cover.name, one.name, k, name, None) for k, (name, _) in enumerate(one.levels))

    return pl.DataFrame(list(rows()), _SCHEMA, orient="row")


def place(factor: Factor, value: str, effect: float) -> Place:
    """Where a value lies on a factor's table or curve; of one that is worked out, the band of its relativity."""
    if factor.code is not None:
        return _stretch(BANDS, effect)
    if value == "":
        return Place(LAST, MISSING)
    if factor.levels:
        level = factor.level_of(value)
        return Place([name for name, _ in factor.levels].index(level), level)
    return _stretch([x for x, _ in factor.points], float(value))


def _stretch(edges: Any, value: float) -> Place:
    number = bisect.bisect_right(edges, value)
    low = f"{edges[number - 1]:g}" if number else ""
    high = f"{edges[number]:g}" if number < len(edges) else ""
    if low and high:
        return Place(number, f"{low} to {high}")
    return Place(number, f"{low} and more" if low else f"below {high}")


def _row(row: Mapping[str, Any], known: Mapping[tuple[str, str], Factor]) -> dict[str, Any]:
    """Sums of a level with its relativity and what claims make of it."""
    factor = known[row["cover"], row["factor"]]
    fixed = dict(factor.levels).get(row["level"])
    relativity = fixed if fixed is not None else row["weighted"] / row["days"] if row["days"] else None
    found = {name: row[name] for name in (*PLACE, "km", "technical")}
    found |= {
        "base": row["place"] == place(factor, str(factor.base), 1.0).place,
        "vehicles": row["vehicles"] or 0,
        "days": int(row["days"]),
    }
    return found | {"relativity": relativity, "claims": int(row["claims"]), **_judged(row, relativity)}


def _judged(row: Mapping[str, Any], relativity: float | None) -> dict[str, Any]:
    if row["expected"] <= 0:
        return {}
    told = ratio(int(row["claims"]), row["expected"])
    own = {} if relativity is None else {"observed": relativity * told.value}
    if relativity is not None:
        own |= {"observed_low": relativity * told.low, "observed_high": relativity * told.high}
    return (
        {"expected": row["expected"], "ratio": told.value, "low": told.low, "high": told.high}
        | own
        | {"off": told.low > 1 or told.high < 1}
    )
