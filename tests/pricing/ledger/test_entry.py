"""Entries: made, made again and reversed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.canonical import moment, plain, text
from pricing.explain import explain_premium
from pricing.exposure import Exposure
from pricing.ledger import coverage
from pricing.ledger.entry import Draft, follow, reversal
from pricing.ledger.rated import rated, row
from pricing.ledger.replay import ReplayError, replay
from pricing.rating import rate
from pricing.score import score

NOW = datetime(2026, 4, 1, 1, tzinfo=UTC)
ADDED = ("energy", "inception", "jurisdiction")  # to what is known of a risk, since entries are written


def test_every_entry_is_made_again_to_the_bit(quarter, tariff):
    assert [replay(entry, {tariff.digest: tariff}) for entry in quarter] == quarter


@given(
    st.dictionaries(st.sampled_from(["km_measured", "km_gap", "night_km", "observed_km"]), st.floats(0, 1e5)),
    st.integers(0, 400),
    st.floats(0.5, 44) | st.just(float("nan")),
    st.none() | st.decimals(1, 5000, places=2),
)
def test_whatever_was_driven_is_made_again_to_the_bit(risk, tariff, sums, brakes, mass, previous):
    exposure = Exposure({**sums, "harsh_braking_2": brakes})
    entry = follow(None, rated(risk(mass_t=mass, previous=previous), exposure, tariff), NOW)
    assert replay(entry, {tariff.digest: tariff}) == entry


def test_the_amount_is_that_of_rating_and_its_steps_are_kept(risk, driven, tariff):
    exposure, own = driven(), {"truck": driven(300, 40_000.0), "van": driven(1, 900.0)}
    draft = rated(risk(), exposure, tariff, own)
    premium = rate(risk(), exposure, tariff, score(own, tariff, "vehicle"))
    assert draft.amount == premium.amount
    assert [step["name"] for step in draft.made["steps"]] == [step.name for step in premium.factors]
    assert draft.made["steps"][-1]["amount"] == str(premium.amount)


def test_with_another_tariff_it_is_refused(quarter, tariff):
    dearer = replace(tariff, loads=replace(tariff.loads, fixed_per_day=Decimal("0.04")))
    assert dearer.digest != tariff.digest
    with pytest.raises(ReplayError, match=r"entry 1 was made with tariff standard-2026.1\+.*, which is not at hand"):
        replay(quarter[0], {dearer.digest: dearer})


def test_a_flattering_number_is_not_made_again(quarter, tariff):
    """Somebody writes a lower amount and makes all hashes anew: the snapshot still makes the old one."""
    draft = quarter[0].draft
    forged = follow(None, Draft(**(vars(draft) | {"amount": Decimal("1.00")})), NOW)
    assert replay(forged, {tariff.digest: tariff}) != forged


def test_what_was_made_by_hand_cannot_be_replayed(tariff):
    draft = Draft(
        "P", "V", "cargo", "adjustment", date(2026, 1, 1), date(2026, 2, 1), Decimal(5), "EUR", {"by": "hand"}
    )
    with pytest.raises(ReplayError, match="entry 1 of policy P was made by 'hand', which nobody"):
        replay(follow(None, draft, NOW), {tariff.digest: tariff})


def test_a_reversing_entry_takes_back_the_amount_and_names_what(quarter):
    first, back = quarter[:2]
    assert back.amount == -first.amount
    assert (back["reverses"], back["reason"]) == (first.hash, "late data")
    with pytest.raises(ValueError, match="a reversing entry is not reversed"):
        reversal(back, "again")


def test_a_policy_is_a_chain_of_its_own(quarter):
    stranger = Draft(**(vars(quarter[0].draft) | {"policy_id": "Q"}))
    with pytest.raises(ValueError, match="an entry of policy Q cannot follow one of P"):
        follow(quarter[-1], stranger, NOW)


def test_one_content_has_one_text():
    assert text({"b": [1, None, True], "a": "\u4fdd"}) == '{"a":"\\u4fdd","b":[1,null,true]}'
    assert plain({"x": 0.1 + 0.2, "y": float("nan"), "z": Decimal("66.10")}) == {"x": "0.3", "y": None, "z": "66.10"}
    with pytest.raises(TypeError, match=r"0.5 is a float"):
        text({"a": [0.5]})


def test_a_moment_is_utc_and_must_say_so():
    assert moment(datetime(2026, 4, 1, 9, tzinfo=timezone(timedelta(hours=8)))) == "2026-04-01T01:00:00.000000+00:00"
    with pytest.raises(ValueError, match="has no time zone"):
        moment(datetime(2026, 4, 1, 9))  # naive on purpose


def test_an_entry_explains_itself(quarter, risk, driven, tariff):
    """As the row of the premiums table does that was made of the same."""
    lines = explain_premium(row(quarter[0]))
    premium = rate(risk(use="hire", mass_t=18.0), driven(55), tariff, kind="charged")
    assert lines == explain_premium(premium.row())


def test_a_reversing_entry_is_explained_by_what_it_reverses(quarter):
    with pytest.raises(ValueError, match="entry 2 reverses another; explain that one"):
        row(quarter[1])


def test_what_an_older_version_wrote_is_made_again_to_the_bit(quarter, tariff):
    """It asked neither for the energy of a vehicle, nor when its policy began and where, nor what was shown before."""
    said = quarter[0].draft
    risk = {name: value for name, value in said.made["risk"].items() if name not in ADDED}
    made = {name: value for name, value in said.made.items() if name != "shown"} | {"risk": risk}
    old = follow(None, replace(said, made=made), NOW)
    assert replay(old, {tariff.digest: tariff}) == old
    assert coverage.same(old, quarter[0])


def test_an_older_version_told_of_no_cap_that_did_not_bind(risk, driven, tariff):
    free = risk(use="hire", mass_t=18.0)
    bound, held = (replace(free, previous=paid) for paid in (Decimal("1.00"), rate(free, driven(55), tariff).amount))
    for fewer, draft in enumerate(rated(one, driven(55), tariff) for one in (bound, held)):
        steps = draft.made["steps"]
        caps = [step for before, step in pairwise(steps) if step["op"] == "cap" and step["amount"] == before["amount"]]
        assert len(caps) == fewer
        old = follow(
            None, replace(draft, made={**draft.made, "steps": [step for step in steps if step not in caps]}), NOW
        )
        assert replay(old, {tariff.digest: tariff}) == old


def test_when_it_was_recorded_is_found_without_reading_it(quarter):
    for entry in quarter:
        assert entry.recorded_at == entry["recorded_at"]
    told = follow(None, replace(quarter[0].draft, reason='"recorded_at":"never"', policy_id='"recorded_at":"'), NOW)
    assert told.recorded_at == told["recorded_at"] == moment(NOW)
