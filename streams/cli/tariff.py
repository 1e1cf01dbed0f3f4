"""tariff: which are in force and when; sign one, verify it, and say what another one changes and for whom."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from pricing.document import TariffError
from pricing.signed import sign, write
from pricing.tariff import Tariff
from pricing.tariffs import parse
from streams.cli import balanced, compared, credible, modelled, peers, proof, screen
from streams.layers import ConfigError
from streams.tariffs import SIGNATURE, Shelf, shelf

FILE = click.Path(path_type=Path)


@click.group("tariff")
def command() -> None:
    """The numbers premiums are made with: dated, named by their hash, signed."""


for one in (compared.compare, balanced.balance, modelled.from_model, peers.peers, credible.credibility):
    command.add_command(one)


@command.command("show")
@click.argument("path", default="", metavar="[TARIFF]")
@screen.config_options
@screen.json_option
def show(path: str, config_path: Path | None, sets: tuple[str, ...], as_json: bool) -> None:
    """The tariffs of the configuration, or TARIFF (a name, a file, a folder), and when each is in force."""
    found = _shelf(path, config_path, sets)
    if as_json:
        screen.emit([{"tariff_id": one.tariff_id, "digest": one.digest} | one.content() for one in found.tariffs])
        return
    today = found.at(datetime.now(UTC).date())
    columns = [(name, "left") for name in ("tariff", "status", "from", "to", "rules", "in", "")]
    rows = [
        [
            *(one.tariff_id, one.status, one.valid_from, one.valid_to or ""),
            *(one.profile.name if one.profile else "", one.currency, "now" if one is today else ""),
        ]
        for one in found.tariffs
    ]
    screen.out.print(screen.table("Tariffs", columns, rows))


@command.command("sign")
@click.argument("path", type=FILE, metavar="FILE")
@screen.config_options
def sign_(path: Path, config_path: Path | None, sets: tuple[str, ...]) -> None:
    """Sign the tariff of FILE with tariff.sign_key: writes FILE.sig beside it, with every number that was signed."""
    sign_key = proof.settings(config_path, sets).tariff.sign_key
    if not sign_key:
        raise screen.fail("tariff.sign_key is not set: 'tripmeter ledger key' makes one")
    tariff = _parsed(path)
    try:
        from streams import keys

        signs, key = keys.signer(sign_key, "tariff.sign_key"), keys.public(sign_key, "tariff.sign_key")
    except ConfigError as error:
        raise screen.fail(error) from error
    beside = path.with_name(path.name + SIGNATURE)
    beside.write_text(write(sign(tariff, key, signs)), "utf-8")
    screen.err.print(f"signed {tariff.tariff_id} by key {key}: {beside}", markup=False, soft_wrap=True)


@command.command("verify")
@click.argument("path", default="", metavar="[TARIFF]")
@screen.config_options
def verify(path: str, config_path: Path | None, sets: tuple[str, ...]) -> None:
    """Are the tariffs of the configuration, or TARIFF, as they were signed? Says what differs if not."""
    key = proof.settings(config_path, sets).tariff.check_key
    for tariff in _shelf(path, config_path, sets, signed=True).tariffs:
        by = f"key {key}" if key else "the key it names; tariff.check_key would say which that must be"
        screen.out.print(f"{tariff.tariff_id} is as it was signed by {by}", markup=False, soft_wrap=True)


def _shelf(path: str, config_path: Path | None, sets: tuple[str, ...], signed: bool = False) -> Shelf:
    said = proof.settings(config_path, sets).tariff
    try:
        return shelf(replace(said, path=path or said.path), signed)
    except ConfigError as error:
        raise screen.fail(error) from error


def _parsed(path: Path) -> Tariff:
    try:
        return parse(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError, TariffError) as error:
        raise screen.fail(f"{path}: {error}") from error
