"""Chosen: the hours rules that a configuration means, or meant once."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from streams.hours.laws import RULES, custom
from streams.hours.limits import KINDS, RuleBook
from streams.settings import Hours, differing

JURISDICTIONS = {"CN": "china", "US": "us_70_8"}  # of ``auto``: where it is not the EU's rules that hold


def chosen(said: Hours) -> RuleBook:
    """The hours rules of a configuration."""
    notices = {kind: getattr(said, f"{kind}_notice_min") * 60 for kind in KINDS}
    notices = {kind: notice for kind, notice in notices.items() if notice >= 0}
    off = said.duty_off_min * 60
    sets = {name: rules.noticed(notices).off_duty(off) for name, rules in RULES.items()}
    sets["custom"] = custom(said.drive_h, said.break_min, said.split_min).noticed(notices)
    sets["auto"] = sets["eu"]
    elsewhere = {land: sets[name] for land, name in JURISDICTIONS.items()} if said.rule == "auto" else {}
    return RuleBook(sets[said.rule], elsewhere, said.unassigned, differing(said))


SHIPPED = chosen(Hours())


def once(said: Mapping[str, Any]) -> RuleBook:
    """The rules of settings on record that were not as shipped; what this version does not know plays no part."""
    known = {part.name for part in fields(Hours)}
    return chosen(Hours(**{name: value for name, value in said.items() if name in known}))
