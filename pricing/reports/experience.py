"""Experience: three to five years of a fleet by cover, and the premium they ask for - every number of the document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from pricing.experience.fleet import Effects
from pricing.reports import burning, chosen, insured
from pricing.reports.assumptions import Assumptions
from pricing.reports.burning import Loads
from pricing.reports.chosen import Chosen
from pricing.reports.losses import CLAIM, known
from pricing.reports.options import options
from pricing.reports.span import Year, age_of, ending
from pricing.tariff import Tariff

TARIFF, PORTFOLIO = "tariff", "portfolio"
RATED = ["fleet_id", "vehicle_id", "cover"]


@dataclass(frozen=True)
class Data:
    """All that is known of all fleets: valuations of claims, insured periods, km by day; see docs/reports.md."""

    valued: pl.DataFrame
    insured: pl.DataFrame
    exposure: pl.DataFrame


@dataclass(frozen=True)
class Asked:
    """What is to be reported of a fleet."""

    fleet_id: str
    valued_at: date
    years: int = 5
    tariff: Tariff | None = None
    said: Assumptions = field(default_factory=Assumptions)
    apart: tuple[str, ...] = ()  # other currencies that the fleet has policies in, of which nothing is in here


@dataclass(frozen=True)
class Study:
    """An experience, worked out."""

    asked: Asked
    currency: str
    spans: Sequence[Year]
    covers: Mapping[str, Chosen]
    effects: Effects
    effects_from: str
    complement: str  # what the expected cost is: of the tariff, or the portfolio's mean
    loads: Loads
    claims: pl.DataFrame  # of the fleet, a row a claim
    years: pl.DataFrame  # a row a cover and year
    vehicles: pl.DataFrame  # a row a cover and vehicle
    results: pl.DataFrame  # a row a cover
    options: pl.DataFrame  # a row a cover and deductible


def study(data: Data, asked: Asked) -> Study:
    """The experience of a fleet: its own record, and how far it is believed against the expected."""
    spans = ending(asked.valued_at, asked.years)
    data, names = _of_its_covers(data, asked.fleet_id)
    covers = {cover: chosen.choose(data.valued, cover, asked.said, asked.valued_at, spans) for cover in names}
    claims = _claims(data, asked, spans, covers)
    seen = insured.exposed(data.insured, data.exposure, spans, asked.tariff)
    seen = seen.join(burning.factors(covers, spans), on=["cover", "age"], how="left", maintain_order="left")
    seen, complement = _expected(seen, claims, covers)
    effects, effects_from = chosen.effects(claims, seen, asked.said)
    frames = _worked_out(seen, claims, asked, spans, covers, effects)
    currency, loads = asked.tariff.currency if asked.tariff else "", burning.loads(asked.tariff)
    return Study(asked, currency, spans, covers, effects, effects_from, complement, loads, *frames)


def _worked_out(
    seen: pl.DataFrame,
    claims: pl.DataFrame,
    asked: Asked,
    spans: Sequence[Year],
    covers: Mapping[str, Chosen],
    effects: Effects,
) -> tuple[pl.DataFrame, ...]:
    """Claims, years, vehicles, results and options of the fleet."""
    mine = pl.col("fleet_id") == asked.fleet_id
    own, driven = claims.filter(mine), seen.filter(mine)
    loads, days = burning.loads(asked.tariff), spans[-1].days
    vehicles, years = burning.vehicles(driven, own, covers, effects), burning.years(driven, own, spans, covers)
    results = burning.results(years, vehicles, covers, loads, days)
    again = options(own, claims, results, asked.said.deductibles, loads, days)
    return own.sort("cover", "loss_at", "claim_id"), years, vehicles, results, again


def _of_its_covers(data: Data, fleet_id: str) -> tuple[Data, list[str]]:
    """What is known of the covers that a fleet has, or has had claims of."""
    mine = pl.col("fleet_id") == fleet_id
    names = sorted({*data.insured.filter(mine)["cover"], *data.valued.filter(mine)["cover"]})
    valued, periods = (frame.filter(pl.col("cover").is_in(names)) for frame in (data.valued, data.insured))
    return Data(valued, periods, data.exposure), names


def _claims(data: Data, asked: Asked, spans: Sequence[Year], covers: Mapping[str, Chosen]) -> pl.DataFrame:
    """Claims of all fleets in these years as they are known, with what they will have cost at the coming term's level.

    Money in units of the currency from here on.
    """
    day = pl.col("loss_at").cast(pl.Date)
    now = known(data.valued, asked.valued_at).with_columns(age=age_of(day, spans)).filter(pl.col("age").is_not_null())
    rows = now.join(burning.factors(covers, spans), on=["cover", "age"], how="left", maintain_order="left")
    rows = rows.join(_deductibles(data.insured, rows), on=CLAIM, how="left", maintain_order="left")
    money = ("paid", "reserve", "recovery", "incurred")
    rows = rows.with_columns(pl.col(money).cast(pl.Float64) / 100, deductible=pl.col("deductible").fill_null(0.0))
    capped = pl.min_horizontal("incurred", "cap")
    return rows.with_columns(capped=capped, excess=pl.col("incurred") - capped).with_columns(
        ultimate=pl.col("capped") * pl.col("development") * pl.col("trend"),
        levelled=pl.col("capped") * pl.col("trend"),
    )


def _deductibles(periods: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """The deductible in force at each loss; a claim of no insured period has none."""
    if "deductible" not in periods.columns:
        return claims.select(*CLAIM, deductible=pl.lit(0.0))
    day = pl.col("loss_at").cast(pl.Date)
    joined = claims.join(periods.select(*RATED, "valid_from", "valid_to", "deductible"), on=RATED)
    within = joined.filter(day >= pl.col("valid_from"), day < pl.col("valid_to"))
    found = within.group_by(CLAIM).agg(pl.col("deductible").cast(pl.Float64).max())
    return claims.select(CLAIM).join(found, on=CLAIM, how="left", maintain_order="left")


def _expected(seen: pl.DataFrame, claims: pl.DataFrame, covers: Mapping[str, Chosen]) -> tuple[pl.DataFrame, str]:
    """``seen`` with the expected cost ``whole`` and capped (``expected``), the part ``used``, claims ``awaited``.

    And where it comes from: of policies or a tariff, else it is the portfolio's own cost a vehicle-year.
    """
    complement = TARIFF if seen["expected"].null_count() == 0 and seen.height else PORTFOLIO
    costs = {cover: _mean_cost(seen, claims, cover) for cover in covers}
    large, mean = ({cover: getattr(one, name) for cover, one in covers.items()} for name in ("large", "mean_claim"))
    of = {
        name: pl.col("cover").replace_strict(x, return_dtype=pl.Float64)
        for name, x in {"cost": costs, "large": large, "mean": mean}.items()
    }
    capped = pl.col("expected") / (1 + of["large"]) if complement == TARIFF else pl.col("vehicle_years") * of["cost"]
    awaited = pl.when(of["mean"] > 0).then(pl.col("used") / of["mean"]).otherwise(0.0)
    told = seen.with_columns(expected=capped).with_columns(used=pl.col("expected") / pl.col("development"))
    return told.with_columns(awaited=awaited, whole=pl.col("expected") * (1 + of["large"])), complement


def _mean_cost(seen: pl.DataFrame, claims: pl.DataFrame, cover: str) -> float:
    """Ultimate capped cost a vehicle-year over all fleets."""
    years = seen.filter(pl.col("cover") == cover)["vehicle_years"].to_numpy()
    cost = claims.filter(pl.col("cover") == cover)["ultimate"].to_numpy()
    return float(cost.sum() / years.sum()) if years.size and years.sum() > 0 else 0.0
