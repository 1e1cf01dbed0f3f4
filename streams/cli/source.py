"""Source: where a command reads the tables from - the service's data folder, or what a replay has written."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import polars as pl
from sqlalchemy import Connection

from pricing.rerating import indications
from pricing.risks import in_currency
from pricing.tariff import Tariff
from streams import config, objects, rules, tables
from streams.alert_rules import RULES, AlertRule
from streams.cli import database, screen
from streams.layers import ConfigError
from streams.ledger import exposed
from streams.objects import Objects
from streams.pipeline.chain import PARAMS
from streams.registry import RegistryError, Roster, load, stored
from streams.store import marks
from streams.store.migrations import SchemaError
from streams.store.store import Store, open_store
from streams.tables import Tables, TablesError

DATA = Path("tripmeter-data")


def tables_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--data and --tables."""
    command = click.option(
        "--tables", "folder", type=click.Path(path_type=Path), help="Folder that 'tripmeter replay --out' has written."
    )(command)
    return screen.data_option(command)


def store(data: Path | None) -> Store:
    """The store of a data folder that is there; without one the database of the configuration, if it names one."""
    try:
        url = "" if data else config.load().store.url
        return database.at(url) if url else _in_folder(data or DATA)
    except (ConfigError, SchemaError) as error:
        raise screen.fail(error) from error


def _in_folder(folder: Path) -> Store:
    if not (folder / "tripmeter.db").is_file():
        raise screen.fail(f"{folder} holds no tripmeter.db: give the --data folder of 'tripmeter run'")
    return open_store(folder)


def archive(data: Path | None) -> Objects:
    """The archive of the configuration; without one in it, the data folder."""
    try:
        settings = config.load()
        return objects.opened(settings.archive, data or settings.data.dir)
    except ConfigError as error:
        raise screen.fail(error) from error


def now(opened: Store) -> float:
    """What time it is in a store (UTC epoch s)."""
    with opened.reading() as connection:
        return marks.clock(connection, time.time())


def read(data: Path | None, folder: Path | None, by: Sequence[Tariff] = ()) -> Tables:
    """The six tables of a replay's ``folder``, or else of the service's ``data``, rated ``by`` these tariffs."""
    try:
        return tables.load(folder) if folder else of_store(store(data), *(by or tariffs()))
    except TablesError as error:
        raise screen.fail(error) from error


def tariff(config_path: Path | None = None, sets: tuple[str, ...] = ()) -> Tariff:
    """The tariff of the configuration in force today, of the first one's currency."""
    return tariffs(config_path, sets)[0]


def tariffs(config_path: Path | None = None, sets: tuple[str, ...] = ()) -> tuple[Tariff, ...]:
    """The tariffs of the configuration in force today, one a currency."""
    try:
        return rules.tariffs(config.load(config_path, sets=sets, params=PARAMS, kinds=RULES).tariff)
    except ConfigError as error:
        raise screen.fail(error) from error


def alert_rules(config_path: Path | None = None, sets: tuple[str, ...] = ()) -> dict[str, AlertRule]:
    """The alert rules of the configuration."""
    try:
        return config.alert_rules(config.load(config_path, sets=sets, params=PARAMS, kinds=RULES), RULES)
    except ConfigError as error:
        raise screen.fail(error) from error


def rated(folder: Path, registry: Path | None, klass: str, rated_with: Tariff, *others: Tariff) -> Tables:
    """The tables of a replay, its exposure rated anew; what is insured in the currency of another tariff by that."""
    six, risks = _insured(folder, registry, klass)
    return tables.rated(six, rated_with, risks, others)


def _insured(folder: Path, registry: Path | None, klass: str) -> tuple[Tables, pl.DataFrame]:
    """The tables of a replay, and what is insured."""
    try:
        six = tables.load(folder)
        return six, Roster(load(registry)).insured() if registry else tables.assumed(six["exposure"], klass)
    except (TablesError, RegistryError) as error:
        raise screen.fail(error) from error


def amounts(
    data: Path | None, folder: Path | None, rated_with: Tariff, registry: Path | None, klass: str
) -> pl.DataFrame:
    """The premiums of a replay's ``folder``, or else of the service's ``data``, all at once and without their steps.

    Of policies in the tariff's currency.
    """
    if folder:
        six, risks = _insured(folder, registry, klass)
        own = in_currency(risks, rated_with)
        return indications(tables.whoever(six), own, rated_with, until=tables.ended(six["exposure"]))
    return amounts_of(store(data), rated_with, klass)


def amounts_of(opened: Store, rated_with: Tariff, klass: str) -> pl.DataFrame:
    """The premiums of a store, as of its own clock, all at once and without their steps."""
    with opened.reading() as connection:
        risks, now_ = _registered(connection)
        own = None if risks is None else in_currency(risks, rated_with)
        return exposed.amounts(connection, rated_with, own, now_, klass)


def premiums(
    data: Path | None, folder: Path | None, rated_with: Tariff, registry: Path | None, klass: str
) -> pl.DataFrame:
    """The same as ``amounts``, with their steps."""
    if folder:
        six, risks = _insured(folder, registry, klass)
        return tables.rated(six, rated_with, in_currency(risks, rated_with))["premiums"]
    with store(data).reading() as connection:
        found, now_ = _registered(connection)
        own = None if found is None else in_currency(found, rated_with)
        return exposed.rated(connection, rated_with, own, now_)["premiums"]


def of_store(opened: Store, rated_with: Tariff, *others: Tariff) -> Tables:
    """The six tables of a store, as of its own clock; what is insured in the currency of another tariff by that."""
    with opened.reading() as connection:
        return exposed.rated(connection, rated_with, *_registered(connection), others)


def _registered(connection: Connection) -> tuple[pl.DataFrame | None, datetime]:
    """What the registry of a store insures, None without one; and what time it is in it."""
    registry, now_ = stored.read(connection), tables.moment(marks.clock(connection, time.time()))
    return Roster(registry).insured() if registry.rows["vehicles"] else None, now_
