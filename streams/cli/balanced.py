"""Balanced: the command of ``tripmeter tariff`` that solves the off-balance factor of a portfolio, caps inside."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import polars as pl

from pricing.balance.off_balance import Balance, BalanceError, solve
from pricing.balance.portfolio import guard, portfolio
from pricing.document import TariffError
from pricing.ladder import Step
from pricing.money import cents, decimal
from pricing.premium import Premium
from pricing.tariff import Tariff
from pricing.tariffs.changed import balanced, renamed
from streams.cli import compared, screen, source
from streams.tariffs import text_of

INSURED = ("fleet_id", "vehicle_id", "policy_id", "cover", "valid_from")


@click.command("balance")
@click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
@source.tables_options
@screen.registry_options
@click.option("--against", metavar="TARIFF", help="What is paid now: the cap on change, and the target, go by it.")
@click.option("--change", default=0.0, show_default=True, help="With --against: by how much the sum is to change.")
@click.option("--target", type=float, help="What the premiums are to sum to.")
@click.option("--name", required=True, help="Of the tariff that comes of it: other numbers go by another name.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Write it here (TOML).")
@screen.json_option
def balance(
    path: Path,
    data: Path | None,
    folder: Path | None,
    registry_path: Path | None,
    klass: str,
    against: str | None,
    change: float,
    target: float | None,
    name: str,
    out: Path,
    as_json: bool,
) -> None:
    """Solve the off-balance factor with which the premiums of a portfolio sum to a target, and write that tariff."""
    if (against is None) == (target is None):
        raise click.UsageError("give either --target, or --against a tariff with the --change to it")
    tariff = compared.tariff(str(path))
    rated, *before = (
        compared.some(source.premiums(data, folder, one, registry_path, klass), one)
        for one in (tariff, *_other(against, tariff))
    )
    previous = _previous(rated, before[0] if before else None)
    wanted = decimal(target) if target is not None else cents(_sum(previous) * (1 + decimal(change)))
    premiums = [_premium(row) for row in rated.iter_rows(named=True)]
    try:
        mean = guard(tariff, premiums)
        found = solve(portfolio(premiums, previous, tariff), wanted, tariff.rounding)
        out.write_text(renamed(balanced(text_of(str(path)), found.factor), name), "utf-8")
    except (BalanceError, TariffError) as error:
        raise screen.fail(error) from error
    _say(found, wanted, mean, as_json)


def _other(against: str | None, than: Tariff) -> Iterator[Tariff]:
    """The tariff that is paid by now, if one is named."""
    if against is not None:
        other = compared.tariff(against)
        compared.alike(other, than)
        yield other


def _say(found: Balance, wanted: Decimal, mean: Decimal | None, as_json: bool) -> None:
    spared = -cents(Decimal(str(float(found.subsidy[found.subsidy < 0].sum()))))
    said = {
        "factor": str(found.factor),
        "total": str(found.total),
        "target": str(wanted),
        "premiums that a cap or minimum bound": str(found.bound),
        "spared by caps": str(spared),
        **({} if mean is None else {"mean coefficient": str(mean)}),
    }
    if as_json:
        screen.emit(said)
    else:
        screen.out.print(
            screen.table("off-balance", [("", "left"), ("", "right")], [list(one) for one in said.items()])
        )


def _previous(rated: pl.DataFrame, before: pl.DataFrame | None) -> list[Decimal | None]:
    """What is paid now for each premium; None where nothing is."""
    if before is None:
        return [None] * rated.height
    paid = before.select(*INSURED, paid="amount")
    return rated.join(paid, on=INSURED, how="left", maintain_order="left")["paid"].to_list()


def _sum(amounts: list[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal(0))


def _premium(row: dict[str, Any]) -> Premium:
    """A premium out of its row."""
    return Premium(**{**row, "factors": tuple(Step(**step) for step in row["factors"])})
