"""Command line: ``tripmeter``; each command is a module of this folder, imported when it is asked for."""

import importlib
import sys
from collections.abc import Sequence

import click

COMMANDS = {
    "run": "keep serving: broker, gateway, pipeline, store",
    "console": "the console by itself, over a record that other processes write",
    "bridge": "from the vehicles' broker into Kafka, for a fleet too large for one process",
    "worker": "some partitions of a fleet too large for one process: Kafka to PostgreSQL",
    "replay": "recordings -> events, trips, alerts, exposure, scores, premiums",
    "explain": "why an alert, a score or a premium is what it is",
    "evidence": "the samples kept around crashes and rollovers",
    "alerts": "list alerts, the morning list; acknowledge, assign, resolve, dismiss or shelve them",
    "tasks": "what is to be done about alerts: create, assign, done",
    "rate": "exposure and tariff -> scores and premiums, with reasons",
    "renew": "the next term: offers in time with their reasons, answers, a statement",
    "tariff": "which numbers premiums are made with: show, sign, verify, compare",
    "ledger": "what was indicated and charged: post, show, explain, verify, seal",
    "fit": "policies, claims and a model's spec -> coefficients, how well they fit",
    "predict": "what a fitted model expects of each policy",
    "report": "a fleet's claims experience, how good a model is, how the portfolio fares",
    "registry": "vehicles, drivers, policies: import, check, show, edit",
    "retention": "what is kept, how long and who says so, what goes next",
    "database": "PostgreSQL: how far its partitions are, its upgrade",
    "erase": "one person's data becomes nobody's, with no premium changed",
    "archive": "raw payloads of closed days: list, export",
    "roads": "roads and their speed limits: import from OpenStreetMap, show",
    "quarantine": "what could not be used, and why",
    "audit": "who did what and when; --verify: has anything been altered",
    "token": "make a token for /metrics and what else is asked over HTTP",
    "detectors": "what is detected, at which thresholds, from which source",
    "plan": "how many machines a fleet takes, and what they cost",
    "config": "check the configuration, show what holds",
}


class Lazy(click.Group):
    """A group whose commands are imported when used: ``--help`` need not wait for numba."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"streams.cli.{name}").command
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a database that refuses is told in a sentence."""
        try:
            return super().invoke(ctx)
        except _of_a_database() as error:
            from streams.cli import database

            raise click.ClickException(database.refusal(error)) from error

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _of_a_database() -> type[Exception]:
    """What every database raises; asked for only once something is."""
    from sqlalchemy.exc import DBAPIError

    return DBAPIError


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tripmeter")
def tripmeter() -> None:
    """Alerts, driver scores and premiums from what vehicles say."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; exit code 0 only if all was done."""
    sys.exit(tripmeter(arguments, prog_name="tripmeter"))
