"""ledger: what was indicated and charged - post it, show and explain it, prove that none of it was altered."""

import time
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
import polars as pl
from sqlalchemy import Connection

from pricing.balance.hysteresis import Hysteresis
from pricing.ledger import words
from pricing.ledger.entry import Entry, reversal
from pricing.ledger.known import balance, known
from pricing.ledger.pen import Pen
from pricing.money import decimal
from pricing.premium import ADJUSTMENT, CHARGED
from pricing.tariff import Tariff
from streams import rules, tables
from streams.cli import proof, screen, sheets, source
from streams.ledger import chains, posting
from streams.ledger.book import Book, gathered
from streams.ledger.chains import LedgerError
from streams.ledger.pinned import EVER, Strange
from streams.store import audit, marks
from streams.store.store import Store

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])
EPOCH = date(1970, 1, 1).toordinal()
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


for one in (proof.verify, proof.seal, proof.key, proof.accept, proof.concede):
    command.add_command(one)


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
    said, tariff, store = proof.settings(config_path, sets), source.tariff(config_path, sets), source.store(data)
    moves = Hysteresis(decimal(said.ledger.band), decimal(said.ledger.step))
    try:
        with store.reading() as connection:
            book = gathered(connection, tariff, tables.moment(marks.clock(connection, time.time())))
            new, refused = posting.posted(connection, book, tariff, moves, datetime.now(UTC), policy_id)
        if any(new.values()) and not dry_run:
            _write(store, tariff, rules.tariff_text(said.tariff.path), new, actor)
    except LedgerError as error:
        raise screen.fail(error) from error
    for strange in book.strange:
        screen.err.print(_left_out(strange, book), soft_wrap=True)
    entries = [entry for chain in new.values() for entry in chain]
    _list(f"{len(entries)} entries {'would be ' if dry_run else ''}posted", entries, as_json)
    if refused:
        raise screen.fail("\n".join(["these could not be posted, the others were:", *refused]))


def _write(store: Store, tariff: Tariff, text: str, new: posting.Posted, actor: str) -> None:
    with store.writing() as connection:
        posting.write(connection, tariff, text, new)
        counts = {name: len(chain) for name, chain in new.items() if chain}
        audit.record(connection, [audit.Entry(actor, "ledger.post", detail={"entries": counts})])


def _left_out(strange: Strange, book: Book) -> str:
    """Which days move no premium, and what can be done about it."""
    since = "the first day" if strange.first == -EVER else _date(strange.first).isoformat()
    last = (book.today.toordinal() if strange.last == EVER else _date(strange.last).toordinal()) - EPOCH
    return (
        f"from {since} to {_date(last)} rule set {strange.version} was in force, which the insurer has not accepted: "
        f"what was driven then moves no score; 'tripmeter ledger accept {strange.version} --reason ...' accepts it"
    )


def _date(day: int) -> date:
    return date.fromordinal(EPOCH + day)


@command.command("show")
@click.argument("policy_id", metavar="POLICY")
@click.option("--valid-at", type=proof.DAY, help="Only what holds on this day.")
@click.option("--known-at", type=MOMENT, help="As it was known at this moment (UTC); else now.")
@screen.data_option
@screen.json_option
def show(
    policy_id: str, valid_at: datetime | None, known_at: datetime | None, data: Path | None, as_json: bool
) -> None:
    """What holds of a POLICY, by two times: on a day, as it was known at a moment."""
    at = datetime.now(UTC) if known_at is None else known_at.replace(tzinfo=UTC)
    with source.store(data).reading() as connection:
        chain = chains.of(connection, policy_id)
    if not chain:
        raise screen.fail(f"the ledger has no entry of policy {policy_id!r}")
    holds = known(chain, at)
    if valid_at is not None:
        day = valid_at.date().isoformat()
        holds = [entry for entry in holds if entry["valid_from"] <= day < entry["valid_to"]]
    owed = balance(chain, at, (CHARGED, ADJUSTMENT))
    _list(f"policy {policy_id}: {owed:,} {chain[0]['currency']} charged in all", holds, as_json)


@command.command("explain")
@click.argument("name", metavar="ENTRY")
@screen.data_option
@screen.json_option
def explain(name: str, data: Path | None, as_json: bool) -> None:
    """Why ENTRY (the beginning of its hash, or POLICY:NUMBER) is what it is, from the ledger alone."""
    with source.store(data).reading() as connection:
        entry = _found(connection, name)
        lines = [words.explain(entry)]
        if indication := entry["made"].get("indication"):
            lines += ["", words.explain(_found(connection, indication))]
    if as_json:
        screen.emit(entry.content | {"hash": entry.hash})
    else:
        screen.out.print(screen.visible("\n".join(lines)), markup=False, soft_wrap=True)


@command.command("reverse")
@click.argument("name", metavar="ENTRY")
@click.option("--reason", required=True, help="Why it was wrong.")
@screen.actor_option
@screen.data_option
@screen.json_option
def reverse(name: str, reason: str, actor: str, data: Path | None, as_json: bool) -> None:
    """Take ENTRY back by a reversing entry; 'ledger post' then posts what holds in its place."""
    try:
        new = _reversed(source.store(data), name, reason, actor)
    except LedgerError as error:
        raise screen.fail(error) from error
    _list("taken back", new, as_json)


def _reversed(store: Store, name: str, reason: str, actor: str) -> list[Entry]:
    with store.writing() as connection:
        entry = chains.find(connection, name)
        policy_id = entry["policy_id"]
        pen = Pen(chains.of(connection, policy_id), datetime.now(UTC))
        if not pen.holds(entry):
            raise LedgerError(f"{policy_id}:{entry['seq']} no longer holds: it was taken back, or takes back another")
        later = pen.known(entry["kind"], entry["vehicle_id"], entry["cover"])[-1]
        if later != entry:
            raise LedgerError(f"{policy_id}:{later['seq']} builds on it: take that back first")
        pen.write(reversal(entry, reason))
        chains.append(connection, {policy_id: pen.new})
        audit.record(connection, [audit.Entry(actor, "ledger.reverse", about=entry.hash, detail={"reason": reason})])
    return pen.new


@command.command("export")
@click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--policy", "policy_id", help="Of this policy alone.")
@screen.data_option
def export(path: Path, policy_id: str | None, data: Path | None) -> None:
    """All entries as a spreadsheet, .csv or .xlsx."""
    with source.store(data).reading() as connection:
        policies = chains.policies(connection) if policy_id is None else [policy_id]
        rows = [_row(entry) for policy in policies for entry in chains.of(connection, policy)]
    types: dict[str, Any] = dict.fromkeys(("policy_id", *COLUMNS, "reverses", "hash"), pl.String)
    frame = pl.DataFrame(rows, types | {"seq": pl.Int64, "amount": pl.Decimal(18, 2)})
    try:
        written = sheets.write({"ledger": frame}, path)
    except sheets.SheetError as error:
        raise screen.fail(error) from error
    screen.err.print(f"wrote {', '.join(map(str, written))}")


def _found(connection: Connection, name: str) -> Entry:
    try:
        return chains.find(connection, name)
    except LedgerError as error:
        raise screen.fail(error) from error


def _row(entry: Entry) -> dict[str, Any]:
    said = {name: entry[name] for name in ("policy_id", *COLUMNS, "reverses")}
    return said | {"amount": entry.amount, "hash": entry.hash}


def _list(title: str, entries: Iterable[Entry], as_json: bool) -> None:
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
