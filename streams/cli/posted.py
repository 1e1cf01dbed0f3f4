"""Posted: the command of ``tripmeter ledger`` that writes what is due, a term by the tariff at its start."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from pricing.balance.hysteresis import Hysteresis
from pricing.ledger.entry import Entry
from pricing.money import decimal
from pricing.tariff import Tariff
from streams import tables
from streams.cli import entries, proof, screen, source
from streams.layers import ConfigError
from streams.ledger import posting
from streams.ledger.book import Book
from streams.ledger.chains import LedgerError
from streams.ledger.crossed import crossed
from streams.ledger.exposed import WHY
from streams.store import audit, marks
from streams.store.store import Store
from streams.tariffs import Shelf, shelf


@click.command("post")
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
    said, store = proof.settings(config_path, sets), source.store(data)
    moves = Hysteresis(decimal(said.ledger.band), decimal(said.ledger.step))
    written, refused = list[Entry](), list[str]()
    try:
        found = shelf(said.tariff)
        for book, tariff in _books(store, found, said.pricing.privacy, policy_id, refused):
            with store.reading() as connection:
                new, why = posting.posted(connection, book, tariff, moves, datetime.now(UTC), policy_id)
            if any(new.values()) and not dry_run:
                _write(store, tariff, found.text(tariff), new, actor)
            written += [entry for chain in new.values() for entry in chain]
            refused += why
    except (ConfigError, LedgerError) as error:
        raise screen.fail(error) from error
    entries.show(f"{len(written)} entries {'would be ' if dry_run else ''}posted", written, as_json)
    if refused:
        raise screen.fail("\n".join(["these could not be posted, the others were:", *refused]))


def _books(
    store: Store, found: Shelf, privacy: str, policy_id: str | None, refused: list[str]
) -> Iterator[tuple[Book, Tariff]]:
    """What is known, a tariff at a time with the policies whose term began while it was in force."""
    mine: dict[str, str] = {}  # digest of its tariff by policy
    for number, tariff in enumerate(found.tariffs):
        with store.reading() as connection:
            book = crossed(connection, tariff, tables.moment(marks.clock(connection, time.time())), privacy)
        if number == 0:
            mine.update(_by_policy(book, found, policy_id, refused))
        own = [policy for policy in book.policies if mine.get(policy.policy_id) == tariff.digest]
        if own:
            for line in left_out(book):
                screen.err.print(line, soft_wrap=True)
            yield replace(book, policies=own), tariff


def _by_policy(book: Book, found: Shelf, policy_id: str | None, refused: list[str]) -> Iterator[tuple[str, str]]:
    for policy in book.policies:
        try:
            if policy.from_ <= book.today and policy_id in (None, policy.policy_id):
                yield policy.policy_id, found.at(policy.from_).digest
        except ConfigError as error:
            refused.append(f"policy {policy.policy_id}: {error}")


def _write(store: Store, tariff: Tariff, text: str, new: posting.Posted, actor: str) -> None:
    with store.writing() as connection:
        posting.write(connection, tariff, text, new)
        counts = {name: len(chain) for name, chain in new.items() if chain}
        audit.record(connection, [audit.Entry(actor, "ledger.post", detail={"entries": counts})])


def left_out(book: Book) -> Iterator[str]:
    """Which days move no score, why they were not made again, and what can be done about it."""
    for version, why in sorted({(one.version, one.why) for one in book.left}):
        days = [one.day for one in book.left if (one.version, one.why) == (version, why)]
        yield (
            f"{len(days)} days of vehicles, {min(days)} to {max(days)}, were judged by rule set {version}, which the "
            f"insurer has not accepted, and move no score: {WHY[why]}; 'tripmeter ledger accept {version} --reason "
            "...' accepts it"
        )
