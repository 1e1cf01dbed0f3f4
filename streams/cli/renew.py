"""renew: what the next term would cost and why; accepted, declined, or lapsed; a statement a fleet and vehicle."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import click
from sqlalchemy import Connection

from pricing.ledger.entry import Entry
from pricing.ledger.offered import ACCEPTED, DECLINED
from pricing.ledger.pen import Pen
from pricing.rating import RatingError
from pricing.tariff import Tariff
from streams import tables
from streams.cli import entries, proof, recorded, screen, source, statement
from streams.layers import ConfigError
from streams.ledger import chains, renewing
from streams.ledger.book import Book
from streams.ledger.chains import LedgerError
from streams.ledger.crossed import crossed
from streams.ledger.experienced import reported
from streams.ledger.renewing import Renewing, is_due, lapse, next_term, offer
from streams.registry import RegistryError, stored
from streams.registry.contracts import Policy
from streams.registry.losses import claims
from streams.registry.renewed import renewed
from streams.store import audit, marks
from streams.store.store import Store
from streams.tariffs import Shelf, shelf

LEAD = "45d"  # ours: time for a fleet to compare, and for an underwriter to talk


class Asked(NamedTuple):
    """What is to be offered, from what, and who writes it."""

    policy_id: str | None
    due: int
    privacy: str
    actor: str | None  # None: nothing is written


class Days(click.ParamType):
    """So many days: ``30d``, or ``30``."""

    name = "days"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        said = str(value).removesuffix("d")
        if not said.isdigit():
            self.fail(f"{value!r} is not so many days; write 30d", param, ctx)
        return int(said)


@click.group("renew", invoke_without_command=True)
@click.option("--policy", "policy_id", help="Of this policy, however far its end is.")
@click.option("--due", type=Days(), default=LEAD, show_default=True, help="Of policies that end within so many days.")
@click.option("--dry-run", is_flag=True, help="Say what would be offered; write nothing.")
@screen.actor_option
@screen.data_option
@screen.config_options
@screen.json_option
@click.pass_context
def command(
    ctx: click.Context,
    policy_id: str | None,
    due: int,
    dry_run: bool,
    actor: str,
    data: Path | None,
    config_path: Path | None,
    sets: tuple[str, ...],
    as_json: bool,
) -> None:
    """Offer the next term in time, with the reasons for its price; without an answer an offer lapses with the term."""
    if ctx.invoked_subcommand is not None:
        return
    store = source.store(data)
    written, refused = list[Entry](), list[str]()
    try:
        said = proof.settings(config_path, sets)
        found = shelf(said.tariff)
        for tariff in found.tariffs:
            asked = Asked(policy_id, due, said.pricing.privacy, None if dry_run else actor)
            written += _offered(store, found, tariff, asked, refused)
    except (ConfigError, LedgerError) as error:
        raise screen.fail(error) from error
    entries.show(f"{len(written)} entries {'would be ' if dry_run else ''}written", written, as_json)
    if refused:
        raise screen.fail("\n".join(["these could not be offered, the others were:", *refused]))


command.add_command(statement.statement)


def _offered(store: Store, found: Shelf, tariff: Tariff, asked: Asked, refused: list[str]) -> list[Entry]:
    """The entries of policies whose next term begins under a tariff; written where there is an actor."""
    with store.reading() as connection:
        book = crossed(connection, tariff, tables.moment(marks.clock(connection, time.time())), asked.privacy)
        kept = {digest: one for digest, one in chains.kept(connection).items() if one is not None}
        known = Renewing(book, tariff, kept, reported(claims(stored.read(connection)), book.today))
        pens = [
            (policy, _pen(connection, policy)) for policy in _asked(book, found, tariff, asked.policy_id, asked.due)
        ]
    for policy, pen in pens:
        try:
            lapse(pen, policy, book.today)
            if book.today < policy.to:
                offer(pen, policy, known)
        except (LedgerError, RatingError) as error:
            refused.append(f"policy {policy.policy_id}: {error}")
    new = {policy.policy_id: pen.new for policy, pen in pens if pen.new}
    if asked.actor is not None and new:
        with store.writing() as connection:
            chains.keep(connection, tariff, found.text(tariff))
            chains.append(connection, new)
            detail = {name: len(chain) for name, chain in new.items()}
            audit.record(connection, [audit.Entry(asked.actor, "ledger.offer", detail={"entries": detail})])
    return [entry for chain in new.values() for entry in chain]


def _asked(book: Book, found: Shelf, tariff: Tariff, policy_id: str | None, due: int) -> Iterable[Policy]:
    """Policies to be offered, or whose offer may have lapsed."""
    for policy in book.policies:
        named = policy.policy_id == policy_id and policy.cancelled is None and policy.from_ <= book.today
        over = policy_id is None and policy.to <= book.today
        wanted = named or over or (policy_id is None and is_due(policy, book.today, due))
        if wanted and found.at(next_term(policy)[0]).digest == tariff.digest:
            yield policy


def _pen(connection: Connection, policy: Policy) -> Pen:
    return Pen(chains.of(connection, policy.policy_id), datetime.now(UTC))


@command.command("accept")
@click.argument("policy_id", metavar="POLICY")
@click.option("--as", "name", help="Enter the policy that follows into the registry, under this id.")
@screen.actor_option
@screen.data_option
@screen.json_option
def accept(policy_id: str, name: str | None, actor: str, data: Path | None, as_json: bool) -> None:
    """The offer of POLICY is accepted as it is; what follows is charged so."""
    _answered(policy_id, ACCEPTED, actor, data, as_json, name)


@command.command("decline")
@click.argument("policy_id", metavar="POLICY")
@screen.actor_option
@screen.data_option
@screen.json_option
def decline(policy_id: str, actor: str, data: Path | None, as_json: bool) -> None:
    """The offer of POLICY is declined."""
    _answered(policy_id, DECLINED, actor, data, as_json)


def _answered(policy_id: str, said: str, actor: str, data: Path | None, as_json: bool, name: str | None = None) -> None:
    try:
        with source.store(data).writing() as connection:
            today = tables.moment(marks.clock(connection, time.time())).date()
            pen = Pen(chains.of(connection, policy_id), datetime.now(UTC))
            registry = stored.read(connection)
            policy = registry.rows["policies"].get(policy_id)
            if not isinstance(policy, Policy):
                raise LedgerError(f"the registry has no policy {policy_id!r}")
            renewing.answer(pen, policy, said, today)
            chains.append(connection, {policy_id: pen.new})
            audit.record(connection, [audit.Entry(actor, f"ledger.{said}", about=policy_id)])
            if name is not None:
                after = renewed(registry, policy, name, next_term(policy), renewing.accepted(pen))
                recorded.write(connection, registry, after, actor)
    except (LedgerError, RegistryError) as error:
        raise screen.fail(error) from error
    entries.show(f"policy {policy_id}: {said}", pen.new, as_json)
