"""A bonus-malus scale in a tariff: the experience of the covers and classes named, a step of the whole premium."""

import math
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing import scales
from pricing.document import Table, TariffError
from pricing.due import Due, amounts
from pricing.explain import explain_premium, text
from pricing.exposure import Exposure, exposure
from pricing.frames import premiums
from pricing.ledger.rated import rated
from pricing.rating import RatingError, rate
from pricing.renewal.experience import stepped
from pricing.rerating import indications
from pricing.risks import risk_of
from pricing.scales import standard as scale
from pricing.tariffs import complete, parse, standard_text

NAN = float("nan")
FRENCH = '\n[[bonus_malus]]\nscale = "french"\ncovers = ["tpl_property", "own_damage"]\nclasses = ["car", "truck"]\n'
OWN = """
[[bonus_malus]]
scale = "house"
covers = ["tpl_property"]
[scales.house]
name = "house"
source = "nobody's"
rule = "steps"
start = 1.25
classes = [[1, 0.5], [2, 1.25], [3, 3.5]]
claim_free = 1
claim = 1
least_days = 365
"""
YEAR = {"valid_from": date(2026, 1, 1), "valid_to": date(2027, 1, 1)}


@pytest.fixture(scope="module")
def french():
    return parse(standard_text() + FRENCH, "french.toml")


@pytest.fixture(scope="module")
def driven():
    seen = dict.fromkeys(("km_measured", "observed_km", "observed_corner_km"), 20_000.0)
    return Exposure(seen | {"moving_h": 340.0, "harsh_braking_2": 160, "km_gap": 90.0})


def test_the_coefficient_is_a_step_of_the_whole_premium_and_no_cap_holds_it(french, tariff, risk, driven):
    plain, dear = (rate(risk(**YEAR, experience=x), driven, french) for x in (1.0, 3.5))
    assert float(dear.amount / plain.amount) == pytest.approx(3.5, abs=1e-4)  # the tariff's own cap would be 2
    step = next(step for step in dear.factors if step.name == "experience")
    assert (step.part, step.value, step.unit, step.effect) == ("premium", "3.5", "bonus-malus french", Decimal("3.5"))
    assert "experience" not in (dear.caps or "")
    assert "  experience                   3.5 bonus-malus french" in text(explain_premium(dear.row()))
    assert plain.amount == rate(risk(**YEAR, experience=1.0), driven, tariff).amount


def test_other_classes_and_covers_have_the_coefficient_that_is_worked_out(french, tariff, risk, driven):
    for changes in ({"klass": "bus"}, {"cover": "cargo"}):
        one = risk(**YEAR, experience=1.37, **changes)
        assert rate(one, driven, french).amount == rate(one, driven, tariff).amount


def test_without_a_record_it_begins_where_the_scale_does(risk, driven):
    house = parse(standard_text() + OWN, "house.toml")
    unknown, known = (rate(risk(**YEAR, experience=x), driven, house) for x in (NAN, 1.25))
    assert unknown.amount == known.amount
    step = next(step for step in unknown.factors if step.name == "experience")
    assert (step.value, step.unit) == ("1.25", "bonus-malus house, to begin with")


@pytest.mark.parametrize("x", [0.49, 3.51, 1.375])
def test_what_is_no_coefficient_of_the_scale_is_refused(french, risk, driven, x):
    with pytest.raises(RatingError, match=f"V: {x} is no coefficient of the bonus-malus scale 'french'"):
        rate(risk(**YEAR, experience=x), driven, french)


def test_many_at_once_are_rated_to_the_same_cent(french, risk, driven):
    risks = [
        risk(**YEAR, klass=klass, cover=cover, experience=x, previous=paid)
        for klass in ("car", "truck", "bus")
        for cover in ("tpl_property", "own_damage", "tpl_injury")
        for x in (NAN, 0.5, 0.95, 1.25, 3.5)
        for paid in (None, Decimal("700.00"))
    ]
    one_by_one = [rated(one, driven, french, {one.klass: driven}).amount for one in risks]
    assert amounts([Due(one, driven, {one.klass: driven}) for one in risks], french) == one_by_one


def test_a_portfolio_rated_anew_knows_the_scale(french, risk):
    known = [("v0", "car", 0.64), ("v1", "truck", None), ("v2", "bus", 0.64)]
    same = {"fleet_id": "F", "policy_id": "P", "cover": "own_damage", **YEAR}
    risks = pl.DataFrame([{**same, "vehicle_id": name, "class": klass, "experience": x} for name, klass, x in known])
    drive = pl.DataFrame({"fleet_id": "F", "vehicle_id": ["v0", "v1", "v2"], "day": date(2026, 5, 1), "metres": 3e5})
    seen = exposure(drive.with_columns(driver_id=pl.lit(None, pl.String)), pl.DataFrame())
    found = indications(seen, risks, french)["amount"].to_list()
    assert found == premiums(seen, risks, french)["amount"].to_list()
    assert found == [
        rate(
            risk(**YEAR, vehicle_id=name, cover="own_damage", klass=klass, experience=x or NAN),
            Exposure({"km_measured": 300.0}),
            french,
        ).amount
        for name, klass, x in known
    ]


