"""Rated: what is shown after what was shown before moves by steps, and never out of what a jurisdiction allows."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pricing.balance.hysteresis import Hysteresis
from pricing.exposure import Exposure
from pricing.ledger.entry import follow, instead
from pricing.ledger.rated import Shown, rated
from pricing.ledger.replay import replay
from pricing.tariffs import parse, standard_text

D = Decimal
MOVES = Hysteresis(D("0.02"), D("0.10"))
NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def yuan():
    said = 'profile = "china"\n' + standard_text().replace("change = [0.75, 1.25]", "").replace('"EUR"', '"CNY"')
    return parse(said, "china.toml")


@pytest.fixture(scope="module")
def shown(risk, yuan):
    """What is shown of a lorry for so many km after an amount was."""
    begun = date(2026, 4, 1)
    term = {"valid_from": begun, "valid_to": date(2027, 4, 1), "inception": begun}
    lorry = risk(cover="own_damage", use="hire", mass_t=3.0, sum_insured=30_000.0, **term)

    def made(km, before=None):
        last = None if before is None else Shown(before, MOVES)
        return rated(lorry, Exposure({"km_measured": km}), yuan, {"truck": Exposure()}, shown=last)

    return made


def coefficient(draft):
    """The coefficient in effect, whatever was kept back."""
    steps = draft.made["steps"]
    place = next(place for place, step in enumerate(steps) if step["name"] == "coefficient")
    return draft.amount / D(steps[place - 1]["amount"])


def test_no_step_leads_a_coefficient_out_of_its_window(shown):
    """From 100,000 km to 20,000 and back: a tenth at a time would be three times, and a fraction of, what is right."""
    far, near = shown(100_000.0), shown(20_000.0)
    down, up = shown(20_000.0, far.amount), shown(100_000.0, near.amount)
    assert near.amount < down.amount < far.amount * D("0.9") and near.amount * D("1.1") < up.amount < far.amount
    assert D("1.4999") < coefficient(down) <= D("1.5") and D("0.5") <= coefficient(up) < D("0.5001")


def test_within_its_window_it_goes_by_steps(shown):
    far, near = shown(100_000.0), shown(80_000.0)
    assert shown(80_000.0, far.amount).amount == (far.amount / D("1.1")).quantize(D("0.01")) > near.amount


def test_what_was_shown_before_the_window_held_is_made_again_as_it_was(shown, yuan):
    said = shown(20_000.0, D("3000.00"))
    old = {**said.made, "shown": {name: said.made["shown"][name] for name in ("amount", "moves")}}
    entry = follow(None, said, NOW)
    before = replay(instead(entry, type(said)(**(vars(said) | {"made": old}))), {yuan.digest: yuan})
    assert before.amount == D("2727.27") > entry.amount
    assert replay(before, {yuan.digest: yuan}) == before and replay(entry, {yuan.digest: yuan}) == entry
