"""Moved: the tariffs that are known, and the portfolio rated with two of them, once for as long as the figures hold."""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from console.endpoint import Ask
from console.gate.problems import Problem
from console.reckoning.figures import figures
from pricing.rating import RatingError
from pricing.risks import in_currency
from pricing.tariff import Tariff
from pricing.tariffs import shipped
from pricing.tariffs.compared import VEHICLE, capped, changes
from streams import settings
from streams.layers import ConfigError
from streams.ledger import exposed
from streams.tables import moment
from streams.tariffs import shelf


class Known(NamedTuple):
    """A tariff as it is written; ``configured`` by tariff.path, else it comes along to be compared with."""

    tariff: Tariff
    text: str
    configured: bool


def known(ask: Ask) -> dict[str, Known]:
    """By name: those of the configuration, then the shipped ones that are others."""
    own = shelf(ask.world.config.tariff)
    found = {one.tariff_id: Known(one, own.text(one), True) for one in own.tariffs}
    digests = {one.digest for one in own.tariffs}
    for name in shipped():
        try:
            other = shelf(settings.Tariff(path=name))
        except ConfigError:
            continue
        (one,) = other.tariffs
        if one.digest not in digests:
            found[name] = Known(one, other.text(one), False)
    return found


def pair(ask: Ask, old: str, new: str) -> tuple[Known, Known]:
    """The two that are asked for, of one currency; by default the one in force, and the first other."""
    every, force = known(ask), ask.world.rules.tariff
    before = _named(every, old or next((name for name, one in every.items() if one.tariff.digest == force.digest), ""))
    alike = [name for name, one in every.items() if one.tariff.currency == before.tariff.currency and one != before]
    after = _named(every, new or next(iter(alike), force.tariff_id))
    if after.tariff.currency != before.tariff.currency:
        raise Problem(422, "currencies", f"one is in {before.tariff.currency}, the other in {after.tariff.currency}")
    return before, after


def _named(every: dict[str, Known], name: str) -> Known:
    if name not in every:
        raise Problem(404, "no_tariff", f"there is no tariff {name!r}: {', '.join(every)}")
    return every[name]


def changed(ask: Ask, old: Tariff, new: Tariff, by: Sequence[str] = VEHICLE) -> pl.DataFrame:
    """Both premiums of each vehicle, policy, fleet or cover, what moves most first; of the fleets that are seen."""
    key = ("changed", old.digest, new.digest)
    both = figures(ask.world).worked(key, lambda: _rated(ask, old, new))
    before, after = (frame.filter(pl.col("fleet_id").is_in(_fleets(ask, frame))) for frame in both)
    down = [True, *[False] * len(by)]
    return changes(before, after, by).sort(pl.col("change").abs(), *by, descending=down, nulls_last=True)


def _fleets(ask: Ask, frame: pl.DataFrame) -> list[str]:
    return [one for one in frame["fleet_id"].unique().to_list() if ask.scope.fleet(one)]


def _rated(ask: Ask, old: Tariff, new: Tariff) -> tuple[pl.DataFrame, pl.DataFrame]:
    try:
        before, after = (_premiums(ask, one) for one in (old, new))
    except RatingError as error:
        raise Problem(422, "refused", str(error)) from error
    return before, capped(before, after, new)


def _premiums(ask: Ask, tariff: Tariff) -> pl.DataFrame:
    """The premiums of the portfolio with a tariff, as `tripmeter tariff compare` has them."""
    made, risks = figures(ask.world), figures(ask.world).risks()
    own = None if risks is None else in_currency(risks, tariff)
    with ask.world.store.reading() as connection:
        return exposed.amounts(connection, tariff, own, moment(made.now))
