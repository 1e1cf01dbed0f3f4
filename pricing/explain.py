"""Explain: why a premium or a score is what it is, in lines that add up, from its stored row alone."""

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from pricing.changes import Wish, premium_at, told_by, wishes
from pricing.ladder import GAP, LEVIES, PREMIUM, RUNNING, STANDING, TELEMATICS, Step, climb
from pricing.levies import due
from pricing.tariff import STATUSES

HEADINGS = {
    STANDING: "Standing: days insured, driven or parked",
    TELEMATICS: "Own driving against the class",
    RUNNING: "Running: km measured",
    GAP: "Running: km driven but not seen, without telematics credit",
    PREMIUM: "Premium",
    LEVIES: "Taxes and levies: no part of the premium, paid with it",
}
MISSING = {"rate": "not observed", "own driving": "own driving"}
UNSEEN = "not observable with this device"
SIGNS = {
    "start": "x ",
    "times": "x ",
    "plus": "+ ",
    "divide": "/ ",
    "cap": "= ",
    "sum": "",
    "round": "to ",
    "levy": "x ",
}


class Line(NamedTuple):
    """One line of an explanation; a heading has only ``label``."""

    label: str
    detail: str = ""
    effect: str = ""
    amount: str = ""


def explain_premium(row: Mapping[str, Any], points: Iterable[Mapping[str, Any]] = (), silence: str = "") -> list[Line]:
    """Lines for a row of the premiums table; raises ``ValueError`` if its steps do not make its amount.

    With the ``points`` of the vehicle's score, also what would change it. ``silence`` says what one has taken.
    """
    steps = [_step(step) for step in row["factors"]]
    amount = Decimal(str(row["amount"]))
    if climb(steps) != amount:
        raise ValueError(f"premium {row['premium_id']}: the steps make {climb(steps)}, the row says {amount}")
    return [
        Line(f"{amount} {row['currency']} {row['kind']} ({row['status']})"),
        Line("vehicle", f"{row['fleet_id']}/{row['vehicle_id']}, policy {row['policy_id']}"),
        Line("cover", f"{row['cover']}, {_day(row['valid_from'])} to {_day(row['valid_to'])}, end excluded"),
        Line("tariff", row["tariff_id"]),
        *_ladder(steps),
        *_to_pay(steps, amount),
        Line("caps that bound", row["caps"] or "none"),
        *([Line("silence", silence)] if silence else []),
        *_headed(_cheaper(steps, amount, points)),
    ]


def _headed(lines: Iterable[Line]) -> list[Line]:
    found = list(lines)
    return [Line("What would change it"), *found] if found else []


def _cheaper(steps: list[Step], amount: Decimal, points: Iterable[Mapping[str, Any]]) -> Iterator[Line]:
    """What the premium would be with a behaviour at another rate, everything else as it is."""
    for wish in wishes(told_by(steps, points)):
        other = premium_at(steps, wish.behaviour, wish.eta)
        yield Line("  " + wish.behaviour, _wanted(wish), f"{float(other / amount - 1):+.1%}", f"{other}")


def _wanted(wish: Wish) -> str:
    return f"{wish.rate:.4g} -> {wish.wanted:.4g} {wish.unit}"


def _ladder(steps: list[Step]) -> Iterator[Line]:
    part = ""
    for step in steps:
        if step.part != part:
            part = step.part
            yield Line(HEADINGS[part])
        yield _rung(step)


def _to_pay(steps: list[Step], amount: Decimal) -> Iterator[Line]:
    if any(step.part == LEVIES for step in steps):
        yield Line("to pay", "premium, taxes and levies", "", f"{amount + due(steps):.2f}")


def _rung(step: Step) -> Line:
    effect = "" if step.op == "sum" else SIGNS[step.op] + _plain(step.effect)
    shown = f"{step.value} {step.unit}".strip() if step.value else MISSING.get(step.covariate, "not known")
    if not step.covariate:
        shown = ""
    if step.credibility is not None:
        shown += f", credibility {step.credibility:.2f}"
    return Line("  " + step.name, shown, effect, _plain(step.amount))


