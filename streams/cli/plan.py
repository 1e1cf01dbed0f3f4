"""tripmeter plan: how many machines a fleet takes, and what they cost."""

import dataclasses
from pathlib import Path
from typing import Any

import click

from streams.cli import screen
from streams.planning.measured import Costs, PlanError
from streams.planning.page import rows, table
from streams.planning.plan import Fleet, assumptions, plan
from streams.settings import Settle

PATH = click.Path(path_type=Path, dir_okay=False)


@click.command("plan")
@click.option(
    "--vehicles", multiple=True, required=True, type=click.IntRange(1), help="How many; several: a column each."
)
@click.option("--hz", default=1.0, show_default=True, type=click.FloatRange(0, min_open=True), help="Samples a second.")
@click.option("--samples", default=10.0, show_default=True, type=click.FloatRange(1), help="Of a payload.")
@click.option("--horizon-days", default=Settle().horizon_days, show_default=True, type=click.IntRange(0))
@click.option("--archive-days", default=30, show_default=True, type=click.IntRange(0), help="Payloads in the archive.")
@click.option("--assumptions", "said", type=PATH, help="TOML file of your own assumptions and prices.")
@click.option("--costs", "measured", type=PATH, help="Results of 'python -m bench costs' on a machine like yours.")
@click.option("--markdown", is_flag=True, help="As a table for a page.")
@screen.json_option
def command(
    vehicles: tuple[int, ...],
    hz: float,
    samples: float,
    horizon_days: int,
    archive_days: int,
    said: Path | None,
    measured: Path | None,
    markdown: bool,
    as_json: bool,
) -> None:
    """Plan a distributed Tripmeter: processes, machines, partitions, disks, money; one machine of each kind may fail.

    What a payload costs was measured; habits of the fleet, headroom and prices are assumptions in a file.
    """
    fleets = [Fleet(count, hz, samples, horizon_days, archive_days) for count in vehicles]
    try:
        given, costs = assumptions(said), Costs.read(measured)
        plans = [plan(fleet, costs, given) for fleet in fleets]
    except PlanError as error:
        raise screen.fail(error) from error
    if as_json:
        found: list[Any] = [dataclasses.asdict(one) | {"machines": one.machines} for one in plans]
        screen.emit(found)
    elif markdown:
        click.echo(table(plans))
    else:
        heads = [("", "left"), *[(f"{one.fleet.vehicles:,}", "right") for one in plans]]
        screen.out.print(screen.table("vehicles", heads, [[name, *cells] for name, cells in rows(plans)]))
