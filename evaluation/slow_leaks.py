"""Slow leaks: tyres drawn over days, warm by day and cold by night, of which some lose a few per cent a day."""

import numpy as np

from devices.samples import Floats, Samples, TyreReadings
from devices.signals import WHEELS, wheel_code
from evaluation.measure import Finding, Section, Span, marked
from evaluation.recordings import rules, run
from simulator.regions import REGIONS
from simulator.tyres import gauge
from streams.fleets.fleet import Known

START = 1_750_032_000.0  # a midnight, UTC epoch s
LOSSES, LIMIT = (0.0, 1.0, 2.0, 2.5, 3.0, 5.0, 10.0), 2.0  # % a day, and the published limit
DAYS, FEW = 5, 2
VEHICLES, NAMES, EVERY_S = 25, ("1L", "1R", "2L", "2R"), 120.0
PLACARD, HEAT, WARM_S = 240.0, 25.0, 1_200.0  # kPa; °C above the air once warm; s until it nearly is
PRESSURE_STEP, TEMP_STEP, TEMP_NOISE = 2.5, 1.0, 1.0  # kPa, °C and °C (one sigma), of a usual car's sensor
TEXT = f"""Made-up tyres of cars, {VEHICLES} vehicles of {len(NAMES)} wheels for each rate of loss; one wheel of each
loses air, steadily. They drive from about seven to five, warm up by {HEAT:g} °C, and the air's temperature follows the
day and the weather. A sensor reports every {EVERY_S:g} s, to {PRESSURE_STEP:g} kPa and {TEMP_STEP:g} °C. From 2 % a
day on there is a leak to find; at 0 and 1 % there is none by that limit, and whatever is told is false. What matters
is how early: the same tyres after {FEW} and after {DAYS} days. Exactly 2 % lies on the limit."""


class Cars:
    """Stands in for a registry: every vehicle is a car whose tyres have a placard pressure."""

    def known(self, _fleet_id: str, _vehicle_id: str) -> Known:
        """A car."""
        return Known(placard=np.full(WHEELS, PLACARD))


def section() -> Section:
    """Recall by rate of loss, after few days and after more."""
    return Section("Slow leaks", TEXT, [_found(loss, days) for days in (FEW, DAYS) for loss in LOSSES])


def _found(loss: float, days: int) -> Finding:
    """Events by vehicle and wheel: one told of another wheel than the one that leaks is false."""
    events = run([drawn(loss, days)], rules(), Cars())["events"].filter(kind="tyre_slow_leak")
    told = [Span(f"{who} {wheel}", START, np.inf) for who, wheel in events.select("vehicle_id", "subject").iter_rows()]
    leaking = [Span(f"v{k} {NAMES[0]}", START, np.inf) for k in range(VEHICLES)] if loss >= LIMIT else []
    found = marked(f"{loss:g} % a day, after {days} days", "tyre_slow_leak", f"{EVERY_S:g} s", leaking, told)
    return found._replace(onset=None, within=None)  # a leak has no beginning here, the rows say how soon it is told


def drawn(loss: float, days: int) -> Samples:
    """What the sensors of all vehicles say, the first wheel losing ``loss`` % a day; longer only goes on longer."""
    rng = np.random.default_rng(int(10 * loss))
    parts = [_vehicle(loss, rng) for _ in range(VEHICLES)]
    t = [part[0][part[0] < START + 86_400 * days] for part in parts]
    vehicle = np.repeat(np.arange(VEHICLES), [one.size for one in t])
    pressure, temp = (np.concatenate([part[k][:, : t[v].size].ravel() for v, part in enumerate(parts)]) for k in (1, 2))
    wheel = np.concatenate([np.repeat([wheel_code(name) for name in NAMES], one.size) for one in t])
    whose = np.repeat(np.arange(VEHICLES), [len(NAMES) * one.size for one in t])
    when = np.concatenate([np.tile(one, len(NAMES)) for one in t])
    readings = TyreReadings(whose, wheel, when, pressure, temp)
    rows = np.concatenate(t)
    names = [("f", f"v{k}") for k in range(VEHICLES)]
    return Samples(names, vehicle, rows, {"speed": np.full(rows.size, 20.0)}, tyres=readings)


def _vehicle(loss: float, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """``(n,)`` t, and ``(wheels, n)`` pressure and temperature as its sensors say."""
    begins = [24 * day + 7 + rng.uniform(-1, 1) for day in range(DAYS)]
    hours = np.concatenate([np.arange(begin, begin + rng.uniform(8, 10), EVERY_S / 3600) for begin in begins])
    day = (hours // 24).astype(int)
    weather = np.cumsum(rng.normal(0, 3, DAYS))[day]
    warm = HEAT * (1 - np.exp(-(hours - np.array(begins)[day]) * 3600 / WARM_S))
    air = np.asarray(REGIONS["karlsruhe"].ambient(hours % 24)) + weather
    lost = np.array([loss] + [0.0] * (len(NAMES) - 1))[:, None] / 100 * hours / 24
    cold = PLACARD * (1 + rng.normal(0, 0.012, (len(NAMES), 1))) * (1 - lost)
    temp = air + warm * rng.uniform(0.9, 1.1, (len(NAMES), 1))
    pressure = np.round(gauge(cold, temp) / PRESSURE_STEP) * PRESSURE_STEP
    said = np.round((temp + rng.normal(0, TEMP_NOISE, temp.shape)) / TEMP_STEP) * TEMP_STEP
    return np.round(START + hours * 3600, 3), pressure, said
