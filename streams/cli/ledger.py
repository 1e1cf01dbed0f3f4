"""ledger: what was indicated and charged - post it, show and explain it, prove that none of it was altered."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import polars as pl
from sqlalchemy import Connection

from pricing import explain as words
from pricing.balance.hysteresis import Hysteresis
from pricing.canonical import text
from pricing.document import TariffError
from pricing.ledger import rated
from pricing.ledger import seal as sealing
from pricing.ledger.entry import Entry, reversal
from pricing.ledger.known import balance, known
from pricing.ledger.posting import Pen
from pricing.ledger.seal import Good
from pricing.money import decimal
from pricing.premium import ADJUSTMENT, CHARGED
from pricing.rating import RatingError
from streams import config, rules, tables
from streams.cli import screen, sheets, source
from streams.config import Config
from streams.layers import ConfigError
from streams.ledger import chains, posting
from streams.ledger.chains import LedgerError
from streams.ledger.verifying import verify as verified
from streams.store import audit, marks

DAY = click.DateTime(["%Y-%m-%d"])
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])
COLUMNS = (
    "seq",
    "recorded_at",
    "kind",
    "reason",
    "vehicle_id",
    "cover",
    "valid_from",
    "valid_to",
    "amount",
    "currency",
)


@click.group()
def command() -> None:
    """What was indicated and charged: an append-only chain a policy, in which any altered byte is found."""


@command.command("post")
@click.option("--policy", "policy_id", help="Of this policy alone.")
@click.option("--dry-run", is_flag=True, help="Say what would be posted; write nothing.")
@screen.actor_option
@screen.data_option
@screen.config_options
@screen.json_option
def post(
    policy_id: str | None,
    dry_run: bool,
    actor: str,
    data: Path | None,
    config_path: Path | None,
    sets: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write the indications that have moved, and what is due by each policy's basis, for the days that are over."""
    settings = _settings(config_path, sets)
    tariff, written = source.tariff(config_path, sets), rules.tariff_text(settings.tariff.path)
    moves = Hysteresis(decimal(settings.ledger.band), decimal(settings.ledger.step))
    store = source.store(data)
    try:
        with store.reading() as connection:
            now = tables.moment(marks.clock(connection, time.time()))
            book = posting.gathered(connection, tariff, moves, now)
            new = posting.posted(book, chains.read(connection, policy_id), datetime.now(UTC), policy_id)
        entries = [entry for chain in new.values() for entry in chain]
        if entries and not dry_run:
            with store.writing() as connection:
                posting.write(connection, book, written, new)
                said = {name: len(chain) for name, chain in new.items() if chain}
                audit.record(connection, [audit.Entry(actor, "ledger.post", detail={"entries": said})])
    except (LedgerError, RatingError, TariffError) as error:
        raise screen.fail(error) from error
    _list(f"{len(entries)} entries {'would be ' if dry_run else ''}posted", entries, as_json)


@command.command("verify")
@click.option("--replay", "again", is_flag=True, help="Make every entry again from what it holds, too.")
@screen.data_option
@screen.config_options
@screen.json_option
def verify(again: bool, data: Path | None, config_path: Path | None, sets: tuple[str, ...], as_json: bool) -> None:
    """Find any altered byte: texts, hashes, order, corrections, and heads sealed on earlier days."""
    key = _settings(config_path, sets).ledger.check_key
    try:
        with source.store(data).reading() as connection:
            found = verified(connection, _checker(key) if key else None, again)
    except LedgerError as error:
        raise screen.fail(error) from error
    if as_json:
        screen.emit(vars(found))
    else:
        for problem in found.problems:
            screen.out.print(screen.visible(problem), style="red", markup=False, soft_wrap=True)
        unchecked = "" if found.signatures or not found.seals else ", signatures not checked: set ledger.check_key"
        again_too = f", {found.replayed} made again" if again else ""
        counts = f"{found.policies} policies, {found.entries} entries{again_too}, {found.seals} seals{unchecked}"
        screen.out.print(counts, soft_wrap=True)
    if found.problems:
        raise screen.fail(f"the ledger is not as it was written: {len(found.problems)} places")


