"""Regions: real cities, around which roads lie - their place, clock, currency and climate."""

from typing import NamedTuple

import numpy as np


class Region(NamedTuple):
    """Where the roads lie, and the climate and zone they lie in."""

    name: str
    lat: float
    lon: float
    zone: str
    country: str  # ISO 3166
    currency: str
    cold: float  # °C, the night's lowest in the default season
    warm: float  # °C, the afternoon's highest
    altitude: float  # m above the sea
    wet: float  # share of hours in which it rains; ours, of a month of that climate
    steepest: float  # m a metre, of its roads; German rural ones have 4.5 to 8 % at most (RAL 2012)

    def ambient(self, hour: np.ndarray) -> np.ndarray:
        """°C outside by the local hour: coldest at four, warmest twelve hours later."""
        middle, swing = (self.warm + self.cold) / 2, (self.warm - self.cold) / 2
        return middle - swing * np.cos((hour - 4) / 12 * np.pi)


REGIONS = {
    region.name: region
    for region in (
        Region("karlsruhe", 49.0094, 8.4044, "Europe/Berlin", "DE", "EUR", 3.0, 12.0, 115.0, 0.12, 0.06),
        Region("shanghai", 31.2304, 121.4737, "Asia/Shanghai", "CN", "CNY", 10.0, 19.0, 4.0, 0.10, 0.01),
        Region("austin", 30.2672, -97.7431, "America/Chicago", "US", "USD", 9.0, 22.0, 149.0, 0.07, 0.05),
    )
}
