"""ledger: what was indicated and charged - post it, show and explain it, prove that none of it was altered."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import polars as pl
from sqlalchemy import Connection

from pricing.ledger import words
from pricing.ledger.entry import SHOWN, Entry, reversal, row
from pricing.ledger.known import balance, known
from pricing.ledger.pen import Pen
from pricing.ledger.taxed import taxed
from pricing.premium import ADJUSTMENT, CHARGED
from streams import sheets
from streams.cli import entries, posted, proof, screen, source
from streams.ledger import chains
from streams.ledger.chains import LedgerError
from streams.store import audit
from streams.store.store import Store

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


@click.group()
def command() -> None:
    """What was indicated and charged: an append-only chain a policy, in which any altered byte is found."""


for one in (posted.post, proof.verify, proof.seal, proof.key, proof.accept, proof.accept_books, proof.concede):
    command.add_command(one)


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
        tariffs = {digest: tariff for digest, tariff in chains.kept(connection).items() if tariff is not None}
    if not chain:
        raise screen.fail(f"the ledger has no entry of policy {policy_id!r}")
    holds = known(chain, at)
    if valid_at is not None:
        day = valid_at.date().isoformat()
        holds = [entry for entry in holds if entry["valid_from"] <= day < entry["valid_to"]]
    owed = balance(chain, at, (CHARGED, ADJUSTMENT))
    entries.show(f"policy {policy_id}: {owed:,} {chain[0]['currency']} charged in all", holds, as_json)
    for name, amount in taxed(chain, at, tariffs).items():
        screen.err.print(screen.visible(f"{name}: {amount:,} on what was charged"), markup=False)


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
    entries.show("taken back", new, as_json)


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
        rows = [row(entry) for policy in policies for entry in chains.of(connection, policy)]
    types: dict[str, Any] = dict.fromkeys(SHOWN, pl.String)
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