@command.command("show")
@click.argument("policy_id", metavar="POLICY")
@click.option("--valid-at", type=DAY, help="Only what holds on this day.")
@click.option("--known-at", type=MOMENT, help="As it was known at this moment (UTC); else now.")
@screen.data_option
@screen.json_option
def show(
    policy_id: str, valid_at: datetime | None, known_at: datetime | None, data: Path | None, as_json: bool
) -> None:
    """What holds of a POLICY, by two times: on a day, as it was known at a moment."""
    at = datetime.now(UTC) if known_at is None else known_at.replace(tzinfo=UTC)
    chain = _chain(data, policy_id)
    holds = known(chain, at)
    if valid_at is not None:
        day = valid_at.date().isoformat()
        holds = [entry for entry in holds if entry["valid_from"] <= day < entry["valid_to"]]
    owed = balance(chain, at, (CHARGED, ADJUSTMENT))
    _list(f"policy {policy_id}: {owed} {chain[0]['currency']} charged in all", holds, as_json)


@command.command("explain")
@click.argument("name", metavar="ENTRY")
@screen.data_option
@screen.json_option
def explain(name: str, data: Path | None, as_json: bool) -> None:
    """Why ENTRY (the beginning of its hash, or POLICY:NUMBER) is what it is, from the ledger alone."""
    with source.store(data).reading() as connection:
        entry = _found(connection, name)
        if as_json:
            screen.emit(entry.content | {"hash": entry.hash})
            return
        lines = _explained(entry)
        if source_of := entry["made"].get("indication"):
            lines += ["", *_explained(_found(connection, source_of))]
    screen.out.print(screen.visible("\n".join(lines)), markup=False, soft_wrap=True)


@command.command("reverse")
@click.argument("name", metavar="ENTRY")
@click.option("--reason", required=True, help="Why it was wrong.")
@screen.actor_option
@screen.data_option
@screen.json_option
def reverse(name: str, reason: str, actor: str, data: Path | None, as_json: bool) -> None:
    """Take ENTRY back by a reversing entry; 'ledger post' posts what holds in its place."""
    store = source.store(data)
    try:
        with store.writing() as connection:
            entry = chains.find(connection, name)
            pen = Pen(chains.read(connection, entry["policy_id"])[entry["policy_id"]], datetime.now(UTC))
            if entry.hash not in {one.hash for one in known(pen.entries, pen.at)}:
                raise LedgerError(f"entry {entry['seq']} of policy {entry['policy_id']} no longer holds")
            pen.write(reversal(entry, reason))
            chains.append(connection, {entry["policy_id"]: pen.new})
            audit.record(
                connection, [audit.Entry(actor, "ledger.reverse", about=entry.hash, detail={"reason": reason})]
            )
    except LedgerError as error:
        raise screen.fail(error) from error
    _list("taken back", pen.new, as_json)


@command.command("export")
@click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--policy", "policy_id", help="Of this policy alone.")
@screen.data_option
def export(path: Path, policy_id: str | None, data: Path | None) -> None:
    """All entries as a spreadsheet, .csv or .xlsx."""
    with source.store(data).reading() as connection:
        found = chains.read(connection, policy_id)
    rows = [entry for chain in found.values() for entry in chain]
    try:
        written = sheets.write({"ledger": _frame(rows)}, path)
    except sheets.SheetError as error:
        raise screen.fail(error) from error
    screen.err.print(f"wrote {', '.join(map(str, written))}")


@command.command("key")
@screen.json_option
def key(as_json: bool) -> None:
    """A new key for seals: ledger.seal_key for who seals, ledger.check_key for everybody. Nothing is stored."""
    try:
        from streams.ledger import keys
    except LedgerError as error:
        raise screen.fail(error) from error
    seal_key, check_key = keys.pair()
    if as_json:
        screen.emit({"seal_key": seal_key, "check_key": check_key})
    else:
        click.echo(f"seal_key  {seal_key}\ncheck_key {check_key}")


