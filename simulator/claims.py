"""Claims: drawn from the truth in event time, in proportion to what was driven, each with its development."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from simulator.drivers import Driver
from simulator.losses import DAY, LOSSES, cost, development, lag
from simulator.perils import OF_A_CRASH, PERILS, covers, relativity, running, standing
from simulator.vehicles import Vehicle

Floats = npt.NDArray[np.float64]

UTC_MS, MONEY = pl.Datetime("ms", "UTC"), pl.Decimal(14, 2)
CLAIMS: dict[str, Any] = {
    **dict.fromkeys(("claim_id", "policy_id", "fleet_id", "vehicle_id", "driver_id", "cover"), pl.String),
    **dict.fromkeys(("loss_at", "reported_at"), UTC_MS),
    "at_fault": pl.Boolean,
}
DEVELOPMENT: dict[str, Any] = {
    "claim_id": pl.String,
    "valued_at": UTC_MS,
    "status": pl.String,  # open, closed
    **dict.fromkeys(("paid", "reserve"), MONEY),  # so far, and what is thought to come
}


class Driven(NamedTuple):
    """What one driver drove of a vehicle, in stretches that ascend and do not overlap, within the days it was insured.

    Who else drives it has a record of its own, of no days: what befalls the vehicle at rest is its own driver's record.
    """

    vehicle: Vehicle
    driver: Driver
    first: float  # UTC epoch s from which it is insured, and until when
    last: float
    start: Floats  # UTC epoch s of each stretch
    end: Floats
    km: Floats
    crashes: tuple[float, ...] = ()  # on the answer sheet, UTC epoch s
    likely: float = 0.0  # crashes that were to be expected
    relief: int = 0  # number of who took over from its own driver


class Occurred(NamedTuple):
    """A claim as it happens."""

    number: int  # of the vehicle's cover
    cover: str
    at: float  # UTC epoch s
    driven: bool
    crash: bool = False  # one that is on the answer sheet


def occurred(driven: Driven, seed: list[int]) -> Iterator[Occurred]:
    """Every claim of a vehicle, cover by cover.

    A Poisson process of the true frequency's own clock: its points do not depend on how the driving is cut into
    stretches, nor on how long one goes on after them.
    """
    klass = driven.vehicle.kind.name
    for k, cover in enumerate(PERILS):
        if cover not in covers(klass):
            continue
        peril = PERILS[cover]
        rng = np.random.default_rng([*seed, k])
        hazard = running(peril, klass) * relativity(driven.driver, peril) * np.cumsum(np.append(0.0, driven.km))
        yard = standing(peril, klass) * (driven.last - driven.first) / DAY
        moving = [(_at(driven, hazard, point), True) for point in _points(rng.spawn(1)[0], float(hazard[-1]))]
        parked = [(driven.first + DAY * p / standing(peril, klass), False) for p in _points(rng.spawn(1)[0], yard)]
        for number, (at, driving) in enumerate(sorted(moving + parked), 1):
            yield Occurred(number, cover, at, driving)


def crashed(driven: Driven, seed: list[int]) -> Iterator[Occurred]:
    """The claims that crashes of the answer sheet become: of own damage each, of other covers by chance."""
    for number, at in enumerate(driven.crashes, 1):
        rng = np.random.default_rng([*seed, 2 * len(PERILS), number])
        for cover, chance in OF_A_CRASH.items():
            if rng.random() < chance and cover in covers(driven.vehicle.kind.name):
                yield Occurred(number, cover, at, True, crash=True)


def _points(rng: np.random.Generator, until: float) -> Iterator[float]:
    point = rng.exponential()
    while point < until:
        yield float(point)
        point += rng.exponential()


def _at(driven: Driven, hazard: Floats, point: float) -> float:
    """UTC epoch s at which the hazard reaches a point."""
    k = int(np.searchsorted(hazard, point, side="right")) - 1
    share = (point - hazard[k]) / (hazard[k + 1] - hazard[k])
    return float(driven.start[k] + share * (driven.end[k] - driven.start[k]))


def tables(driven: Driven, seed: list[int]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of ``CLAIMS`` and of ``DEVELOPMENT``, whole lives, also what comes after the last day insured."""
    claims: list[dict[str, Any]] = []
    lives: list[dict[str, Any]] = []
    vehicle = driven.vehicle
    for one in (*occurred(driven, seed), *crashed(driven, seed)):
        loss, peril = LOSSES[one.cover], PERILS[one.cover]
        kind = 3 * len(PERILS) if one.crash else len(PERILS)
        rng = np.random.default_rng([*seed, kind, list(PERILS).index(one.cover), one.number])
        final, reported = cost(loss, rng), one.at + lag(loss, rng)
        fault = (bool(rng.random() < peril.at_fault) and (one.driven or peril.at_fault == 1.0)) or one.crash
        way = f"{f'relief-{driven.relief}-' if driven.relief else ''}{'crash-' if one.crash else ''}"
        claim_id = f"C-{vehicle.vehicle_id}-{one.cover}-{way}{one.number}"
        claims.append(
            {
                "claim_id": claim_id,
                "policy_id": f"P-{vehicle.fleet_id}",
                "fleet_id": vehicle.fleet_id,
                "vehicle_id": vehicle.vehicle_id,
                "driver_id": driven.driver.driver_id if one.driven else None,
                "cover": one.cover,
                "loss_at": _utc(one.at),
                "reported_at": _utc(reported),
                "at_fault": fault,
            }
        )
        lives += _life(claim_id, reported, development(loss, final, rng))
    return claims, lives


def _life(claim_id: str, reported: float, rows: list[tuple[float, int, int]]) -> Iterator[dict[str, Any]]:
    for k, (after, paid, reserve) in enumerate(rows, 1):
        yield {
            "claim_id": claim_id,
            "valued_at": _utc(reported + after),
            "status": "closed" if k == len(rows) else "open",
            "paid": Decimal(paid) / 100,
            "reserve": Decimal(reserve) / 100,
        }


def _utc(at: float) -> datetime:
    return datetime.fromtimestamp(round(at, 3), UTC)
