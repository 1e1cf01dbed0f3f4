"""Underwriting: a fleet's experience as a page - required premium first, then what it rests on."""

import polars as pl

from pricing.reports import svg
from pricing.reports.chosen import UNCAPPED
from pricing.reports.experience import PORTFOLIO, Study
from pricing.reports.paper import Paper, Section, Table
from pricing.reports.workbook import COMPLEMENT, TWO_LEVELS

RESULTS = {
    "cover": "cover",
    "vehicle_years": "vehicle-years",
    "km": "km",
    "claims": "claims",
    "burning": "burning cost a vehicle-year",
    "burning_km": "burning cost a 1,000 km",
    "expected_cost": "expected a vehicle-year",
    "ratio": "own / expected so far",
    "weight": "weight of the own record",
    "pure": "pure premium a vehicle-year",
    "required": "required premium a vehicle-year",
    "required_km": "required premium a 1,000 km",
    "premium": "required premium, coming year",
}
YEARS = {
    "cover": "cover",
    "start": "from",
    "end": "to, excluded",
    "vehicle_years": "vehicle-years",
    "km": "km",
    "declared": "km, of these declared",
    "claims": "claims",
    "paid": "paid",
    "reserve": "outstanding",
    "recovery": "recoveries",
    "incurred": "incurred",
    "excess": "above the cap",
    "development": "development",
    "trend": "trend",
    "ultimate": "ultimate",
    "expected": "expected",
    "a_vehicle_year": "ultimate a vehicle-year",
    "a_1000_km": "ultimate a 1,000 km",
}
LARGE = {
    "claim_id": "claim",
    "vehicle_id": "vehicle",
    "cover": "cover",
    "day": "day of loss",
    "status": "status",
    "incurred": "incurred",
    "capped": "capped",
    "excess": "above the cap",
}
VEHICLES = {
    "cover": "cover",
    "vehicle_id": "vehicle",
    "vehicle_years": "vehicle-years",
    "km": "km",
    "claims": "claims",
    "expected": "expected",
    "used": "expected so far",
    "own": "known, at level",
    "z": "credibility",
    "coefficient": "coefficient",
}
OPTIONS = {
    "cover": "cover",
    "deductible": "deductible",
    "claims": "claims left",
    "ultimate": "cost left",
    "own": "share left, own",
    "portfolio": "share left, portfolio",
    "share": "blended",
    "pure": "pure premium",
    "required": "required premium a vehicle-year",
}
COVERS = {
    "cover": "cover",
    "cap": "cap",
    "trend": "trend a year",
    "development": "development by age, years",
    "large": "large losses, of capped",
    "mean_claim": "mean claim",
    "variation": "squared variation",
    "sources": "from",
}
STYLES = {
    **dict.fromkeys(("vehicle_years",), "number"),
    **dict.fromkeys(("km", "declared", "claims"), "count"),
    **dict.fromkeys(("development", "trend", "ratio", "z", "coefficient", "variation"), "factor"),
    **dict.fromkeys(("weight", "own", "portfolio", "share", "large"), "share"),
}
MONEY = "money"


def paper(found: Study) -> Paper:
    """The document as a page; its workbook has the same numbers as formulas."""
    asked = found.asked
    facts = [
        ("fleet", asked.fleet_id),
        ("valued at", f"{asked.valued_at}, what was known when that day began"),
        ("years", f"{found.spans[0].start} to {found.spans[-1].end}, end excluded"),
        ("tariff", f"{asked.tariff.tariff_id}, {asked.tariff.status}" if asked.tariff else "none"),
        ("money", found.currency or "as in the data"),
        *([("other currencies", ", ".join(asked.apart))] if asked.apart else []),
        ("assumptions", asked.said.name or "none given: from the portfolio's claims"),
    ]
    parts = [_premium(found), _years(found), _large(found), _vehicles(found), _options(found), _basis(found)]
    return Paper(f"Claims experience of fleet {asked.fleet_id}", facts, [*parts, _development(found)])


def _table(frame: pl.DataFrame, heads: dict[str, str], **styles: str) -> Table:
    shown = frame.select(*heads)
    money = {name: MONEY for name in shown.columns if shown.schema[name] == pl.Float64}
    return Table(shown, heads, money | STYLES | styles)


def _premium(found: Study) -> Section:
    load = found.loads
    said = [
        COMPLEMENT[found.complement == PORTFOLIO],
        (
            f"Required = (pure + {load.fixed:g} a day) / (1 - {load.variable:g} expense - {load.profit:g} profit), "
            "for the vehicle-years and km of the last year. Pure is expected cost times the credible coefficient, "
            "large losses loaded."
        ),
    ]
    return Section("premium", "Required premium", said, (), _table(found.results, RESULTS))


