"""Legal: what of a tariff a jurisdiction has a say in - profile, coefficient, minimum, levies."""

from collections.abc import Iterable
from decimal import Decimal

from pricing import profiles
from pricing.document import Table
from pricing.profile import Profile
from pricing.tariff import COVERS, Levy, Tariff


def profile(root: Table) -> Profile | None:
    """The profile a tariff names: one that is shipped, or its own under ``[profiles.NAME]``."""
    if "profile" not in root:
        return None
    own = root.table("profiles") if "profiles" in root else None
    name = root.text("profile", [*(own or ()), *profiles.names()])
    if own is None or name not in own:
        return profiles.standard(name)
    table = own.table(name)
    found = profiles.read(table)
    table.done()
    own.done()
    return found


def minimum(root: Table) -> dict[str, Decimal]:
    """Least premium a vehicle and day, by cover; none where none is said."""
    if "minimum" not in root:
        return {}
    table = root.table("minimum")
    unknown = [name for name in table if name not in root.table("covers")]
    if unknown:
        raise table.error(unknown[0], "is no cover of this tariff")
    return root.numbers("minimum")


def levy(table: Table) -> Levy:
    """One tax or levy; on all covers unless it names some."""
    covers = table.names("covers", COVERS) if "covers" in table else COVERS
    return Levy(table.text("name"), table.number("rate", high=10), covers)


def keep(tariff: Tariff, root: Table) -> None:
    """Raise for what the tariff's profile forbids, and for what cannot stand together."""
    if tariff.valid_to is not None and tariff.valid_to <= tariff.valid_from:
        raise root.error("valid_to", f"{tariff.valid_to} is not after valid_from, {tariff.valid_from}")
    profile = tariff.profile
    for key, value in (("discretion", tariff.discretion), ("mean", tariff.mean)):
        if value is not None and not (profile and profile.windows):
            raise root.error(key, "only with a profile that has windows for a coefficient")
    if profile is None:
        return
    for cover in tariff.covers.values():
        names = [factor.name for factor in cover.factors]
        for _, why in profile.refuse_factors(names, tariff.valid_from, tariff.valid_to):
            raise root.error(f"covers.{cover.name}.factors", why)
    if profile.windows:
        _only_the_coefficient(tariff, root, profile)


def _only_the_coefficient(tariff: Tariff, root: Table, profile: Profile) -> None:
    """A cap or a minimum beside the coefficient could lead the premium out of its window."""
    said: Iterable[tuple[str, bool]] = (("caps.change", "change" in tariff.caps), ("minimum", bool(tariff.minimum)))
    for key, there in said:
        if there:
            raise root.error(
                key, f"profile {profile.name} keeps a coefficient in its window; this could lead out of it"
            )