def test_the_scale_is_part_of_the_tariff_and_kept_with_it(french, tariff):
    assert french.digest != tariff.digest
    kept = complete(standard_text() + FRENCH, french)
    assert "[scales.french]" in kept
    other = kept.replace("claim = 1.25", "claim = 1.5")
    assert parse(kept, "kept").digest == french.digest != parse(other, "other").digest


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (FRENCH.replace("french", "german"), r"bonus_malus\[0\]\.scale: 'german' is not known"),
        (FRENCH + FRENCH, "bonus_malus: tpl_property of a car has two scales"),
        (FRENCH.replace("own_damage", "hull"), r"bonus_malus\[0\]\.covers: 'hull' is not known"),
        (FRENCH.replace('"own_damage"', '"compulsory"'), "compulsory does not have the factor 'experience'"),
        ("\n[scales.x]\nname = 'x'\n", "scales: unknown key"),
    ],
)
def test_a_scale_that_cannot_be_named_so_is_refused(said, complaint):
    with pytest.raises(TariffError, match=complaint):
        parse(standard_text() + said, "x")


def test_thirteen_years_without_a_claim_and_the_fourteenth_with_two(french):
    """Published: .95 .90 .85 .80 .76 .72 .68 .64 .60 .57 .54 .51 .50; then x 1.25 twice: 0.62, 0.77."""
    rule = french.record("tpl_property", "car")
    assert [stepped(rule, None, [(365, 0)] * n).coefficient for n in (1, 5, 10, 13)] == [0.95, 0.76, 0.57, 0.5]
    assert stepped(rule, 0.5, [(365, 2)]) == (0.77, "french", 0.5, (2,))


def test_a_year_too_short_gives_no_bonus_and_takes_no_malus_away():
    rule = scale("french")
    assert stepped(rule, None, [(365, 0), (200, 0)]).coefficient == 0.95
    assert stepped(rule, None, [(365, 0), (200, 1)]).coefficient == 1.18
    assert stepped(rule, None, [(270, 0)]).coefficient == 0.95
    with pytest.raises(RatingError, match=r"1\.013 is no coefficient"):
        stepped(rule, 1.013, [])


TOP = """
name = "top"
source = "Denuit, Marechal, Pitrebois, Walhin 2007, chapter 4: the scale -1/top"
rule = "steps"
start = 6
classes = [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 6]]
claim_free = 1
claim = 6
least_days = 365
"""


def test_in_the_long_run_classes_are_held_as_is_known_of_the_scale_minus_one_top():
    """With e^-0.1474 of the drivers without a claim a year: p^5 in the lowest class, (1 - p) p^(5 - k) in class k."""
    rule, p = scales.read(Table.read(TOP, "top")), math.exp(-0.1474)
    share = dict.fromkeys(rule.classes, 1 / 6)
    for _ in range(6):  # after as many years as there are classes it no longer depends on where they began
        moved = dict.fromkeys(rule.classes, 0.0)
        for at, held in share.items():
            moved[rule.after(at, 0)] += held * p
            moved[rule.after(at, 1)] += held * (1 - p)  # two are no worse
        share = moved
    known = [p**5, *[(1 - p) * p ** (5 - k) for k in range(1, 6)]]
    assert list(share.values()) == pytest.approx(known, abs=1e-12)
    assert [round(x, 3) for x in known] == [0.479, 0.076, 0.088, 0.102, 0.118, 0.137]


ODD = """
[[bonus_malus]]
scale = "odd"
covers = ["own_damage"]
classes = ["car", "truck"]
[scales.odd]
name = "odd"
source = "nobody's: coefficients of more places than a relativity has, one below what a relativity may be"
rule = "steps"
start = 1.00005
classes = [[1, 0.005], [2, 0.33333], [3, 0.66665], [4, 1.00005], [5, 1.00015], [6, 2.000049]]
claim_free = 1
claim = 1
least_days = 365
"""
STEPS = (0.005, 0.33333, 0.66665, 1.00005, 1.00015, 2.000049)


@pytest.fixture(scope="module")
def odd():
    return parse(standard_text() + ODD, "odd.toml")


def made(work):
    """What it makes, or why it refuses."""
    try:
        return work()
    except RatingError as error:
        return str(error)


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["car", "truck", "bus"]),
            st.sampled_from(["own_damage", "tpl_property"]),
            st.sampled_from([*STEPS, *STEPS, None, 0.5, 0.33335, 1.0]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_one_by_one_many_at_once_table_and_ledger_rate_and_refuse_alike(odd, known):
    """Whatever the coefficients, on the scale or off it, and in which order they come."""
    same = {"fleet_id": "F", "policy_id": "P", **YEAR}
    rows = [
        {**same, "vehicle_id": f"V{k}", "class": klass, "cover": cover, "experience": x}
        for k, (klass, cover, x) in enumerate(known)
    ]
    risks = pl.DataFrame(rows, schema_overrides={"experience": pl.Float64})
    drive = risks.select("fleet_id", "vehicle_id", day=pl.lit(date(2026, 5, 1)), metres=pl.lit(3e5))
    seen = exposure(drive.with_columns(driver_id=pl.lit(None, pl.String)), pl.DataFrame())
    km = Exposure({"km_measured": 300.0})
    single = [risk_of(row) for row in rows]
    one_by_one = made(lambda: [rate(one, km, odd).amount for one in single])
    assert made(lambda: premiums(seen, risks, odd)["amount"].to_list()) == one_by_one
    assert made(lambda: indications(seen, risks, odd)["amount"].to_list()) == one_by_one
    assert made(lambda: [rated(one, km, odd).amount for one in single]) == one_by_one
    if isinstance(one_by_one, list):
        assert amounts([Due(one, km, {one.klass: km}) for one in single], odd) == one_by_one