def _years(found: Study) -> Section:
    covers = enumerate(found.covers)
    drawn = [(_by_year(found, k, cover), f"{cover}: what is known, and what it comes to") for k, cover in covers]
    said = [
        "Paid and outstanding less recoveries, capped, developed to the end, and brought to the coming year's level."
    ]
    return Section("years", "By cover and year", said, drawn, _table(found.years, YEARS))


def _by_year(found: Study, number: int, cover: str) -> str:
    rows = found.years.filter(pl.col("cover") == cover)
    names = [str(day) for day in rows["start"]]
    known, ultimate, expected = (rows[name].to_list() for name in ("incurred", "ultimate", "expected"))
    y = svg.upward(0.0, max([*known, *ultimate, *expected, 1.0]) * 1.05)
    at = svg.places(len(names))
    shapes = [
        svg.left_axis(y, "money", ",.0f"),
        svg.names_axis(names, "year that begins on"),
        svg.bars(known, y, "bar"),
        svg.line([(x, y(v)) for x, v in zip(at, ultimate, strict=True)], "one"),
        *[svg.dot(x, y(v), "one") for x, v in zip(at, ultimate, strict=True)],
        svg.line([(x, y(v)) for x, v in zip(at, expected, strict=True)], "two"),
        *[svg.diamond(x, y(v), "two") for x, v in zip(at, expected, strict=True)],
        svg.legend([("bar", "bar", "incurred"), ("dot", "one", "ultimate, capped"), ("diamond", "two", "expected")]),
    ]
    return svg.chart(f"years-{number}", f"{cover} by year", "Incurred, ultimate and expected cost a year.", shapes)


def _large(found: Study) -> Section:
    rows = found.claims.filter(pl.col("excess") > 0).sort("excess", descending=True)
    said = ["What is above the cap does not count as the fleet's own; it is spread over all by the large-loss load."]
    frame = rows.with_columns(day=pl.col("loss_at").cast(pl.Date))
    return Section("large", "Large losses", said, (), _table(frame, LARGE))


def _vehicles(found: Study) -> Section:
    said = [
        TWO_LEVELS,
        (
            f"V_R {found.effects.fleet:.4f}, V_S {found.effects.vehicle:.4f}: {found.effects_from}. A coefficient "
            "is times the expected cost."
        ),
    ]
    frame = found.vehicles.sort("coefficient", "vehicle_id", descending=[True, False])
    return Section("vehicles", "Vehicle in its fleet", said, (), _table(frame, VEHICLES, own=MONEY))


def _options(found: Study) -> Section:
    said = [
        (
            "Each loss again with another deductible; the fleet's own share of the cost that is left is blended with "
            "the portfolio's by the weight of its record. What was below the deductible in force is not on record."
        )
    ]
    return Section("deductibles", "Deductible options", said, (), _table(found.options, OPTIONS))


def _basis(found: Study) -> Section:
    rows = [
        {
            "cover": cover,
            "cap": None if one.cap >= UNCAPPED else one.cap,
            "trend": one.trend,
            "development": ", ".join(f"{x:.4f}" for x in one.development),
            "large": one.large,
            "mean_claim": one.mean_claim,
            "variation": one.variation,
            "sources": ", ".join(f"{name.replace('_', ' ')}: {said}" for name, said in one.sources.items()),
        }
        for cover, one in found.covers.items()
    ]
    types = dict.fromkeys(("cap", "trend", "large", "mean_claim", "variation"), pl.Float64)
    frame = (
        pl.DataFrame(rows, schema_overrides=types) if rows else pl.DataFrame(schema=dict.fromkeys(COVERS, pl.String))
    )
    styles = {**dict.fromkeys(("cap", "mean_claim"), MONEY), **dict.fromkeys(("trend", "large"), "share")}
    return Section("basis", "What it is judged with", (), (), Table(frame, COVERS, styles | {"variation": "factor"}))


def _development(found: Study) -> Section:
    rows = [
        {"cover": cover, "from": year.start, **{f"{k + 1} y": x / 100 for k, x in enumerate(known)}}
        for cover, one in found.covers.items()
        for year, known in zip(one.triangle.years, one.triangle.incurred.tolist(), strict=True)
    ]
    frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col(pl.Float64).fill_nan(None))
    said = ["Incurred of all fleets' claims, capped, at each anniversary; the factors are weighted by volume."]
    money = {name: MONEY for name in frame.columns if frame.schema[name] == pl.Float64}
    return Section("development", "Development", said, (), Table(frame, {}, money))
