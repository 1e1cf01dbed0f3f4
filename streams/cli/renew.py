"""renew: what the next term would cost and why; accepted, declined, or lapsed; a statement a fleet and vehicle."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from pricing.ledger.offered import ACCEPTED, DECLINED
from pricing.ledger.pen import Pen
from pricing.rating import RatingError
from streams import tables
from streams.cli import entries, proof, screen, source, statement
from streams.config import Config
from streams.layers import ConfigError
from streams.ledger import chains, renewing
from streams.ledger.chains import LedgerError
from streams.ledger.offering import confirm, offers
from streams.ledger.terms import next_term
from streams.registry import RegistryError, stored
from streams.registry.contracts import Policy
from streams.registry.edited import put
from streams.registry.renewed import renewed
from streams.store import audit


class Days(click.ParamType):
    """So many days: ``30d``, or ``30``."""

    name = "days"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        said = str(value).removesuffix("d")
        if not said.isdigit():
            self.fail(f"{value!r} is not so many days; write 30d", param, ctx)
        return int(said)


class Amount(click.ParamType):
    """An amount of money: ``1153.35``, or ``1,153.35``."""

    name = "amount"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            return Decimal(str(value).replace(",", ""))
        except InvalidOperation:
            self.fail(f"{value!r} is no amount; write 1153.35", param, ctx)


@dataclass(frozen=True)
class Agreed:
    """What is accepted."""

    amount: Decimal
    said: Config  # by which the offer is worked out again
    name: str | None  # of the policy that follows


@click.group("renew", invoke_without_command=True)
@click.option("--policy", "policy_id", help="Of this policy, however far its end is.")
@click.option("--due", type=Days(), help="Of policies that end within so many days; else ledger.offer_days.")
@click.option("--dry-run", is_flag=True, help="Say what would be offered; write nothing.")
@screen.actor_option
@screen.data_option
@screen.config_options
@screen.json_option
@click.pass_context
def command(
    ctx: click.Context,
    policy_id: str | None,
    due: int | None,
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
    try:
        said = proof.settings(config_path, sets)
        done = offers(store, said, source.now(store), None if dry_run else actor, policy_id, due)
    except (ConfigError, LedgerError) as error:
        raise screen.fail(error) from error
    entries.show(f"{len(done.entries)} entries {'would be ' if dry_run else ''}written", done.entries, as_json)
    if done.refused:
        raise screen.fail("\n".join(["these could not be offered, the others were:", *done.refused]))


command.add_command(statement.statement)


@command.command("accept")
@click.argument("policy_id", metavar="POLICY")
@click.option("--amount", type=Amount(), required=True, help="What is accepted: the sum of its offers, without taxes.")
@click.option("--as", "name", help="Enter the policy that follows into the registry, under this id.")
@screen.actor_option
@screen.data_option
@screen.config_options
@screen.json_option
def accept(
    policy_id: str,
    amount: Decimal,
    name: str | None,
    actor: str,
    data: Path | None,
    config_path: Path | None,
    sets: tuple[str, ...],
    as_json: bool,
) -> None:
    """The offer of POLICY is accepted at --amount, if it still holds; what follows is charged so."""
    try:
        agreed = Agreed(amount, proof.settings(config_path, sets), name)
    except ConfigError as error:
        raise screen.fail(error) from error
    _answered(policy_id, ACCEPTED, actor, data, as_json, agreed)


@command.command("decline")
@click.argument("policy_id", metavar="POLICY")
@screen.actor_option
@screen.data_option
@screen.json_option
def decline(policy_id: str, actor: str, data: Path | None, as_json: bool) -> None:
    """The offer of POLICY is declined."""
    _answered(policy_id, DECLINED, actor, data, as_json)


def _answered(
    policy_id: str, said: str, actor: str, data: Path | None, as_json: bool, agreed: Agreed | None = None
) -> None:
    try:
        store = source.store(data)
        now = source.now(store)
        with store.writing() as connection:
            pen = Pen(chains.of(connection, policy_id), datetime.now(UTC))
            registry = stored.read(connection)
            policy = registry.rows["policies"].get(policy_id)
            if not isinstance(policy, Policy):
                raise LedgerError(f"the registry has no policy {policy_id!r}")
            offered = Pen(pen.entries, datetime.now(UTC))
            renewing.answer(pen, policy, said, tables.moment(now).date())
            if agreed is not None:
                renewing.refuse_another(offered, policy, agreed.amount)
                confirm(connection, agreed.said, now, policy, offered)
            chains.append(connection, {policy_id: pen.new})
            audit.record(connection, [audit.Entry(actor, f"ledger.{said}", about=policy_id)])
            if agreed is not None and agreed.name is not None:
                after = renewed(registry, policy, agreed.name, next_term(policy), renewing.accepted(pen))
                put(connection, registry, after, actor)
    except (ConfigError, LedgerError, RatingError, RegistryError) as error:
        raise screen.fail(error) from error
    entries.show(f"policy {policy_id}: {said}", pen.new, as_json)
