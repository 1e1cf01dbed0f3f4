"""Insured over HTTP: what an underwriter is asked to insure - vehicles, km seen and unseen, what is known of each."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec
import polars as pl

from console.api.ledger import seen
from console.api.pricing import premiums
from console.endpoint import Ask, Endpoint, Shape
from console.gate.access import PRICING
from console.gate.problems import Problem
from console.lists.sorting import Sorted, by, page
from console.reckoning.books import Account, books, worst
from console.reckoning.figures import figures, rows
from console.shapes import Page
from pricing.exposure import YEAR
from streams.registry.rows import FleetRow as Registered

NOTHING = Decimal("0.00")
LEAST_DAYS = 30  # from which a pace is told: a busy week is no year
WHOLE = ("", "")  # vehicle and cover of what is charged to the policy
Key = tuple[str, str]
Row = dict[str, Any]


class Wanted(Sorted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which fleets."""

    fleet: str = ""


class Fleet(Shape):
    """A fleet: what of its driving is seen, how far its vehicles' own driving is believed, what it pays."""

    fleet_id: str
    name: str
    vehicles: int
    km_measured: float
    km_gap: float  # driven, by the odometer, and not seen
    gap_share: float | None
    credibility: float | None  # Z of its vehicles' own driving, on average
    provisional: int  # vehicles of whose driving too little is known for a score
    indicated: Decimal  # of its vehicles' terms, as indicated last
    charged: Decimal  # less what was given back
    currency: str
    status: str  # illustrative where the tariff in force is, or one that an entry was made by


class Scheduled(Shape):
    """A vehicle's cover in a policy, with what is known of it."""

    fleet_id: str
    vehicle_id: str
    vehicle: str
    plate: str
    klass: str = msgspec.field(name="class")
    use: str
    year: int | None
    policy_id: str
    cover: str
    valid_from: str
    valid_to: str
    sum_insured: float | None
    deductible: float | None
    annual_km: float | None  # declared
    km_a_year: float | None  # at the pace of the days on record; null: too few of them
    days: int  # on record
    km_measured: float
    km_gap: float
    gap_share: float | None
    score: float | None
    low: float | None
    high: float | None
    credibility: float | None  # Z
    provisional: bool
    amount: Decimal | None  # indicated for the days on record
    indicated: Decimal | None  # for the whole term, as the ledger has it
    charged: Decimal
    adjusted: Decimal
    difference: Decimal | None  # charged and adjusted less what is indicated; null: charged to the policy as a whole
    currency: str
    status: str


FLEETS = by(Fleet, "fleets")
SCHEDULE = by(Scheduled, "vehicles", score=lambda row: None if row.provisional else row.score)


def listed(ask: Ask) -> Page[Fleet]:
    """Fleets with insured vehicles, all of which are seen; one whose policies are of two currencies is two rows."""
    known = Known(ask)
    found = _scheduled(ask, known)
    names = {one.fleet_id: one.name for one in ask.world.known.registry.of(Registered)}
    by_fleet: dict[tuple[str, str], list[Scheduled]] = {}
    for row in filter(lambda row: ask.query.fleet in ("", row.fleet_id), found):
        by_fleet.setdefault((row.fleet_id, row.currency), []).append(row)
    made = [_fleet(one, names.get(one, one), some, known.whole(some)) for (one, _), some in sorted(by_fleet.items())]
    return page(made, ask.query, lambda row: f"{row.fleet_id} {row.currency}", lambda row: row, FLEETS)


def schedule(ask: Ask) -> Page[Scheduled]:
    """A fleet's vehicles, a row a policy and cover."""
    found = [row for row in _scheduled(ask, Known(ask)) if row.fleet_id == ask.parts["fleet"]]
    if not found:
        raise Problem(404, "no_fleet", f"there is no fleet {ask.parts['fleet']!r}")
    return page(found, ask.query, _name, lambda row: row, SCHEDULE)


def _name(row: Scheduled) -> str:
    return f"{row.vehicle_id} {row.policy_id} {row.cover}"


def _fleet(fleet_id: str, name: str, some: list[Scheduled], whole: Decimal) -> Fleet:
    vehicles = list({row.vehicle_id: row for row in some}.values())
    believed = [row.credibility for row in vehicles if row.credibility is not None]
    measured, gap = (sum(getattr(row, which) for row in vehicles) for which in ("km_measured", "km_gap"))
    return Fleet(
        fleet_id=fleet_id,
        name=name,
        vehicles=len(vehicles),
        km_measured=round(measured, 1),
        km_gap=round(gap, 1),
        gap_share=_share(gap, measured),
        credibility=sum(believed) / len(believed) if believed else None,
        provisional=sum(row.provisional for row in vehicles),
        indicated=_sum(row.indicated for row in some),
        charged=_sum(row.charged + row.adjusted for row in some) + whole,
        currency=some[0].currency,
        status=worst([row.status for row in some], some[0].status),
    )