def explain_score(row: Mapping[str, Any]) -> list[Line]:
    """Lines for a row of the scores table."""
    who = row["driver_id"] if row["subject"] == "driver" else row["vehicle_id"]
    total = round(row["base"] + sum(point["points"] for point in row["points"]), 2)
    doubt = "provisional: " if row["provisional"] else ""
    return [
        Line(f"score {row['score']:.2f} of {row['subject']} {row['fleet_id']}/{who} ({row['status']})"),
        Line("from", f"{row['km']:.1f} km, {_day(row['valid_from'])} to {_day(row['valid_to'])}, end excluded"),
        *_memory(row["memory"]),
        *([Line("silence", taken(row))] if taken(row) else []),
        Line("likely between", f"{row['low']:.2f} and {row['high']:.2f}; {doubt}credibility {row['credibility']:.2f}"),
        *_peers(row),
        Line("coaching score", f"{row['coaching_score']:.2f}, from what can be controlled"),
        Line("tariff", row["tariff_id"]),
        Line("Points"),
        Line("  class", "", "", f"{row['base']:.2f}"),
        *[_behaviour(point, row["km"]) for point in row["points"]],
        Line(
            "  score", "" if total == row["score"] else f"{total:.2f} kept between 0 and 100", "", f"{row['score']:.2f}"
        ),
        *_headed(_better(row)),
    ]


def _better(row: Mapping[str, Any]) -> Iterator[Line]:
    """Points that another rate of a behaviour would bring, and by how much fewer claims would be expected."""
    for wish in wishes(row["points"]):
        more = -row["points_per_eta"] * math.log1p(wish.claims)
        yield Line("  " + wish.behaviour, _wanted(wish), f"{wish.claims:+.1%} claims", f"{more:+.2f}")


def _peers(row: Mapping[str, Any]) -> list[Line]:
    if row.get("percentile") is None:
        return []
    whose = "illustrative, " if row.get("status") == STATUSES[0] else ""
    return [
        Line("among its peers", f"above {row['percentile']:.0f} of 100 scored once, {whose}of class {row['class']}")
    ]


def _memory(weeks: float) -> list[Line]:
    return [Line("of which counts", f"half after {weeks:g} weeks")] if math.isfinite(weeks) else []


def taken(row: Mapping[str, Any]) -> str:
    """What weeks of silence have taken from a score, by its row; empty: nothing."""
    share = row.get("silent") or 0.0
    said = f"weeks of little or no driving have taken {share:.1%} of what credit stands on, and of a surcharge nothing"
    return said if share > 0 else ""


def _believed(point: Mapping[str, Any]) -> str:
    now, before = (f"{z:.2f}" for z in (point["credibility"], point.get("heard") or point["credibility"]))
    return f"credibility {now}" + ("" if now == before else f", {before} before a silence")


def unseen(row: Mapping[str, Any]) -> list[str]:
    """Behaviours of a score's row that its devices could not have shown, though it was driven: not calm, not known."""
    blind = (point for point in row["points"] if point["rate"] is None and not point["one_sided"])
    return [point["behaviour"] for point in blind if row["km"] > 0]


def _behaviour(point: Mapping[str, Any], km: float) -> Line:
    mean = f"class {point['class_mean']:.4g} {point['unit']}"
    none = "none known" if point["one_sided"] else UNSEEN
    seen = f"{point['rate']:.4g}" if point["rate"] is not None else none if km > 0 else "not driven"
    detail = f"{seen}, {mean}, {_believed(point)}"
    return Line("  " + point["behaviour"], detail, f"{point['credible_rate']:.4g}", f"{point['points']:+.2f}")


def text(lines: list[Line]) -> str:
    """The lines as columns."""
    wide = [max((len(line[i]) for line in lines if line.detail or line.amount), default=0) for i in range(4)]
    return "\n".join(_columns(line, wide) for line in lines)


def _columns(line: Line, wide: list[int]) -> str:
    if not line.detail and not line.amount:
        return line.label
    left = f"{line.label:{wide[0]}}  {line.detail:{wide[1]}}  {line.effect:>{wide[2]}}  {line.amount:>{wide[3]}}"
    return left.rstrip()


def _step(step: Mapping[str, Any]) -> Step:
    """A stored step; JSON and SQLite keep decimals as text."""
    exact = {name: Decimal(str(step[name])) for name in ("effect", "amount")}
    return Step(**{**step, **exact})


def _plain(number: Decimal) -> str:
    """Without the zeros at the end, but with cents."""
    short = format(number.normalize(), "f")
    return short if len(short.partition(".")[2]) >= 2 else f"{number:.2f}"


def _day(moment: date | datetime | str | float) -> str:
    return f"{moment:%Y-%m-%d}" if isinstance(moment, date) else str(moment)[:10]
