"""Insured: rivers of a fleet that pays by the km, its registry and rule sets on record."""

from streams import registry
from streams.registry import stored
from streams.river.in_force import remembered

VEHICLES = ("V0", "V1", "V2")
COVERS = ("own_damage", "tpl_property")
FILES = {
    "policyholders": "policyholder_id,name\nph,Holder\n",
    "fleets": "fleet_id,name,time_zone\nf,Fleet,UTC\n",
    "vehicles": "vehicle_id,fleet_id,class,use\n" + "".join(f"{name},f,M1,own\n" for name in VEHICLES),
    "policies": "policy_id,policyholder_id,from,to,basis,currency\nP,ph,2024-10-01,2025-10-01,per_km,EUR\n",
    "policy_vehicles": "policy_id,vehicle_id,cover,from,to,annual_km\n"
    + "".join(f"P,{name},{cover},2024-10-01,2025-10-01,\n" for name in VEHICLES for cover in COVERS),
}


def river_of(rivers, folder, rules):
    """A river of a fleet that is insured, and whose rule sets are on record."""
    river = rivers.River(folder / "data", rules)
    (folder / "registry").mkdir(parents=True)
    for name, said in FILES.items():
        (folder / "registry" / f"{name}.csv").write_text(said)
    with river.store.writing() as connection:
        stored.write(connection, registry.load(folder / "registry"), 0.0)
    for one in rules.in_force.sets:
        remembered(river.store, one, one.since)
    return river
