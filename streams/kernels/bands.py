"""Bands: how fast, and how far over the limit, in the steps that exposure and the score count kilometres by."""

from math import isnan

from compiled.kernels import inner

KMH = 1 / 3.6
GRACE = 1e-6  # m/s: 60 km/h is exactly 10 above 50, whatever the last bits of m/s say
BANDS = ("over_limit_0_10_km", "over_limit_10_20_km", "over_limit_20_30_km", "over_limit_30_km")
SPEEDS = (20 * KMH, 50 * KMH, 80 * KMH, 100 * KMH, 130 * KMH)  # upper ends, each part of its band


@inner
def band_of(over: float) -> int:
    """The band of a speed ``over`` m/s above the limit, the upper end included: 1 to 4, 0 not over."""
    if over > 20 * KMH + GRACE:
        return 4 if over > 30 * KMH + GRACE else 3
    if over > GRACE:
        return 2 if over > 10 * KMH + GRACE else 1
    return 0


@inner
def speed_band(v: float) -> int:
    """The band of a speed, m/s: 1 to 6, 0 not known."""
    if isnan(v):
        return 0
    band = 0
    while band < 5 and v > SPEEDS[band] + GRACE:
        band += 1
    return band + 1
