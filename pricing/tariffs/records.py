"""Records: the bonus-malus scales that a tariff names, each for some of its covers and vehicle classes."""

from collections.abc import Mapping

from pricing import scales
from pricing.bonus_malus import BonusMalus, Rule
from pricing.document import Table
from pricing.factors import experience
from pricing.tariff import CLASSES, Cover

NAME = experience.FACTOR.name


def read(root: Table, covers: Mapping[str, Cover]) -> tuple[Rule, ...]:
    """Those under ``[[bonus_malus]]``: a scale that is shipped, or the tariff's own under ``[scales.NAME]``."""
    if "bonus_malus" not in root:
        return ()
    own = {} if "scales" not in root else _own(root.table("scales"))
    rules = root.each("bonus_malus", lambda table: _rule(table, own, covers))
    taken = [(cover, klass) for rule in rules for cover in rule.covers for klass in rule.classes]
    twice = [one for one in taken if taken.count(one) > 1]
    if twice:
        raise root.error("bonus_malus", f"{' of a '.join(twice[0])} has two scales")
    return rules


def complete(text: str, rules: tuple[Rule, ...]) -> str:
    """The tables of shipped scales that a tariff's ``text`` names and does not have."""
    root = Table.read(text, "")
    own = set(root.table("scales")) if "scales" in root else set()
    used = {rule.scale.name for rule in rules} & set(scales.names())
    return "".join(scales.nested(name) for name in sorted(used - own))


def _own(table: Table) -> dict[str, BonusMalus]:
    return {name: scales.read(table.table(name)) for name in table}


def _rule(table: Table, own: Mapping[str, BonusMalus], covers: Mapping[str, Cover]) -> Rule:
    name = table.text("scale", [*own, *scales.names()])
    rule = Rule(
        scale=own[name] if name in own else scales.standard(name),
        covers=table.names("covers", covers),
        classes=table.names("classes", CLASSES) if "classes" in table else CLASSES,
    )
    without = [cover for cover in rule.covers if NAME not in {factor.name for factor in covers[cover].factors}]
    if without:
        raise table.error("covers", f"{without[0]} does not have the factor {NAME!r}, which the scale is")
    return rule
