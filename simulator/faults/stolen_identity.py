"""Stolen identity: another device logs in as a vehicle's own, throws it off, and says it is elsewhere."""

from functools import partial

import numpy as np
import polars as pl

from devices.codecs import JSON_V1, Reading, Values
from simulator.device import Device, Disturbance
from simulator.faults.base import Fault, Per, Said, Spell

SAMPLES, EVERY = 10, 60.0  # a payload, and s between two of the thief's
AWAY = (1.0, 4.0)  # degrees of latitude the thief is away


def _first(values: pl.Series) -> float:
    return float(values.drop_nulls().drop_nans()[0])


def disturb(rows: pl.DataFrame, spell: Spell, rng: np.random.Generator) -> Said | None:
    """The thief drives steadily somewhere else while the vehicle goes on reporting."""
    boot, away = f"thief{int(rng.integers(1 << 32)):08x}", float(rng.uniform(*AWAY))
    lat, lon = _first(rows["lat_deg"]) + away, _first(rows["lon_deg"])
    visits = []
    for seq, at in enumerate(np.arange(spell.start, spell.end, EVERY), 1):
        t = [round(float(at) - SAMPLES + k + 0.5, 3) for k in range(SAMPLES)]  # between the vehicle's own instants
        columns: dict[str, Values] = {
            "speed_kmh": 50.0,
            "lat_deg": round(lat + seq * 7.5e-3, 6),
            "lon_deg": lon,
            "ignition": 1.0,
        }
        body = JSON_V1.encode(Reading(boot, seq, t, columns))
        visits.append(Disturbance(float(at), partial(Device.impersonated, body=body)))
    return Said(visits, "another device in its name", float(len(visits)), "payloads")


FAULT = Fault(
    "stolen_identity",
    "another device speaks in a vehicle's name",
    Per.VEHICLE,
    0.02,
    (120.0, 900.0),
    disturb=disturb,
    needs=("lat_deg", "lon_deg"),
)
