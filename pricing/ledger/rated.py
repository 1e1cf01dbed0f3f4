"""Rated: a premium with everything it was made from, and the same premium made again from that alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise
from typing import Any

from pricing.balance.hysteresis import Hysteresis
from pricing.canonical import plain
from pricing.explain import taken
from pricing.exposure import SILENT, Exposure
from pricing.ladder import CAP, LEVIES, PREMIUM, Step, as_told
from pricing.ledger.entry import Draft, Entry
from pricing.levies import levies
from pricing.money import cents
from pricing.premium import INDICATED, Risk
from pricing.rating import rate
from pricing.score import Own
from pricing.stated import Stated, scored
from pricing.tariff import Tariff

RATING = "rating"
COEFFICIENT = "coefficient"  # the step of an insurer's own coefficient, where a jurisdiction has a window for it
SNAPSHOT = ("risk", "exposure", "own", "period", "shown")


@dataclass(frozen=True)
class Shown:
    """What was shown before of the same, and how it may move."""

    amount: Decimal
    moves: Hysteresis
    within: bool = True  # the window of a coefficient that a jurisdiction sets; older entries do not say it

    def holds(self, found: Decimal) -> bool:
        """Whether it is still shown where ``found`` is what would be right now."""
        return cents(self.moves.publish(self.amount, found)) == self.amount


def rated(
    risk: Risk,
    exposure: Exposure,
    tariff: Tariff,
    own: Own | Stated | None = None,
    kind: str = INDICATED,
    period: tuple[date, date] | None = None,
    shown: Shown | None = None,
) -> Draft:
    """Draft of the premium of ``risk``; ``own`` is the vehicle's exposure by class over as long a history as there is,
    or its score alone.

    The premium is made from what is written down, numbers to 6 places, and not from what was handed in. ``period`` is
    when it holds, if not all the time it is the premium for. Of a move too small to be shown the amount is the one
    shown before.
    """
    when = {"period": plain(period or (risk.valid_from, risk.valid_to)), "shown": plain(shown)}
    history: Own | Stated = {risk.klass: exposure} if own is None else own
    return _draft({**when, **snapshot(risk, exposure, history)}, kind, tariff)


def snapshot(risk: Risk, exposure: Exposure, own: Own | Stated) -> dict[str, Any]:
    """What a premium is made from, written down."""
    said: Any = plain(own)
    if not isinstance(own, Stated):
        said = [{"class": klass, "sums": plain(seen.sums)} for klass, seen in own.items()]
    return {"risk": plain(risk), "exposure": plain(exposure.sums), "own": said}


def alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two risks as they were written down are one; what an older version did not ask for tells none apart."""
    return all(one[name] == other[name] for name in one.keys() & other.keys())


def made_from(said: Mapping[str, Any]) -> tuple[Risk, Exposure, Own | Stated]:
    """What ``snapshot`` wrote down."""
    own = said["own"]
    if isinstance(own, dict):
        told = Stated(**{name: float(number) for name, number in own.items() if number is not None})
        return _risk(said["risk"]), _exposure(said["exposure"]), told
    known = {part["class"]: _exposure(part["sums"]) for part in own}
    return _risk(said["risk"]), _exposure(said["exposure"]), known


def again(draft: Draft, tariff: Tariff) -> Draft:
    """The draft made again from its snapshot and ``tariff``."""
    said = {name: draft.made[name] for name in SNAPSHOT if name in draft.made}
    return _draft(said, draft.kind, tariff, draft.made["steps"])


def row(entry: Entry) -> dict[str, Any]:
    """The entry as a row of the premiums table, which ``explain_premium`` reads."""
    made, said = entry["made"], entry.draft
    if said.reverses is not None:
        raise ValueError(f"entry {entry['seq']} reverses another; explain that one")
    steps = [{**step, "credibility": _number(step["credibility"])} for step in made["steps"]]
    names = {name: made[name] for name in ("tariff_id", "status", "caps")}
    return {
        **vars(said),
        **names,
        "premium_id": entry.hash,
        "fleet_id": made["risk"]["fleet_id"],
        "credibility": _number(made["credibility"]),
        "factors": steps,
    }


