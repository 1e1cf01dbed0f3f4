"""Accounts: the MQTT user name and password of each device, from the roster, a file or a template."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from simulator.link import Account, verified
from simulator.roster import Roster

Accounts = Callable[[str, str], Account]
"""The account of the device in a fleet's vehicle."""


class AccountError(Exception):
    """A device without an account, or a file that holds none."""


def from_roster(roster: Roster, host: str, port: int) -> Accounts:
    """The simulated devices' own accounts: the vehicle's id, and a password drawn from the seed."""
    words = {vehicle.vehicle_id: vehicle.password for vehicle in roster.vehicles}
    return lambda fleet, vehicle: Account(host, port, f"{fleet}-{vehicle}", vehicle, words[vehicle])


def from_templates(user: str | None, password: str | None, host: str, port: int) -> Accounts:
    """The same for every device, with ``{fleet}`` and ``{vehicle}`` filled in; None sends nothing."""

    def account(fleet: str, vehicle: str) -> Account:
        name, word = (text and text.format(fleet=fleet, vehicle=vehicle) for text in (user, password))
        return Account(host, port, f"{fleet}-{vehicle}", name, word)

    return account


def from_file(path: Path, host: str, port: int) -> Accounts:
    """Accounts of a CSV file such as the registry's devices.csv: vehicle_id, username (else that id), password."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"vehicle_id", "password"} <= rows[0].keys():
        raise AccountError(f"{path}: expected a CSV file with the columns vehicle_id, username and password")
    known = {row["vehicle_id"]: (row.get("username") or row["vehicle_id"], row["password"]) for row in rows}

    def account(fleet: str, vehicle: str) -> Account:
        if vehicle not in known:
            raise AccountError(f"{path}: no account for vehicle {vehicle} of fleet {fleet}; add a row")
        return Account(host, port, f"{fleet}-{vehicle}", *known[vehicle])

    return account


def over_tls(accounts: Accounts, authority: Path) -> Accounts:
    """The same accounts, over TLS; ``authority`` is the PEM file of who signs the broker's certificate."""
    try:
        verified(authority)
    except OSError as error:
        raise AccountError(f"{authority}: no PEM file that can be read ({error})") from error
    return lambda fleet, vehicle: replace(accounts(fleet, vehicle), authority=authority)
