"""Controls: everyday and standard drives in which harsh events are rare or cannot be; what is found all the same."""

import polars as pl

from evaluation.measure import Fact, Section, per_100_km
from evaluation.recordings import read, rules, run

HARSH = (
    *("harsh_braking", "harsh_acceleration", "harsh_cornering", "lane_change", "harsh_manoeuvre"),
    *("crash", "rollover"),
)
NAMES = {
    "kit": "KIT Seat Leon, OBD polled at 0.9 s",
    "cmap": "CMAP Chicago, GPS speed 1 Hz",
    "rsk": "RSK Twizy, CAN speed held up to 20 s",
    "carobd": "carOBD Etios, integer OBD speed",
}
CALM = ("udds", "hwfet")
TEXT = """No labels here: every event is counted as if it were false, so these are upper bounds of false events; the
interval is that of a count (95 %). KIT has one deliberate full braking and drives of up to 218 km/h on the Autobahn.
UDDS and HWFET are regulatory cycles whose hardest deceleration is 1.48 m/s²: any event in them would be false. US06 is
the aggressive one (accelerations up to 3.76 m/s²)."""


def section() -> Section:
    """Harsh events per 100 km."""
    facts = [fact for name, title in NAMES.items() for fact in _per_100_km(name, title)]
    cycles = run(read("cycles"), rules())
    for cycle in (*CALM, "us06"):
        rows = cycles["events"].filter(pl.col("kind").is_in(HARSH), vehicle_id=cycle)
        facts.append(Fact(cycle.upper(), "harsh events and crashes", rows.height, "events"))
    return Section("False alarms in everyday drives", TEXT, facts=facts)


def _per_100_km(name: str, title: str) -> list[Fact]:
    tables = run(read(name), rules())
    km = float(tables["exposure"]["km_measured"].sum())
    counts = tables["events"].filter(pl.col("kind").is_in(HARSH)).group_by("kind").len().sort("kind")
    facts = [per_100_km(title, kind, count, km) for kind, count in counts.rows()]
    return facts or [per_100_km(title, "harsh events and crashes", 0, km)]
