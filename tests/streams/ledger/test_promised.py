"""A coefficient that was offered and accepted, in ledger, tables and all at once; and where it holds no more."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pricing.balance.hysteresis import Hysteresis
from pricing.ledger.pen import Pen
from pricing.tariffs import parse, standard_text
from streams import registry
from streams.ledger import chains, exposed, posting
from streams.ledger.book import gathered
from streams.ledger.experienced import reported
from streams.ledger.promised import insured
from streams.ledger.renewing import Renewing, accepted, answer, offer
from streams.ledger.terms import next_term
from streams.registry import Roster, losses, stored
from streams.registry.contracts import Policy
from streams.registry.renewed import renewed
from streams.store.store import memory_store

MOVES = Hysteresis(Decimal("0.02"), Decimal("0.10"))
OFFERED, FOLLOWED = datetime(2025, 12, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
FILES = {
    "policyholders": "policyholder_id,name\nph,Holder\n",
    "fleets": "fleet_id,name,time_zone\nf,Fleet,UTC\n",
    "vehicles": "vehicle_id,fleet_id,class,use\nV,f,N3,own\nW,f,N3,own\n",
    "policies": "policy_id,policyholder_id,from,to,basis,currency\nP,ph,2025-01-01,2026-01-01,fixed,EUR\n",
    "policy_vehicles": "policy_id,vehicle_id,cover,from,to,annual_km,experience\n"
    "P,V,own_damage,2025-01-01,2026-01-01,20000,0.5\nP,W,own_damage,2025-01-01,2026-01-01,20000,\n"
    "P,V,tpl_property,2025-01-01,2026-01-01,20000,1.1\n",
}


def scaled(name, covers='"own_damage"', scale="french"):
    return parse(written(name, covers, scale), name)


def written(name, covers='"own_damage"', scale="french"):
    said = standard_text().replace("standard-2026.1", name, 1)
    return f'{said}\n[[bonus_malus]]\nscale = "{scale}"\ncovers = [{covers}]\n'


TARIFF = scaled("scaled")


@pytest.fixture
def store(tmp_path):
    """Whose policy P was offered its next term, which was accepted and is Q."""
    for name, said in FILES.items():
        (tmp_path / f"{name}.csv").write_text(said)
    store, known = memory_store(), registry.load(tmp_path)
    with store.writing() as connection:
        stored.write(connection, known, 0.0)
        book, (policy,) = gathered(connection, TARIFF, OFFERED), known.of(Policy)
        new, refused = posting.posted(connection, book, TARIFF, MOVES, OFFERED)
        assert refused == []
        posting.write(connection, TARIFF, written("scaled"), new)
        pen = Pen(chains.of(connection, policy.policy_id), OFFERED)
        claims = reported(losses.claims(known), book.today)
        offer(pen, policy, Renewing(book, TARIFF, {TARIFF.digest: TARIFF}, claims, MOVES.band))
        answer(pen, policy, "accepted", book.today)
        chains.append(connection, {policy.policy_id: pen.new})
        stored.write(connection, renewed(known, policy, "Q", next_term(policy), accepted(pen)), 1.0)
    yield store
    store.close()


def coefficients(premiums):
    """Of the policy that follows, by vehicle and cover."""
    return {
        (row["vehicle_id"], row["cover"]): float(step["effect"])
        for row in premiums.filter(premiums["policy_id"] == "Q").to_dicts()
        for step in row["factors"]
        if step["name"] == "experience"
    }


def test_ledger_tables_and_all_at_once_rate_what_was_accepted(store):
    with store.reading() as connection:
        risks = Roster(stored.read(connection)).insured()
        tables = exposed.rated(connection, TARIFF, risks, FOLLOWED)["premiums"]
        at_once = exposed.amounts(connection, TARIFF, risks, FOLLOWED)
        book = gathered(connection, TARIFF, FOLLOWED)
        new, refused = posting.posted(connection, book, TARIFF, MOVES, FOLLOWED, "Q")
    assert refused == []
    indicated = [entry for entry in new["Q"] if entry["kind"] == "indicated"]
    posted = {(entry["vehicle_id"], entry["cover"]): float(entry["made"]["risk"]["experience"]) for entry in indicated}
    assert posted == {("V", "own_damage"): 0.5, ("W", "own_damage"): 0.95, ("V", "tpl_property"): 1.1}
    assert coefficients(tables) == posted
    assert at_once.equals(tables.select(at_once.columns))


@pytest.mark.parametrize(
    ("tariff", "found"),
    [
        (scaled("other", scale="illustrative"), {"V": None, "W": None}),
        (scaled("none", '"tpl_property"'), {"V": None, "W": None}),
        (scaled("same"), {"V": 0.5, "W": 0.95}),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_a_coefficient_is_of_its_scale_alone(store, tariff, found):
    """By another scale, or by none, a vehicle begins anew: what was the whole premium's is no factor of its km."""
    with store.reading() as connection:
        told = insured(connection, Roster(stored.read(connection)).insured(), tariff)
        book = gathered(connection, tariff, FOLLOWED)
        new, refused = posting.posted(connection, book, tariff, MOVES, FOLLOWED, "Q")
    own = told.filter(policy_id="Q", cover="own_damage")
    assert dict(own.select("vehicle_id", "experience").iter_rows()) == found
    risks = [
        entry["made"]["risk"] for entry in new["Q"] if (entry["kind"], entry["cover"]) == ("indicated", "own_damage")
    ]
    assert {risk["vehicle_id"]: risk["experience"] and float(risk["experience"]) for risk in risks} == found
    assert refused == []


def test_without_a_renewal_nothing_is_looked_up(tmp_path):
    for name, said in FILES.items():
        (tmp_path / f"{name}.csv").write_text(said)
    store, known = memory_store(), registry.load(tmp_path)
    risks = Roster(known).insured()
    with store.reading() as connection:
        assert insured(connection, risks, TARIFF) is risks
    store.close()
