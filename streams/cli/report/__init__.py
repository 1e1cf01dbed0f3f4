"""report: documents for an underwriter, an actuary and a supervisor - as page, workbook or files."""

import click

from streams.cli.report import fleet, fleet_experience, losses, model, portfolio


@click.group("report")
def command() -> None:
    """Documents: a fleet's weeks, its claims, how good a model is, how the portfolio fares, what was seen of losses."""


for one in (fleet.command, fleet_experience.command, model.command, portfolio.command, losses.command):
    command.add_command(one)
