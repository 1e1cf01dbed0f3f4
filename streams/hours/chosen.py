"""Chosen: the hours rules that a configuration means."""

from streams.hours.laws import RULES, custom
from streams.hours.limits import KINDS, RuleBook
from streams.settings import Hours

JURISDICTIONS = {"CN": "china", "US": "us_70_8"}  # of ``auto``: where it is not the EU's rules that hold


def chosen(said: Hours) -> RuleBook:
    """The hours rules of a configuration."""
    notices = {kind: getattr(said, f"{kind}_notice_min") * 60 for kind in KINDS}
    notices = {kind: notice for kind, notice in notices.items() if notice >= 0}
    off = said.duty_off_min * 60
    sets = {name: rules.noticed(notices).off_duty(off) for name, rules in RULES.items()}
    sets["custom"] = custom(said.drive_h, said.break_min, said.split_min).noticed(notices)
    sets["auto"] = sets["eu"]
    elsewhere = JURISDICTIONS if said.rule == "auto" else {}
    return RuleBook(sets[said.rule], {land: sets[name] for land, name in elsewhere.items()}, said.unassigned)
