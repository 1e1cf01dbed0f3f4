"""A console over the record of a real drive: two fleets, a site, an insured fleet, everybody with a role."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import delete, insert
from starlette.testclient import TestClient

from console.api import ENDPOINTS, PREFIX
from console.app import create_app
from console.endpoint import Endpoint
from console.gate import accounts
from console.world import SIMULATED, World
from devices.samples import Payload
from pricing.billing.term import Term
from pricing.ledger.charged import Account, part
from pricing.ledger.entry import Entry, follow, reversal
from streams import config, registry
from streams.ledger import chains
from streams.pipeline.fixes import fixes
from streams.registry import stored
from streams.store import accounts as ledger
from streams.store import marks, people

from .shelf import fill

WORD = "correct horse battery"
VEHICLES = ("V0", "V1")
SITES = {"V0": "north", "V1": "south"}
FILES = {
    "policyholders": "policyholder_id,name\nph,Holder\n",
    "fleets": "fleet_id,name,policyholder_id,time_zone\na,Fleet A,ph,Europe/Berlin\nb,Fleet B,ph,UTC\n",
    "sites": "site_id,fleet_id,name\nnorth,a,North\nsouth,a,South\n",
    "tyre_plans": "plan_id,wheel,placard_kpa\nplan,1L,800\nplan,2L,800\n",
    "vehicles": "vehicle_id,fleet_id,plate,class,use,site,tyre_plan\n"
    + "".join(f"{name},a,A-{name},N3,own,{SITES[name]},plan\n" for name in VEHICLES)
    + "".join(f"{name},b,B-{name},M1,own,,plan\n" for name in VEHICLES),
    "devices": "device_id,vehicle_id,fleet_id,username\n" + "".join(f"D-{one},{one},a,dev-{one}\n" for one in VEHICLES),
    "drivers": "driver_id,fleet_id,name\nD1,a,Ann\nD2,a,Bo\n",
    "policies": "policy_id,policyholder_id,from,to,basis,currency\nP,ph,2024-10-01,2025-10-01,fixed,EUR\n",
    "claims": "claim_id,policy_id,vehicle_id,fleet_id,cover,loss_at,valued_at,status,paid\n"
    "C1,P,V1,a,own_damage,2024-10-05,2024-10-06,closed,1200\n",
    "policy_vehicles": "policy_id,vehicle_id,fleet_id,cover,from,to,annual_km,sum_insured\n"
    + "".join(f"P,{name},a,own_damage,2024-10-01,2025-10-01,60000,90000\n" for name in VEHICLES),
}
GRANTS = {
    "admin": "admin",
    "manager": "manager@a",
    "viewer": "viewer@a",
    "yard": "manager@a/south",
    "other": "manager@b",
    "driver": "driver@a",
    "underwriter": "underwriter",
    "actuary": "actuary",
}


@dataclass
class House:
    """A console, its store, and clients that are signed in."""

    world: World
    app: Any
    river: Any
    client: Callable[[str], TestClient]
    stranger: Callable[[], TestClient]  # one more who is not signed in
    names: dict[str, str]  # of a vehicle, a driver, ... that is there
    ids: dict[str, str]  # of an alert, a trip, ... by the path that lists them
    folder: Path  # of its data


@pytest.fixture(scope="session", autouse=True)
def quick() -> Iterator[None]:
    """Passwords are hashed with little work."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(accounts, "hasher", cache(lambda: PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)))
        yield