@command.command("seal")
@click.option("--day", type=DAY, help="UTC day it is of; else today.")
@screen.actor_option
@screen.data_option
@screen.config_options
@screen.json_option
def seal(
    day: datetime | None, actor: str, data: Path | None, config_path: Path | None, sets: tuple[str, ...], as_json: bool
) -> None:
    """Sign the heads of all chains. Do it daily, and keep what it prints where the database's owner cannot reach."""
    seal_key = _settings(config_path, sets).ledger.seal_key
    if not seal_key:
        raise screen.fail("ledger.seal_key is not set: 'tripmeter ledger key' makes one")
    try:
        from streams.ledger import keys

        with source.store(data).writing() as connection:
            before = chains.sealed(connection)
            of_day = (day or datetime.now(UTC)).date()
            made = sealing.seal(chains.read(connection), of_day, before[-1] if before else None, keys.signer(seal_key))
            chains.add_seal(connection, made)
            audit.record(connection, [audit.Entry(actor, "ledger.seal", about=str(len(before) + 1))])
    except LedgerError as error:
        raise screen.fail(error) from error
    screen.emit({"text": made.text, "signature": made.signature}) if as_json else click.echo(
        f"{made.text}\n{made.signature}"
    )


@command.command("accept")
@click.argument("version", metavar="RULES")
@click.option("--reason", required=True, help="Why premiums may follow these thresholds.")
@screen.actor_option
@screen.data_option
def accept(version: str, reason: str, actor: str, data: Path | None) -> None:
    """The insurer's word: days judged by the rule set RULES (its version) may move premiums from now on."""
    with source.store(data).writing() as connection:
        chains.accept(connection, version, actor, reason, time.time())
        audit.record(connection, [audit.Entry(actor, "ledger.accept", about=version, detail={"reason": reason})])
    screen.err.print(f"rule set {version} is accepted")


def _settings(config_path: Path | None, sets: tuple[str, ...]) -> Config:
    try:
        return config.load(config_path, sets=sets)
    except ConfigError as error:
        raise screen.fail(error) from error


def _checker(check_key: str) -> Good:
    from streams.ledger import keys

    return keys.checker(check_key)


def _chain(data: Path | None, policy_id: str) -> list[Entry]:
    with source.store(data).reading() as connection:
        chain = chains.read(connection, policy_id).get(policy_id)
    if not chain:
        raise screen.fail(f"the ledger has no entry of policy {policy_id!r}")
    return chain


def _found(connection: Connection, name: str) -> Entry:
    try:
        return chains.find(connection, name)
    except LedgerError as error:
        raise screen.fail(error) from error


def _explained(entry: Entry) -> list[str]:
    head = f"entry {entry['policy_id']}:{entry['seq']}, recorded {entry['recorded_at']}, {entry.hash}"
    if entry["reverses"]:
        return [head, f"takes back {entry['reverses']}: {entry.amount} {entry['currency']}, {entry['reason']}"]
    if entry["made"]["by"] == rated.RATING:
        return [head, words.text(words.explain_premium(rated.row(entry)))]
    what = f"{entry['vehicle_id'] or 'the policy'} {entry['cover']}".strip()
    days = f"{entry['valid_from']} to {entry['valid_to']}, end excluded"
    made = [f"  {name:10}  {text(said)}" for name, said in entry["made"].items() if said != ""]
    return [head, f"{entry.amount} {entry['currency']} {entry['kind']}: {entry['reason']}, {what}, {days}", *made]


def _frame(entries: list[Entry]) -> pl.DataFrame:
    texts: dict[str, Any] = dict.fromkeys(("policy_id", *COLUMNS, "reverses", "hash"), pl.String)
    return pl.DataFrame([_row(entry) for entry in entries], texts | {"seq": pl.Int64, "amount": pl.Decimal(18, 2)})


def _row(entry: Entry) -> dict[str, Any]:
    said = {name: entry[name] for name in ("policy_id", *COLUMNS, "reverses")}
    return said | {"amount": entry.amount, "hash": entry.hash}


def _list(title: str, entries: list[Entry], as_json: bool) -> None:
    if as_json:
        screen.emit([_row(entry) for entry in entries])
        return
    heads = ("entry", "what", "vehicle", "cover", "from", "to", "amount")
    lines = [
        [
            f"{entry['policy_id']}:{entry['seq']}",
            entry["reason"] or entry["kind"],
            *[entry[name] for name in ("vehicle_id", "cover", "valid_from", "valid_to")],
            f"{entry.amount:,}",
        ]
        for entry in entries
    ]
    columns = [(name, "right" if name == "amount" else "left") for name in heads]
    screen.out.print(screen.table(title, columns, lines))
