"""Hours at the wheel: what counts is what the rules of the driver's fleet say, of the last four weeks."""

import pytest
from sqlalchemy import delete, insert, select

from streams.hours import RuleBook
from streams.hours.laws import US_70_8
from streams.rules import Rules
from streams.store import schema
from streams.store.store import rows_of

API = "/api/v1"
HOUR_S = 3_600.0


@pytest.fixture
def shift(house):
    """Driver ``guest`` drove an hour, stood an hour with the ignition on, and drove another."""
    table, whose = schema.intervals, schema.intervals.c.driver_id == "guest"
    with house.world.store.reading() as connection:
        like = rows_of(connection, select(table).where(table.c.driver_id.is_not(None)))[-1]
    first = like["end"] - 30 * HOUR_S
    same = like | {"fleet_id": "a", "vehicle_id": "V0", "driver_id": "guest", "status": "closed"}
    kinds = enumerate(("drive", "idle", "drive"))
    rows = [{"start": first + k * HOUR_S, "end": first + (k + 1) * HOUR_S, "activity": kind} for k, kind in kinds]
    with house.world.store.writing() as connection:
        connection.execute(insert(table), [same | row for row in rows])
    yield
    with house.world.store.writing() as connection:
        connection.execute(delete(table).where(whose))


def most(house):
    """The most that any limit counts of the guest."""
    answer = house.client("manager").get(f"{API}/hours", params={"driver": "a/guest"})
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["items"]
    return max(limit["counted_s"] for limit in found["limits"])


@pytest.mark.usefixtures("shift")
def test_standing_counts_on_duty_and_nowhere_else(house, monkeypatch):
    assert most(house) == pytest.approx(2 * HOUR_S)
    monkeypatch.setattr(Rules, "hours", property(lambda _: RuleBook(US_70_8)))
    assert most(house) == pytest.approx(3 * HOUR_S)
