"""Proof: commands of ``tripmeter ledger`` that show it has not been altered, and whose word its rules are."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click
from sqlalchemy import Connection

from pricing.ledger.seal import Good
from streams import config
from streams.cli import screen, source
from streams.config import Config
from streams.layers import ConfigError
from streams.ledger import accepted, books, daily
from streams.ledger.chains import LedgerError
from streams.ledger.verifying import Verified
from streams.ledger.verifying import verify as verified

DAY = click.DateTime(["%Y-%m-%d"])
Said = TypeVar("Said")


@click.command("verify")
@click.option("--replay", "again", is_flag=True, help="Make every entry again from what it holds, too.")
@click.option("--seal", "kept", default="", metavar="SIGNATURE", help="A seal kept elsewhere, still to be there.")
@screen.data_option
@screen.config_options
@screen.json_option
def verify(
    again: bool, kept: str, data: Path | None, config_path: Path | None, sets: tuple[str, ...], as_json: bool
) -> None:
    """Find any altered byte: texts, hashes, order, corrections, and the heads sealed on earlier days."""
    said = settings(config_path, sets)
    try:
        good = _checker(said.ledger.check_key, "ledger.check_key")
        approved = _checker(said.tariff.check_key, "tariff.check_key")
        with source.store(data).reading() as connection:
            found = verified(connection, good, again, kept, approved)
    except (ConfigError, LedgerError) as error:
        raise screen.fail(error) from error
    if as_json:
        screen.emit(vars(found))
    else:
        _say(found, again)
    if found.problems:
        raise screen.fail(f"the ledger is not as it was written: {len(found.problems)} places")


def _say(found: Verified, again: bool) -> None:
    for problem in found.problems:
        screen.out.print(screen.visible(problem), style="red", markup=False, soft_wrap=True)
    made = f", {found.replayed} made again" if again else ""
    unchecked = "" if found.signatures or not found.seals else ", signatures not checked: set ledger.check_key"
    counts = f"{found.policies} policies, {found.entries} entries{made}, {found.seals} seals{unchecked}"
    screen.out.print(counts, soft_wrap=True)


@click.command("key")
@screen.json_option
def key(as_json: bool) -> None:
    """A new key, to seal (ledger.seal_key, check_key) or to sign tariffs (tariff.sign_key, ...). Nothing is stored."""
    try:
        from streams import keys
    except ConfigError as error:
        raise screen.fail(error) from error
    seal_key, check_key = keys.pair()
    if as_json:
        screen.emit({"seal_key": seal_key, "check_key": check_key})
    else:
        click.echo(f"seal_key  {seal_key}\ncheck_key {check_key}")


@click.command("seal")
@click.option("--day", type=DAY, help="UTC day it is of; else today.")
@screen.actor_option
@screen.data_option
@screen.config_options
@screen.json_option
def seal(
    day: datetime | None, actor: str, data: Path | None, config_path: Path | None, sets: tuple[str, ...], as_json: bool
) -> None:
    """Sign the heads of all chains. Do it daily, and keep what it prints where the database's owner cannot reach."""
    seal_key = settings(config_path, sets).ledger.seal_key
    if not seal_key:
        raise screen.fail("ledger.seal_key is not set: 'tripmeter ledger key' makes one")
    try:
        made = daily.seal(source.store(data), seal_key, (day or datetime.now(UTC)).date(), actor)
    except (ConfigError, LedgerError) as error:
        raise screen.fail(error) from error
    if as_json:
        screen.emit(vars(made))
    else:
        click.echo(f"{made.text}\n{made.signature}")


@click.command("accept")
@click.argument("version", metavar="RULES")
@click.option("--reason", required=True, help="Why premiums may follow these thresholds.")
@screen.actor_option
@screen.data_option
def accept(version: str, reason: str, actor: str, data: Path | None) -> None:
    """The insurer's word: days judged by the rule set RULES (its hash) may move premiums from now on."""
    _given(data, lambda connection: accepted.accept(connection, version, actor, reason, time.time()))
    screen.err.print(f"rule set {version} is accepted")


@click.command("accept-books")
@click.argument("fleet_id", metavar="FLEET")
@click.option("--drivers", is_flag=True, help="Who drove.")
@click.option("--couplings", is_flag=True, help="Which trailer was pulled.")
@click.option("--reason", required=True, help="Why premiums may follow what the fleet says.")
@screen.actor_option
@screen.data_option
def accept_books(fleet_id: str, drivers: bool, couplings: bool, reason: str, actor: str, data: Path | None) -> None:
    """The insurer's word: who drove, what was pulled, or both, as the registry has it of FLEET now, may move premiums.

    Each is a word of its own. What was accepted before no longer counts; of a book that is empty by now, nothing.
    """
    asked: dict[books.Book, bool] = {"drivers": drivers, "couplings": couplings}
    chosen = [what for what, wanted in asked.items() if wanted]
    if not chosen:
        raise screen.fail("say which: --drivers, --couplings, or both")

    def word(connection: Connection) -> list[int]:
        return [books.accept(connection, fleet_id, what, actor, reason, time.time()) for what in chosen]

    said = " and ".join(f"{n} {what}" for n, what in zip(_given(data, word), chosen, strict=True))
    screen.err.print(f"{said} of {fleet_id} are accepted: premiums follow once the next day has closed")


@click.command("concede")
@click.argument("alert_id", metavar="ALERT")
@click.option("--reason", required=True, help="Why the fleet is right.")
@screen.actor_option
@screen.data_option
def concede(alert_id: str, reason: str, actor: str, data: Path | None) -> None:
    """The insurer's word: ALERT, which its fleet has dismissed, moves no premium any more."""
    name = _given(data, lambda connection: accepted.concede(connection, alert_id, actor, reason, time.time()))
    screen.err.print(f"alert {name} is conceded: 'tripmeter ledger post' rates without it")


def _given(data: Path | None, word: Callable[[Connection], Said]) -> Said:
    """Put the insurer's word on record; what it is about."""
    try:
        with source.store(data).writing() as connection:
            return word(connection)
    except LedgerError as error:
        raise screen.fail(error) from error


def settings(config_path: Path | None, sets: tuple[str, ...]) -> Config:
    """The configuration."""
    try:
        return config.load(config_path, sets=sets)
    except ConfigError as error:
        raise screen.fail(error) from error


def _checker(check_key: str, where: str) -> Good | None:
    """Checks signatures by a key, if there is one."""
    if not check_key:
        return None
    from streams import keys

    return keys.checker(check_key, where)