def _scheduled(ask: Ask, known: "Known") -> list[Scheduled]:
    """All that is insured and seen, in order of fleet, vehicle, policy and cover."""
    made = figures(ask.world)
    risks = made.risks()
    if risks is None:
        return []
    pieces = risks.sort("fleet_id", "vehicle_id", "policy_id", "cover", "valid_from")
    groups: dict[tuple[str, str, str, str], list[Row]] = {}
    for row in filter(lambda row: ask.scope.fleet(row["fleet_id"]), rows(pieces)):
        groups.setdefault((row["fleet_id"], row["vehicle_id"], row["policy_id"], row["cover"]), []).append(row)
    return [known.row(*key, some) for key, some in groups.items()]


class Known:
    """What exposure, scores, premiums and ledger have of each vehicle."""

    def __init__(self, ask: Ask) -> None:
        six = figures(ask.world).tables()
        self._tariff, self._roster = ask.world.rules.tariff, ask.world.known.roster
        self._km = _km(six["exposure"])
        scored = six["scores"].filter(pl.col("subject") == "vehicle")
        self._scores = {(row["fleet_id"], row["vehicle_id"]): row for row in rows(scored)}
        self._rated: dict[tuple[str, ...], list[Row]] = {}
        for row in rows(premiums(ask).drop("factors")):
            key = (row["fleet_id"], row["vehicle_id"], row["policy_id"], row["cover"])
            self._rated.setdefault(key, []).append(row)
        with ask.world.store.reading() as connection:
            chains = books(ask.world).read(connection)
        own = seen(ask)
        self._accounts = {name: chain.accounts for name, chain in chains.items() if own(name)}

    def row(self, fleet_id: str, vehicle_id: str, policy_id: str, cover: str, some: list[Row]) -> Scheduled:
        """A vehicle's cover; of what changed in the term the last holds."""
        last, score = some[-1], self._scores.get((fleet_id, vehicle_id), {})
        rated = self._rated.get((fleet_id, vehicle_id, policy_id, cover), [])
        account = self._accounts.get(policy_id, {}).get((vehicle_id, cover), Account())
        same = ("use", "year", "sum_insured", "deductible", "annual_km")
        return Scheduled(
            fleet_id=fleet_id,
            vehicle_id=vehicle_id,
            vehicle=f"{fleet_id}/{vehicle_id}",
            plate=self._roster.place(fleet_id, vehicle_id)[1],
            klass=last["class"],
            policy_id=policy_id,
            cover=cover,
            valid_from=some[0]["valid_from"].isoformat(),
            valid_to=last["valid_to"].isoformat(),
            **{name: last[name] for name in same},
            **self._driven((fleet_id, vehicle_id), sum(row["days"] for row in rated)),
            **_scored(score),
            amount=_sum(row["amount"] for row in rated) if rated else None,
            **_charged(account, WHOLE in self._accounts.get(policy_id, {})),
            currency=last["currency"] or self._tariff.currency,
            status=worst(account.statuses, self._tariff.status),
        )

    def whole(self, some: Iterable[Scheduled]) -> Decimal:
        """What is charged to the policies of these rows as a whole: deposits and their adjustments."""
        accounts = [self._accounts.get(name, {}).get(WHOLE, Account()) for name in {row.policy_id for row in some}]
        return _sum(one.charged + one.adjusted for one in accounts)

    def _driven(self, vehicle: Key, days: int) -> Row:
        measured, gap = self._km.get(vehicle, (0.0, 0.0))
        pace = round((measured + gap) * YEAR / days) if days >= LEAST_DAYS else None
        found = {"days": days, "km_measured": round(measured, 1), "km_gap": round(gap, 1), "km_a_year": pace}
        return found | {"gap_share": _share(gap, measured)}


def _scored(score: Row) -> Row:
    found: Row = {name: score.get(name) for name in ("score", "low", "high", "credibility")}
    return found | {"provisional": score.get("provisional", True)}


def _charged(account: Account, whole: bool) -> Row:
    paid, indicated = account.charged + account.adjusted, account.indicated
    found = {"indicated": indicated, "charged": account.charged, "adjusted": account.adjusted}
    return found | {"difference": None if indicated is None or whole else paid - indicated}


def _km(exposure: pl.DataFrame) -> Mapping[Key, tuple[float, float]]:
    """Km of each vehicle, measured and not seen, in whole metres added up."""
    metres = [(pl.col(name).fill_null(0.0) * 1000).round().cast(pl.Int64).sum() for name in ("km_measured", "km_gap")]
    summed = exposure.group_by("fleet_id", "vehicle_id").agg(metres)
    return {(fleet, vehicle): (seen / 1000, gap / 1000) for fleet, vehicle, seen, gap in summed.iter_rows()}


def _share(gap: float, measured: float) -> float | None:
    return round(gap / (gap + measured), 4) if gap + measured else None


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), NOTHING)


LISTS = (
    Endpoint(
        "GET", "/pricing/fleets", listed, "pricing", "Fleets that are insured", PRICING, Page[Fleet], query=Wanted
    ),
    Endpoint(
        "GET",
        "/pricing/fleets/{fleet}/vehicles",
        schedule,
        "pricing",
        "A fleet's schedule",
        PRICING,
        Page[Scheduled],
        query=Sorted,
    ),
)
