"""Live: the portfolio in force as a page."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from pricing.reports import changed, drawn, levels, lifted, portfolio
from pricing.reports.paper import Paper, Section, Table
from pricing.reports.quality import Chance
from pricing.tariff import Tariff

SHARES = dict.fromkeys(("share", "silent_share", "unseen_share", "drift"), "share")
STYLES = {
    **SHARES,
    **dict.fromkeys(("exposure", "before", "after"), "money"),
    **dict.fromkeys(("claims", "vehicles", "tenth"), "count"),
    **dict.fromkeys(("ratio", "low", "high", "off_balance", "a_vehicle"), "factor"),
}
AE = {
    "tenth": "tenth, by rising score",
    "exposure": "pure premium",
    "ratio": "A/E",
    "low": "95 % low",
    "high": "95 % high",
    "off": "does not hold 1",
}
LEVEL = (
    "Expected are the portfolio's own claims in proportion to the pure premium: this asks whether premiums are spread "
    "right, and not whether they suffice. Claims as they are known now; late ones will come."
)
EARLY = "What claims are known to cost against the pure premium of the same days: too low as long as claims are young."
NO_DAY = "none is over yet"
UNCLAIMED = "No claims are loaded: nothing is held against the pure premium."
NO_CLAIMS = "No claim of a rated vehicle, cover and day is on record."
FLIPS = "A flip is an indication that moves against the move before it. Vehicles are those shown something that month."
DRIFT = "What own driving and experience do to the sum of what they multiply; the off-balance that would undo it."
ASKED = (
    "What is insured on each level; A/E with its exact interval, the cover's own claims in proportion to the pure "
    "premium; the relativity that claims ask for if all other factors stay."
)
FACTOR = AE | {
    "technical": "pure premium",
    "observed": "relativity asked for",
    "observed_low": "low",
    "observed_high": "high",
}
FACTORED = (
    STYLES
    | {"technical": "money", "km": "count", "days": "count", "relativity": "factor"}
    | dict.fromkeys(("observed", "observed_low", "observed_high"), "factor")
)
CHANCE = Chance()
CHANGED = "The last indication by the tariff before against the first by the newest one, a vehicle and cover a row."


@dataclass(frozen=True)
class Live:
    """What is on record: tables as docs/trips.md has them, claims, insured periods, entries of the ledger."""

    scores: pl.DataFrame
    premiums: pl.DataFrame
    exposure: pl.DataFrame
    claims: pl.DataFrame  # as they are known today, with ``incurred`` in cents
    insured: pl.DataFrame
    entries: pl.DataFrame
    since: date  # the first day on record
    today: date  # not over yet
    tariff: Tariff  # in force
    apart: tuple[str, ...] = ()  # other currencies that there are policies in, of which nothing is in here


def paper(live: Live, chance: Chance = CHANCE) -> Paper:
    """Whether the tariff in force still fits."""
    rows = portfolio.judged(live.premiums, live.scores, live.claims, live.insured)
    facts = [
        ("tariff", f"{live.tariff.tariff_id}, {live.tariff.status}"),
        ("currency", live.tariff.currency),
        *([("other currencies", ", ".join(live.apart))] if live.apart else []),
        ("days", f"{live.since} to {live.today}, end excluded" if live.since < live.today else NO_DAY),
        ("vehicles rated", f"{rows.height:,}"),
        ("claims of theirs", f"{int(rows['claims'].sum()):,}"),
        ("pure premium", f"{rows['technical'].sum():,.2f}"),
        ("provisional scores", f"{int(rows['provisional'].sum()):,}"),
    ]
    parts = [
        _level(live),
        _by_score(rows),
        _by_class(rows),
        *lifted.sections(rows, live.premiums, chance),
        _factors(live),
        _caps(live),
        _credibility(live),
        _drift(live),
        _silence(live),
    ]
    return Paper("The portfolio in force", facts, [*parts, _moves(live), *_changed(live)])


def _level(live: Live) -> Section:
    heads = {"technical": "pure premium", "ratio": "incurred / pure premium"}
    styles = STYLES | dict.fromkeys(("technical", "incurred"), "money") | {"ratio": "factor"}
    said = EARLY if live.claims.height else UNCLAIMED
    return Section("level", "Level", [said], (), Table(portfolio.level(live.premiums, live.claims), heads, styles))


def _by_score(rows: pl.DataFrame) -> Section:
    table = portfolio.by_score(rows)
    charts = []
    if table.height:
        names = [str(k) for k in table["tenth"]]
        title = "A/E by tenth of the score"
        charts = [(drawn.ratios("scores", title, table, names, "tenth of the pure premium, by rising score"), "")]
    said = [LEVEL] if table.height else [NO_CLAIMS]
    return Section("by_score", "Claims by score", said, charts, Table(table, AE, STYLES))


def _by_class(rows: pl.DataFrame) -> Section:
    table = portfolio.by_class(rows)
    charts = []
    if table.height:
        charts = [(drawn.ratios("classes", "A/E by class", table, table["class"].to_list(), "vehicle class"), "")]
    return Section("by_class", "Claims by class", () if table.height else [NO_CLAIMS], charts, Table(table, AE, STYLES))


def _factors(live: Live) -> Section:
    table = Table(levels.levels(live.premiums, live.claims, live.tariff), FACTOR, FACTORED)
    return Section("factors", "Factor by factor", [ASKED], (), table)


def _caps(live: Live) -> Section:
    return Section("caps", "Caps that bind", (), (), Table(portfolio.caps(live.premiums), {}, STYLES))


def _credibility(live: Live) -> Section:
    table = portfolio.credibility(live.premiums)
    names, heights = table["credibility"].to_list(), [float(x) for x in table["vehicles"]]
    chart = drawn.bars("z", "Vehicles by credibility", names, heights, ("credibility of own driving", "vehicles"))
    return Section("credibility", "How far own driving is believed", (), [(chart, "")], Table(table, {}, STYLES))


def _drift(live: Live) -> Section:
    heads = {"before": "before the factor", "after": "after it", "off_balance": "off-balance that undoes it"}
    return Section("drift", "Off-balance drift", [DRIFT], (), Table(portfolio.drift(live.premiums), heads, STYLES))


def _silence(live: Live) -> Section:
    table = portfolio.silence(live.insured, live.exposure, live.since, live.today)
    heads = {"vehicle_days": "insured vehicle-days", "silent": "without a report", "silent_share": "share",
             "unseen_share": "km driven unseen"}  # fmt: skip
    said = ["A day without a report is a parked vehicle, or one whose device says nothing: alerts tell the two apart."]
    return Section("silence", "Silence", said, (), Table(table, heads, STYLES))


def _moves(live: Live) -> Section:
    heads = {"a_vehicle": "flips a vehicle and month"}
    return Section("moves", "Indications that move", [FLIPS], (), Table(portfolio.moves(live.entries), heads, STYLES))


def _changed(live: Live) -> list[Section]:
    found = portfolio.last_change(live.entries)
    if found.is_empty():
        return [Section("disruption", "Last change of tariff", ["No premium on record was indicated by two tariffs."])]
    old, new = (found[name].to_numpy() for name in ("old", "new"))
    return changed.sections(old, new, [CHANGED, f"To tariff {found['tariff_id'][0]}."])
