"""GPS jumps: single positions are thrown far off, by reflections or a receiver that starts anew."""

import numpy as np
import polars as pl

from simulator.faults.base import TAKEN, Fault, Per, Spell, Struck

SHARE = 0.2  # of the positions of a spell
FAR = (300.0, 20_000.0)  # m, evenly over the orders of magnitude
DEGREE = 111_195.0  # m, of latitude


def strike(rows: pl.DataFrame, spell: Spell, rng: np.random.Generator) -> Struck | None:
    """Of the time in which it was broken, from the first to the last position that was thrown off."""
    known = spell.within() & pl.col("lat_deg").is_finite() & pl.col("lon_deg").is_finite()
    thrown = rows.select(known.fill_null(False)).to_series().to_numpy() & (rng.random(len(rows)) < SHARE)
    if not thrown.any():
        return None
    far = np.where(thrown, FAR[0] * (FAR[1] / FAR[0]) ** rng.random(len(rows)), 0.0)
    towards = rng.uniform(0, 2 * np.pi, len(rows))
    lat, lon = rows["lat_deg"].to_numpy(), rows["lon_deg"].to_numpy()
    moved = rows.with_columns(
        pl.Series("lat_deg", np.round(lat + far * np.cos(towards) / DEGREE, 6)),
        pl.Series("lon_deg", np.round(lon + far * np.sin(towards) / (DEGREE * np.cos(np.radians(lat))), 6)),
    )
    during = Spell(*(float(rows[TAKEN][k]) for k in np.flatnonzero(thrown)[[0, -1]].tolist()))
    return Struck(moved, f"{int(thrown.sum())} positions thrown off", float(far.max()), "m", during)


FAULT = Fault(
    "gps_jumps",
    "positions are thrown off by up to 20 km",
    Per.HOUR,
    0.2,
    (30.0, 600.0),
    strike,
    needs=("lat_deg", "lon_deg"),
)
