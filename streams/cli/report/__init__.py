"""report: documents for an underwriter, an actuary and a supervisor - as page, workbook or files."""

import click

from streams.cli.report import exposure, fleet, fleet_experience, losses, model, portfolio


@click.group("report")
def command() -> None:
    """Documents: exposure, a fleet's weeks and claims, how good a model is, how the portfolio fares, losses seen."""


for one in (
    exposure.command,
    fleet.command,
    fleet_experience.command,
    model.command,
    portfolio.command,
    losses.command,
):
    command.add_command(one)