@pytest.fixture(scope="module")
def house(rivers: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One record for a file of tests: what they write they must not count on others not to have written."""
    with housed(rivers, tmp_path_factory.mktemp("console"), FILES, ("a", "b")) as found:
        yield found


@contextmanager
def housed(
    rivers: ModuleType, folder: Path, files: Mapping[str, str], fleets: Sequence[str], *sets: str
) -> Iterator[House]:
    """A console over the drive of some fleets, whose registry is made of ``files``."""
    river = rivers.River(folder / "data", rivers.judged(*sets), sinks=("mqtt", "console"))
    _register(river.store, folder / "registry", files)
    marks.set_clock(river.store, "feed")
    river.embedded.take(rivers.payloads(rivers.fleets(fleets, seed=3)))
    river.embedded.take([Payload("tripmeter/v1/a/V0/telemetry", b"not json", 5.0)])
    river.drain()
    models = fill(folder / "models")
    settings = config.load(None, {}, ("console.port=0", f"pricing.models={models}", *sets))
    world = World(river.store, settings, river.rules, lambda: fixes(river.pipeline), SIMULATED)
    _users(river.store)
    app = create_app(world)
    with TestClient(app, base_url="http://console") as nobody:
        names = {
            "vehicle": "a/V1",
            "driver": "a/D1",
            "login": "gone",
            "name": "use",
            "kind": "driver_assignments",
            "fleet": "a",
            "detector": "harsh_braking",
            "model": "frequency.json",
        }
        client = cache(partial(_signed_in, app, nobody))
        yield House(
            world, app, river, client, partial(_signed_in, app, nobody, ""), names, _ids(client), folder / "data"
        )
    river.store.close()


@pytest.fixture
def posted(house: House) -> Iterator[list[Entry]]:
    """A chain of policy X for the while of a test: a charge, another one, and that taken back."""
    account, year = Account("X", "V1", "cargo", "EUR"), Term(date(2026, 1, 1), date(2027, 1, 1))
    drafts = [part(account, Decimal(of), year.start, date(2026, 2, 1), year, "inception") for of in (1200, 2400)]
    rated = replace(drafts[0], made=drafts[0].made | {"risk": {"fleet_id": "a"}})
    first = follow(None, rated, datetime(2026, 1, 2, tzinfo=UTC))
    second = follow(first, drafts[1], datetime(2026, 1, 3, tzinfo=UTC))
    third = follow(second, reversal(second, "other km"), datetime(2026, 1, 4, tzinfo=UTC))
    with house.world.store.writing() as connection:
        chains.append(connection, {"X": [first, second, third]})
    yield [first, second, third]
    with house.world.store.writing() as connection:
        connection.execute(delete(ledger.entries).where(ledger.entries.c.policy_id == "X"))


def _register(store: Any, folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir()
    for name, said in files.items():
        (folder / f"{name}.csv").write_text(said)
    with store.writing() as connection:
        stored.write(connection, registry.load(folder), 1.0)


def _ids(client: Callable[[str], TestClient]) -> dict[str, str]:
    """One of everything that has an id."""
    admin = client("admin")
    alert = admin.get("/api/v1/alerts", params={"limit": 1}).json()["items"][0]
    trip = admin.get("/api/v1/trips", params={"limit": 1}).json()["items"][0]
    task = admin.post("/api/v1/tasks", json={"kind": "workshop", "vehicle": alert["vehicle"]}).json()
    away = admin.get("/api/v1/alerts", params={"state": "resolved", "limit": 1}).json()["items"][0]["alert_id"]
    assert admin.post(f"/api/v1/alerts/{away}/dismiss", json={"reason": "test"}).status_code == 200
    aside = admin.get("/api/v1/quarantine").json()["items"][0]
    rate = admin.get("/api/v1/pricing/premiums").json()["items"][0]
    found = {"alerts": alert["alert_id"], "trips": trip["trip_id"], "tasks": task["task_id"]}
    found |= {"objections": alert["alert_id"], "pricing/disputes": away}
    return found | {"quarantine": aside["id"], "pricing/premiums": rate["premium_id"], "pricing/ledger": "X:1"}


def _users(store: Any) -> None:
    """Everybody, with one password hashed once: it is slow on purpose."""
    hashed = accounts.hasher().hash(WORD)
    rows = [
        {
            "login": login,
            "name": login.title(),
            "grants": grants,
            "driver_id": "D1" if login == "driver" else "",
            "password": hashed,
            "must_change": 0,
            "disabled": 0,
            "created_at": 0.0,
        }
        for login, grants in GRANTS.items()
    ]
    with store.writing() as connection:
        connection.execute(insert(people.users), rows)


def _signed_in(app: Any, nobody: TestClient, login: str) -> TestClient:
    """A client with somebody's session; the app runs already."""
    client = TestClient(app, base_url="http://console")
    client.portal = nobody.portal
    if login:
        answer = client.post("/api/v1/session", json={"name": login, "password": WORD})
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return client


def path_of(one: Endpoint, house: House) -> str:
    """An address of an endpoint that is there."""
    found = one.path
    for name, value in house.names.items():
        found = found.replace(f"{{{name}}}", value)
    collection = one.path.partition("/{")[0].strip("/")
    return PREFIX + found.replace("{id}", house.ids.get(collection, "x"))


def answers(house: House, login: str = "admin") -> dict[str, str]:
    """What the server says at each address that is JSON, by the name of its endpoint."""
    client = house.client(login)
    asked = [one for one in ENDPOINTS if one.method == "GET" and one.gives is not bytes]
    return {one.name: client.get(path_of(one, house)).text for one in asked}
