"""Posted: the command of ``tripmeter ledger`` that writes what is due, a term by the tariff at its start."""

from pathlib import Path

import click

from streams.cli import entries, proof, screen, source
from streams.layers import ConfigError
from streams.ledger import daily
from streams.ledger.chains import LedgerError


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
    try:
        done = daily.post(store, said, source.now(store), None if dry_run else actor, policy_id)
    except (ConfigError, LedgerError) as error:
        raise screen.fail(error) from error
    for line in done.left_out():
        screen.err.print(line, soft_wrap=True)
    entries.show(f"{len(done.entries)} entries {'would be ' if dry_run else ''}posted", done.entries, as_json)
    if done.refused:
        raise screen.fail("\n".join(["these could not be posted, the others were:", *done.refused]))
