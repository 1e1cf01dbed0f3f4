"""Two currencies: an insurer of fleets in euros, in yuan, and in both; each rated, posted and claimed in its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from pricing.tariffs import standard_text
from streams import config
from streams.ledger import daily

from .conftest import FILES, House, housed

COVERED = {"P": "own_damage", "Y": "own_damage", "E": "own_damage", "C": "cargo"}
FLEETS = {"P": "a", "Y": "b", "E": "c", "C": "c"}
CLAIMS = {"C1": ("P", 1200), "C2": ("Y", 30_000), "C3": ("C", 500)}
BOTH = FILES | {
    "fleets": "fleet_id,name,policyholder_id,time_zone\n"
    "a,Euro,ph,Europe/Berlin\nb,Yuan,ph,Asia/Shanghai\nc,Both,ph,UTC\n",
    "vehicles": FILES["vehicles"] + "".join(f"V{k},c,C-V{k},N3,own,,plan\n" for k in range(2)),
    "policies": "policy_id,policyholder_id,from,to,basis,currency\n"
    + "".join(f"{one},ph,2024-10-01,2025-10-01,fixed,{'CNY' if one in 'YC' else 'EUR'}\n" for one in FLEETS),
    "policy_vehicles": "policy_id,vehicle_id,fleet_id,cover,from,to,annual_km,sum_insured\n"
    + "".join(
        f"{one},V{k},{fleet},{COVERED[one]},2024-10-01,2025-10-01,60000,90000\n"
        for one, fleet in FLEETS.items()
        for k in range(2)
    ),
    "claims": "claim_id,policy_id,vehicle_id,fleet_id,cover,loss_at,valued_at,status,paid\n"
    + "".join(
        f"{claim},{policy},V1,{FLEETS[policy]},{COVERED[policy]},2024-10-05,2024-10-06,closed,{paid}\n"
        for claim, (policy, paid) in CLAIMS.items()
    ),
}


@contextmanager
def both(rivers: ModuleType, folder: Path) -> Iterator[House]:
    """A console over the record of all three, with what the ledger says of it."""
    tariffs = folder / "tariffs"
    tariffs.mkdir()
    for name in ("standard", "china"):
        (tariffs / f"{name}.toml").write_text(standard_text(name).replace("2026-01-01", "2024-01-01"))
    asked = (f"tariff.path={tariffs}",)
    with housed(rivers, folder, BOTH, ("a", "b", "c"), *asked) as found:
        with found.world.store.reading() as connection:
            now = found.world.now(connection)
        daily.post(found.world.store, config.load(None, {}, asked), now, "tripmeter")
        yield found
