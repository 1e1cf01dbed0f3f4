"""Tariffs: the ones that come with the package, and how a tariff is read from its TOML text."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files

from pricing import peers, profiles
from pricing.document import Table
from pricing.exposure import SUMS
from pricing.factors import FACTORS, Factor
from pricing.money import ROUNDING
from pricing.tariff import CLASSES, COVERS, STATUSES, SUBJECTS, Behaviour, Cover, Loads, Prior, Scale, Tariff
from pricing.tariffs import legal, records

ON = ("all", "complement")
RACK = {factor.name: factor for factor in FACTORS}


def shipped() -> list[str]:
    """Names of those that come with the package."""
    return sorted(path.name.removesuffix(".toml") for path in files(__name__).iterdir() if path.name.endswith(".toml"))


def standard(name: str = "standard") -> Tariff:
    """One that comes with the package."""
    return parse(standard_text(name), f"{name}.toml")


def standard_text(name: str = "standard") -> str:
    """The same as it is written."""
    return (files("pricing.tariffs") / f"{name}.toml").read_text("utf-8")


def parse(text: str, where: str) -> Tariff:
    """The tariff a TOML text says; raises ``TariffError`` with ``where`` and the path of what is wrong."""
    root = Table.read(text, where)
    rack = _factors(root)
    said = root.table("covers")
    covers = {name: _cover(said, name, rack) for name in said}
    tariff = Tariff(
        name=root.text("name"),
        status=root.text("status", STATUSES),
        currency=root.text("currency"),
        valid_from=root.day("valid_from"),
        rules=root.text("rules"),
        rounding=root.text("rounding", ROUNDING),
        loads=_loads(loads := root.table("loads")),
        caps=_caps(root.table("caps")),
        scale=_scale(root.table("score")),
        behaviours=root.each("behaviours", _behaviour),
        covers=covers,
        valid_to=root.day("valid_to") if "valid_to" in root else None,
        profile=legal.profile(root),
        discretion=root.number("discretion", low=0.01) if "discretion" in root else None,
        mean=root.range("mean") if "mean" in root else None,
        minimum=legal.minimum(root),
        levies=root.each("levies", legal.levy) if "levies" in root else (),
        prior=_prior(root.table("claims"), covers) if "claims" in root else None,
        peers=peers.read(root.table("peers")) if "peers" in root else None,
        complement=_complement(loads),
        bonus_malus=records.read(root, covers),
    )
    root.done()
    if tariff.peers is not None and tariff.peers.basis != tariff.scoring:
        raise root.error(
            "peers.basis",
            f"{tariff.peers.basis!r}, but scores are made by {tariff.scoring}: gather anew, or leave them out",
        )
    legal.keep(tariff, root)
    return tariff


def _factors(root: Table) -> Mapping[str, Factor]:
    """The rack with the numbers this tariff replaces."""
    return _replaced(RACK, root.table("factors")) if "factors" in root else RACK


def _replaced(rack: Mapping[str, Factor], table: Table) -> dict[str, Factor]:
    return {**rack, **{name: _factor(table, name) for name in table}}


def _factor(table: Table, name: str) -> Factor:
    if name not in RACK or RACK[name].code:
        raise table.error(name, f"no factor with numbers; known: {', '.join(n for n, f in RACK.items() if not f.code)}")
    own, factor = table.table(name), RACK[name]
    if factor.levels:
        levels = tuple((level, float(number)) for level, number in own.numbers("levels").items())
        try:
            found = replace(factor, levels=levels)
        except ValueError as error:
            raise own.error("levels", str(error)) from error
    else:
        found = replace(factor, points=own.pairs("points"))
    own.done()
    return found


def _loads(table: Table) -> Loads:
    off_balance, fixed = table.number("off_balance", low=0.01), table.number("fixed_per_day")
    loads = Loads(off_balance, fixed, table.number("variable", high=0.9), table.number("profit", high=0.9))
    if loads.variable + loads.profit >= 1:
        raise table.error("variable", "variable and profit together must stay below 1")
    return loads


def _complement(table: Table) -> bool | None:
    """Whether the off-balance works on the complement of credibility alone."""
    said = table.text("off_balance_on", ON) if "off_balance_on" in table else ON[0]
    table.done()
    return True if said == ON[1] else None


def _caps(table: Table) -> dict[str, tuple[Decimal, Decimal]]:
    unknown = [key for key in table if key not in RACK and key != "change"]
    if unknown:
        raise table.error(unknown[0], f"unknown factor; known: change, {', '.join(RACK)}")
    return {name: table.range(name) for name in table}


def _hundredths(table: Table, name: str) -> float:
    """A number of points of a score, which has two places: with more, points would not add up to it."""
    found = table.number(name, high=100)
    if found != round(found, 2):
        raise table.error(name, f"{found} has more than two places, as points do not")
    return float(found)


def _scale(table: Table) -> Scale:
    ratio = float(table.number("ratio", low=1.01))
    scale = Scale(
        _hundredths(table, "base"),
        table.positive("points"),
        ratio,
        float(table.number("interval", high=0.999)),
        float(table.number("provisional", high=1)),
        table.positive("memory") if "memory" in table else math.inf,
    )
    table.done()
    return scale


def _prior(table: Table, covers: Iterable[str]) -> Prior:
    fleet, vehicle, claim = table.number("fleet"), table.number("vehicle"), table.numbers("mean", low=0.01)
    if unknown := [name for name in claim if name not in covers]:
        raise table.error(f"mean.{unknown[0]}", "is no cover of this tariff")
    table.done()
    return Prior(fleet, vehicle, claim)


def _behaviour(table: Table) -> Behaviour:
    counts = tuple((column, float(weight)) for column, weight in table.numbers("counts").items())
    weights = [weight for _, weight in counts]
    if any(column not in SUMS for column, _ in counts) or weights != sorted(weights):
        raise table.error("counts", "must name columns of exposure with weights that never fall from one to the next")
    return Behaviour(
        name=table.text("name"),
        counts=counts,
        exposure=table.text("exposure", SUMS),
        per=table.positive("per"),
        unit=table.text("unit"),
        beta=float(table.number("beta")),
        k=table.positive("k"),
        spread=table.positive("spread"),
        controllable=table.flag("controllable"),
        subjects=table.names("subjects", SUBJECTS),
        means={klass: float(mean) for klass, mean in table.numbers("means", CLASSES, low=1e-9).items()},
        one_sided=table.flag("one_sided") if "one_sided" in table else False,
    )


def _cover(covers: Table, name: str, rack: Mapping[str, Factor]) -> Cover:
    if name not in COVERS:
        raise covers.error(name, f"unknown cover; known: {', '.join(COVERS)}")
    table = covers.table(name)
    if "relativities" in table:
        rack = _replaced(rack, table.table("relativities"))
    chosen = table.names("factors", rack)
    if name == "compulsory" and "telematics" in chosen:
        raise table.error("factors", "the compulsory cover must not depend on telematics")
    in_order = tuple(factor for name, factor in rack.items() if name in chosen)
    cover = Cover(name, table.numbers("per_day", CLASSES), table.numbers("per_km", CLASSES), in_order)
    table.done()
    return cover


def complete(text: str, tariff: Tariff) -> str:
    """The ``text`` of a tariff with the numbers of all factors in use, so that a later version reads the same one."""
    root = Table.read(text, tariff.name)
    said = set(root.table("factors")) if "factors" in root else set()
    own = {name: set(_own(covers.table(name))) for covers in [root.table("covers")] for name in covers}
    used = {
        one.name: one for cover in tariff.covers.values() for one in cover.factors if one.name not in own[cover.name]
    }
    full = text + "".join(_written(factor) for name, factor in used.items() if name not in said)
    if tariff.profile is not None and "profiles" not in root:
        full += profiles.nested(tariff.profile.name)
    full += records.complete(text, tariff.bonus_malus)
    return full if parse(full, tariff.name).digest == tariff.digest else text


def _own(cover: Table) -> Iterable[str]:
    """Factors of which a cover has numbers of its own."""
    return cover.table("relativities") if "relativities" in cover else ()


def _written(factor: Factor) -> str:
    """The table that says a factor's numbers; nothing for one that is code."""
    if factor.levels:
        numbers = ", ".join(f'"{level}" = {number!r}' for level, number in factor.levels)
        return f"\n[factors.{factor.name}]\nlevels = {{ {numbers} }}\n"
    points = ", ".join(f"[{x!r}, {y!r}]" for x, y in factor.points)
    return f"\n[factors.{factor.name}]\npoints = [{points}]\n" if factor.points else ""
