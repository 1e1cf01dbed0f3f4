"""Rating."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.exposure import Exposure
from pricing.ladder import climb, last_amounts
from pricing.rating import RatingError, rate
from pricing.tariff import COVERS

D = Decimal
CALM = Exposure({"km_measured": 5000.0, "observed_km": 5000.0, "observed_corner_km": 5000.0, "limit_known_km": 5000.0})
ROUGH = Exposure(CALM.sums | {"harsh_braking_3": 200, "harsh_cornering_2": 300, "over_limit_30_km": 600.0})
EXPOSURES = st.builds(
    lambda km, gap, seen, brakes: Exposure(
        {"km_measured": km, "km_gap": gap, "observed_km": km * seen, "harsh_braking_2": brakes}
    ),
    st.floats(0, 20_000),
    st.floats(0, 2000),
    st.floats(0, 1),
    st.integers(0, 200),
)
FACTS = st.fixed_dictionaries(
    {"klass": st.sampled_from(["car", "van", "truck", "bus"]), "cover": st.sampled_from(COVERS)},
    optional={
        "use": st.sampled_from(["own", "hire", "hazmat", "passenger"]),
        "mass_t": st.floats(1, 60),
        "vehicle_age": st.floats(0, 40),
        "annual_km": st.floats(0, 300_000),
        "sum_insured": st.floats(0, 1e6),
        "deductible": st.floats(0, 1e4),
        "limit": st.floats(0, 1e8),
        "experience": st.floats(0, 5),
        "previous": st.decimals(0, 5000, places=2),
    },
)


def steps(premium, part):
    return {step.name: step for step in premium.factors if step.part == part}


def test_a_premium_worked_by_hand(tariff, risk):
    """31 days and 1,000 km of a truck that nothing is known of, off-balance 1, loads 0.22 and 0.05."""
    premium = rate(risk(), Exposure({"km_measured": 1000.0}), tariff)
    night = D("0.9593")  # no night km in 1,000: Z 0.5, 0.5 ** 0.06
    assert steps(premium, "telematics")["night"].effect == night
    pure = 31 * D("0.092") + 1000 * D("0.0067") * night
    assert premium.amount == ((pure + 31 * D("0.03")) / D("0.73")).quantize(D("0.01"))
    assert (premium.days, premium.currency, premium.status, premium.kind) == (31, "EUR", "illustrative", "indicated")
    assert premium.tariff_id == tariff.tariff_id


@given(facts=FACTS, exposure=EXPOSURES)
def test_the_steps_make_the_amount_to_the_cent(tariff, risk, facts, exposure):
    premium = rate(risk(**facts), exposure, tariff)
    assert climb(premium.factors) == premium.amount >= 0
    assert premium.amount == premium.amount.quantize(D("0.01"))


@given(
    facts=FACTS,
    exposure=EXPOSURES,
    events=st.integers(1, 50),
    column=st.sampled_from(["harsh_braking_1", "speeding_3", "night_km"]),
)
def test_one_event_more_never_lowers_the_premium(tariff, risk, facts, exposure, events, column):
    more = Exposure(exposure.sums | {column: exposure[column] + events})
    assert rate(risk(**facts), more, tariff).amount >= rate(risk(**facts), exposure, tariff).amount


@pytest.mark.parametrize("cover", COVERS)
def test_the_rough_pay_more_but_for_the_compulsory_cover(tariff, risk, cover):
    calm, rough = (rate(risk(cover=cover), own, tariff) for own in (CALM, ROUGH))
    assert calm.amount == rough.amount if cover == "compulsory" else calm.amount < rough.amount


def test_the_compulsory_cover_moves_neither_with_driving_nor_with_km(tariff, risk):
    premium = rate(risk(cover="compulsory"), ROUGH, tariff)
    assert premium.amount == rate(risk(cover="compulsory"), Exposure(), tariff).amount
    assert "telematics" not in {step.name for step in premium.factors}
    assert premium.credibility is None


def test_caps_bind_and_say_so(tariff, risk):
    rough = rate(risk(), Exposure(ROUGH.sums | {"over_limit_30_km": 4000.0, "harsh_braking_3": 5000}), tariff)
    assert (rough.caps, steps(rough, "running")["telematics"].effect) == ("telematics", D("1.35"))
    assert rate(risk(), CALM, tariff).caps == "telematics"
    experienced = rate(risk(experience=3.0), Exposure({"km_measured": 10.0}), tariff)
    assert (experienced.caps, steps(experienced, "running")["experience"].effect) == ("experience", D("2"))


def test_a_premium_changes_by_at_most_the_cap(tariff, risk):
    free = rate(risk(), CALM, tariff)
    assert rate(risk(previous=free.amount), CALM, tariff).caps == free.caps
    assert rate(risk(previous=D("1000.00")), CALM, tariff).amount == D("750.00")
    assert rate(risk(previous=D("10.00")), ROUGH, tariff).amount == D("12.50")
    assert "change" in rate(risk(previous=D("10.00")), ROUGH, tariff).caps


def test_a_parked_vehicle_pays_its_standing_premium(tariff, risk):
    parked = rate(risk(), Exposure(), tariff)
    assert last_amounts(parked.factors)["standing"] > 0
    assert last_amounts(parked.factors)["running"] == 0
    assert parked.amount == ((31 * D("0.092") + 31 * D("0.03")) / D("0.73")).quantize(D("0.01"))


def test_km_that_were_not_seen_earn_no_credit(tariff, risk):
    calm = Exposure(CALM.sums | {"km_measured": 4000.0, "km_gap": 1000.0})
    unseen = rate(risk(), calm, tariff)
    assert steps(unseen, "gap")["telematics"].effect == 1
    assert unseen.amount > rate(risk(), CALM, tariff).amount


def test_pulling_the_plug_does_not_take_a_surcharge_off(tariff, risk):
    rough = Exposure(ROUGH.sums | {"km_measured": 0.0, "km_gap": 5000.0})
    assert steps(rate(risk(), rough, tariff), "gap")["telematics"].effect > 1


def test_the_score_of_a_longer_history_may_be_used(tariff, risk):
    from pricing.score import score

    own = score({"truck": ROUGH}, tariff, "vehicle")
    day = Exposure({"km_measured": 200.0})
    assert rate(risk(), day, tariff, own).amount > rate(risk(), day, tariff).amount
    assert rate(risk(), day, tariff, own).credibility == own.credibility


def test_the_id_names_subject_cover_period_and_tariff(tariff, risk):
    made = {
        rate(risk(**changes), CALM, tariff).premium_id
        for changes in (
            {},
            {"vehicle_id": "W"},
            {"cover": "cargo"},
            {"valid_to": date(2026, 3, 31)},
            {"policy_id": "Q"},
        )
    }
    assert len(made) == 5
    assert rate(risk(), ROUGH, tariff).premium_id in made


def test_what_the_tariff_has_no_rate_for_is_refused(tariff, risk):
    with pytest.raises(RatingError, match=r"V: standard-2026.1\+\w+ has no rate for the vehicle class 'tank'"):
        rate(risk(klass="tank"), CALM, tariff)
    with pytest.raises(RatingError, match="does not insure 'hull'"):
        rate(risk(cover="hull"), CALM, tariff)
