"""Due: what many risks are to be indicated at now, together, to the cent and without the steps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from pricing.exposure import Exposure, vehicle_days
from pricing.fixed import ONE, Floats, decimals, millionths, whole
from pricing.layout import Layout
from pricing.many import Drivers, Driving
from pricing.premium import Risk
from pricing.score import Own
from pricing.sheets import UNPAID
from pricing.stated import Stated, scored
from pricing.tariff import Tariff

KM = ("km_measured", "km_gap")


@dataclass(frozen=True)
class Due:
    """A risk the tariff has a rate for, its km, and its vehicle's exposure by class or score alone."""

    risk: Risk
    exposure: Exposure
    own: Own | Stated


def amounts(due: Sequence[Due], tariff: Tariff) -> list[Decimal]:
    """What ``ledger.rated`` makes of each, numbers to six places as it writes them down."""
    own, found = _driving(due, tariff), [Decimal(0)] * len(due)
    for cover in {one.risk.cover for one in due}:
        layout = Layout(tariff.covers[cover], tariff)
        rows = np.array([k for k, one in enumerate(due) if one.risk.cover == cover], np.int64)
        km = np.array([[due[k].exposure[name] for name in KM] for k in rows.tolist()], np.float64)
        sheet = layout.sheet(_known([due[k].risk for k in rows.tolist()], layout))
        for k, amount in zip(rows.tolist(), decimals(sheet.premium(own[rows], km)[0]), strict=True):
            found[k] = amount
    return found


def _known(risks: Sequence[Risk], layout: Layout) -> dict[str, Any]:
    """What is asked for of risks."""
    days = np.array([vehicle_days(risk.valid_from, risk.valid_to) for risk in risks], np.int64)
    paid = np.array([UNPAID if risk.previous is None else whole(risk.previous) for risk in risks], np.int64)
    given = {"class": [risk.klass for risk in risks], "days": days, "previous": paid}
    asked = [name for name in layout.asked if name not in given]
    return given | {name: _values([getattr(risk, name) for risk in risks]) for name in asked}


def _values(values: list[Any]) -> Any:
    if not all(isinstance(value, float) for value in values):
        return values
    numbers = np.array(values, np.float64)
    return np.where(np.isnan(numbers), np.nan, _six(np.nan_to_num(numbers)))


def _six(numbers: Floats) -> Floats:
    found: Floats = millionths(numbers) / ONE
    return found


def _driving(due: Sequence[Due], tariff: Tariff) -> Driving:
    """Own driving of each: on arrays of one class, by its score else; one that serves several covers is made once."""
    drivers, size = Drivers(tariff), len(due)
    found = Driving(np.full(size, ONE, np.int64), np.zeros(size, bool), np.zeros(size), np.zeros(size))
    place = {id(one.own): k for k, one in enumerate(due)}
    alone = [k for k in place.values() if _single(due[k].own)]
    others = sorted(set(place.values()) - set(alone))
    _put(found, alone, _of_classes([due[k].own for k in alone], drivers))
    for k in others:
        _put(found, [k], drivers.scored([scored(due[k].own, tariff)]))
    return found[np.array([place[id(one.own)] for one in due], np.int64)]


def _single(own: Own | Stated) -> bool:
    """Whether all of it was driven in one class."""
    return not isinstance(own, Stated) and len(own) == 1


def _of_classes(own: Iterable[Any], drivers: Drivers) -> Driving:
    pairs = [next(iter(one.items())) for one in own]
    return drivers(drivers.sums(seen for _, seen in pairs), drivers.codes(klass for klass, _ in pairs))


def _put(into: Driving, rows: list[int], found: Driving) -> None:
    into.relativity[rows], into.capped[rows] = found.relativity, found.capped
    into.credibility[rows], into.heard[rows] = found.credibility, found.heard
