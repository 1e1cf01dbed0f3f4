"""Rating: premiums of a portfolio at once beside one by one, of what a service holds, and charged at an off-balance."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl

from bench.markdown import rows as table_of
from bench.measure import Result, interleaved, spent
from pricing.balance.book import Book, Caps, book
from pricing.exposure import SCHEMA, SUMS
from pricing.frames import premiums
from pricing.layout import Layout
from pricing.many import Drivers
from pricing.past import classed, history
from pricing.rerating import KM, facts, indications, known, matrix
from pricing.risks import within
from pricing.tariffs import standard

COVER = "tpl_property"  # with every kind of factor: standing, running, telematics, experience, caps
CLASSES = ("car", "van", "truck", "bus")
PORTFOLIO, PART, BOOK = 1_000_000, 100_000, 200_000
ONE_BY_ONE, AT_HAND, BATCHES = 1_000, 10_000, (1, 10, 100, 1_000, 10_000)
REPEATS = 3
SEEN = ("km_measured", "observed_km", "observed_corner_km", "limit_known_km", "observed_tyre_km")


def run(quick: bool = False) -> Result:
    """All of it; a portfolio is rated in parts, as shards of a store would be."""
    return measure(PART // 10, 2, BOOK // 10, 1) if quick else measure(PART, PORTFOLIO // PART, BOOK, REPEATS)


def measure(part: int, parts: int, charged: int, repeats: int) -> Result:
    """CPU seconds, and those that went by, of ``parts`` times ``part`` vehicles; microseconds a premium else."""
    tariff, (exposure, risks) = standard(), drawn(part)
    few = (exposure.head(ONE_BY_ONE), risks.head(ONE_BY_ONE))
    costs = interleaved({"one by one": lambda: premiums(*few, tariff)}, repeats)
    whole = spent(lambda: [indications(exposure, risks, tariff) for _ in range(parts)])
    at_hand = min(AT_HAND, part)
    held = interleaved({str(size): _held(at_hand, size) for size in BATCHES if size <= at_hand}, repeats)
    bill = interleaved({"charged": _charging(charged)}, repeats)["charged"]
    return {
        "vehicles": part * parts,
        "cpu_s": whole.cpu,
        "wall_s": whole.wall,
        "cpu_us": whole.cpu / (part * parts) * 1e6,
        "one_by_one_us": costs["one by one"].cpu / few[1].height * 1e6,
        "held_us": {size: cost.cpu / at_hand * 1e6 for size, cost in held.items()},
        "charged": {"premiums": charged, "cpu_s": bill.cpu},
    }


def drawn(count: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Exposure, a row a vehicle as summed as it counts, and a risk of each."""
    chance = np.random.default_rng(7)
    km = chance.gamma(4.0, 2000.0, count).round(3)
    sums = {name: (km * 0.1 * chance.random(count)).round(3) for name in SUMS if SCHEMA[name] == pl.Float64}
    counts = {name: chance.poisson(5, count) for name in SUMS if SCHEMA[name] == pl.Int64}
    who = {"fleet_id": "F", "vehicle_id": [f"V{k}" for k in range(count)]}
    row = who | {"driver_id": "D", "day": date(2026, 3, 2), "status": "final", "hours": km / 50}
    gap = np.where(chance.random(count) < 0.2, km.round(), 0.0)
    exposure = pl.DataFrame(row | sums | counts | dict.fromkeys(SEEN, km) | {"km_gap": gap}, schema=SCHEMA)
    known = who | {"policy_id": "P", "cover": COVER, "valid_from": date(2026, 1, 1), "valid_to": date(2027, 1, 1)}
    facts = {
        "class": chance.choice(CLASSES, count),
        "use": chance.choice(["own", "hire"], count),
        "mass_kg": chance.choice([1500.0, 3500.0, 12_000.0, 18_000.0], count),
        "year": chance.integers(2008, 2026, count),
        "annual_km": chance.gamma(4.0, 10_000.0, count).round(),
        "experience": chance.gamma(20.0, 0.05, count).round(4),
        "previous": chance.gamma(4.0, 100.0, count).round(2),
    }
    return exposure, pl.DataFrame(known | facts)


def _held(count: int, size: int) -> Callable[[], object]:
    """Indications of vehicles whose sums and facts are at hand, ``size`` of them at once, until all have had theirs."""
    (exposure, risks), tariff = drawn(count), standard()
    insured, drivers, layout = within(risks, None, None), Drivers(tariff), Layout(tariff.covers[COVER], tariff)
    own = history(insured, classed(exposure, risks), tariff)
    rows = facts(insured, exposure, own, tariff).sort("vehicle_id")
    sheet, codes = layout.sheet(known(rows, layout)), drivers.codes(rows["class"])
    sums, km = matrix(own.sort("vehicle_id"), drivers.columns), matrix(rows, KM)

    def walk() -> None:
        for start in range(0, count, size):
            some = slice(start, start + size)
            sheet[some].premium(drivers(sums[some], codes[some]), km[some])

    return walk


def _charging(count: int) -> Callable[[], object]:
    chance, caps = np.random.default_rng(8), Caps(Decimal("0.10"), Decimal("0.10"))
    before = [Decimal(cents).scaleb(-2) for cents in chance.integers(10_000, 200_000, count).tolist()]
    found: Book = book(chance.gamma(4.0, 200.0, count), before, caps, 10.0, 0.27)
    return lambda: found.charged(Decimal("1.095674"))


def table(found: Result) -> str:
    """As the page has it."""
    charged = found["charged"]
    held = [
        ("one after the other" if size == "1" else f"{int(size):,} at once", 1e6 / cost)
        for size, cost in found["held_us"].items()
    ]
    pairs = {
        f"**{found['vehicles']:,} vehicles rated again**, s as it went": f"{found['wall_s']:.1f}",
        "CPU s of it": f"{found['cpu_s']:.1f}",
        "CPU µs a premium, with all that is read and written": f"{found['cpu_us']:.1f}",
        "CPU µs a premium one by one, with its steps": f"{found['one_by_one_us']:.0f}",
        **{f"indications/s/core from sums at hand, {name}": f"{speed:,.0f}" for name, speed in held},
        f"CPU s to charge {charged['premiums']:,} at an off-balance": f"{charged['cpu_s']:.2f}",
    }
    return table_of(["", ""], [[name, value] for name, value in pairs.items()])
