"""Profiles: the jurisdictions that come with the package, a document each, and how one is read."""

import re
from datetime import date
from importlib.resources import files

from pricing.document import Table
from pricing.profile import VEHICLES, Ban, Profile, Window


def names() -> list[str]:
    """Those that are shipped."""
    return sorted(path.name.removesuffix(".toml") for path in files(__name__).iterdir() if path.name.endswith(".toml"))


def standard(name: str) -> Profile:
    """One that is shipped."""
    root = Table.read(text(name), f"{name}.toml")
    found = read(root)
    root.done()
    return found


def text(name: str) -> str:
    """The same as it is written."""
    return (files(__name__) / f"{name}.toml").read_text("utf-8")


def nested(name: str) -> str:
    """The text of one that is shipped as tables of a tariff, ``[profiles.NAME]``."""
    return f"\n[profiles.{name}]\n" + re.sub(r"(?m)^(\[+)", rf"\1profiles.{name}.", text(name))


def read(table: Table) -> Profile:
    """The profile that a table says."""
    return Profile(
        name=table.text("name"),
        windows=table.each("windows", _window) if "windows" in table else (),
        bans=table.each("bans", _ban) if "bans" in table else (),
        countries=table.texts("countries") if "countries" in table else (),
    )


def _window(table: Table) -> Window:
    since, until = table.day("from"), _day(table, "to")
    low, high = table.range("range")
    return Window(since, until, table.text("vehicles", VEHICLES), low, high, table.text("source"))


def _ban(table: Table) -> Ban:
    return Ban(
        since=_day(table, "from"),
        until=_day(table, "to"),
        what=table.text("what"),
        factors=table.texts("factors") if "factors" in table else (),
        fields=table.texts("fields") if "fields" in table else (),
        source=table.text("source"),
    )


def _day(table: Table, key: str) -> date | None:
    return table.day(key) if key in table else None
