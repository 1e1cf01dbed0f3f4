"""What the actuary's tests share: the standard tariff, exposure frames and risks."""

from datetime import date

import polars as pl
import pytest

from pricing.premium import Risk
from pricing.tariffs import standard

DAY = date(2026, 3, 2)


@pytest.fixture(scope="session")
def tariff():
    return standard()


@pytest.fixture(scope="session")
def segment():
    """A segment row: 100 km by driver D of vehicle V, all of it observed, changed by keywords."""

    def row(**changes):
        drive = {
            "fleet_id": "F",
            "vehicle_id": "V",
            "driver_id": "D",
            "day": DAY,
            "metres": 100_000.0,
            "moving_s": 7200.0,
        }
        seen = dict.fromkeys(("observed_m", "observed_corner_m", "limit_known_m", "observed_tyre_m"), 100_000.0)
        return drive | seen | {"odometer_m": 100_200.0, "gap_m": 0.0, "night_m": 0.0, "idle_s": 0.0} | changes

    return row


@pytest.fixture(scope="session")
def event():
    """An event row: vehicle V, driver D, a second of the day."""

    def row(kind="harsh_braking", level=2, second=36_000.0, **changes):
        start = (DAY - date(1970, 1, 1)).days * 86_400 + second
        who = {"fleet_id": "F", "vehicle_id": "V", "driver_id": "D"}
        return who | {"kind": kind, "level": level, "start": start, "source": "derived"} | changes

    return row


@pytest.fixture(scope="session")
def table():
    """A frame of rows, with its columns even without a row."""

    def frame(rows, like):
        return pl.DataFrame(rows or [like], infer_schema_length=None).head(len(rows))

    return frame


@pytest.fixture(scope="session")
def risk():
    """A truck's third-party property cover for March, changed by keywords."""

    def made(**changes):
        who = {"fleet_id": "F", "vehicle_id": "V", "policy_id": "P", "cover": "tpl_property", "klass": "truck"}
        return Risk(**(who | {"valid_from": date(2026, 3, 1), "valid_to": date(2026, 4, 1)} | changes))

    return made