def silence(entry: Entry) -> str:
    """What weeks of silence had taken when the premium was made; empty: nothing."""
    own = made_from(entry["made"])[2]
    if not isinstance(own, Stated):
        return taken({SILENT: max((seen[SILENT] for seen in own.values()), default=0.0)})
    lower = own.heard is not None and own.credibility < own.heard
    return f"credibility {own.heard:.2f} on the last day heard of, {own.credibility:.2f} now" if lower else ""


def _number(said: str | None) -> float | None:
    return None if said is None else float(said)


def _draft(said: dict[str, Any], kind: str, tariff: Tariff, told: Sequence[Mapping[str, Any]] = ()) -> Draft:
    """Its steps are those ``told``, if any were: an older version told of fewer."""
    risk, exposure, own = made_from(said)
    premium = rate(risk, exposure, tariff, scored(own, tariff), kind)
    own_steps = [step for step in premium.factors if step.part != LEVIES]
    steps = [*own_steps, *_moved(own_steps, said.get("shown"), _window(own_steps, risk, tariff))]
    amount = steps[-1].amount
    steps = as_told([*steps, *levies(tariff, risk.cover, amount)], told)
    ladder = {"steps": plain(steps), "caps": premium.caps, "credibility": plain(premium.credibility)}
    start, end = map(date.fromisoformat, said["period"])
    names = {"by": RATING, "tariff": tariff.digest, "tariff_id": tariff.tariff_id, "status": tariff.status}
    return Draft(
        policy_id=risk.policy_id,
        vehicle_id=risk.vehicle_id,
        cover=risk.cover,
        kind=kind,
        valid_from=start,
        valid_to=end,
        amount=amount,
        currency=premium.currency,
        made=names | said | ladder,
    )


def _moved(steps: Sequence[Step], shown: Mapping[str, Any] | None, window: tuple[Decimal, Decimal]) -> list[Step]:
    """The step from what is found to what may be shown after what was; none where that is the same."""
    if shown is None:
        return []
    found, before = steps[-1].amount, Decimal(shown["amount"])
    moves = Hysteresis(**{name: Decimal(x) for name, x in shown["moves"].items()})
    amount = cents(moves.publish(before, found))
    if shown.get("within"):
        low, high = window
        amount = min(max(amount, low), high)
    if amount == found:
        return []
    allowed = f"{before} shown before"
    return [Step(PREMIUM, "hysteresis", "allowed", allowed, "", None, CAP, amount, amount)]


def _window(steps: Sequence[Step], risk: Risk, tariff: Tariff) -> tuple[Decimal, Decimal]:
    """Least and most that may be shown, in whole cents: of what the insurer's own coefficient acts on, if there is one.

    A cap or minimum after it that leads further holds all the same.
    """
    profile, found = tariff.coefficient(risk.cover), steps[-1].amount
    if profile is None:
        return Decimal(0), Decimal("Infinity")
    window = profile.window(risk.begun, risk.energy)
    acted_on = next(before.amount for before, step in pairwise(steps) if step.name == COEFFICIENT)
    low, high = cents(acted_on * window.low, ROUND_CEILING), cents(acted_on * window.high, ROUND_FLOOR)
    return min(low, found), max(high, found)


def _exposure(sums: Mapping[str, str]) -> Exposure:
    return Exposure({name: float(x) for name, x in sums.items() if x is not None})


def _risk(said: Mapping[str, Any]) -> Risk:
    """A risk as ``plain`` wrote it down; what an older version did not ask for is not known."""
    return Risk(**{each.name: _field(each.type, said[each.name]) for each in fields(Risk) if each.name in said})


def _field(kind: Any, said: Any) -> Any:
    if kind is float:
        return float("nan") if said is None else float(said)
    if kind in (date, date | None) and said is not None:
        return date.fromisoformat(said)
    return Decimal(said) if kind == Decimal | None and said is not None else said
