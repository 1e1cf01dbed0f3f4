"""Profiles: what jurisdictions allow, on the day a policy begins."""

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing import profiles
from pricing.document import TariffError
from pricing.explain import explain_premium, text
from pricing.exposure import Exposure
from pricing.frames import premiums
from pricing.ladder import climb
from pricing.ledger.entry import follow
from pricing.ledger.rated import rated
from pricing.ledger.replay import replay
from pricing.profile import ENERGIES, ProfileError
from pricing.rating import RatingError, rate
from pricing.risks import permitted
from pricing.tariffs import complete, parse, standard_text

D = Decimal
AT = datetime(2026, 4, 1, tzinfo=UTC)
CHANGE = "change = [0.75, 1.25]         # illustrative\n"


def made(head, old="", new=""):
    """The standard tariff with lines more at its head, and something changed."""
    said = standard_text()
    assert old in said
    return parse(head + said.replace(old, new, 1), "mine.toml")


@pytest.fixture(scope="module")
def chinese():
    return made('profile = "china"\n', CHANGE)


date_in = st.dates(date(2020, 9, 1), date(2040, 1, 1))
WILD = Exposure({"km_measured": 5000.0, "observed_km": 5000.0, "harsh_braking_3": 5000, "night_km": 5000.0})


@pytest.mark.parametrize(
    ("begun", "energy", "window"),
    [
        (date(2020, 9, 1), None, ("0.65", "1.35")),
        (date(2023, 1, 11), "combustion", ("0.65", "1.35")),
        (date(2023, 1, 12), "hybrid", ("0.5", "1.5")),
        (date(2026, 6, 1), None, ("0.5", "1.5")),
        (date(2023, 1, 12), "electric", ("0.65", "1.35")),
        (date(2025, 9, 1), "electric", ("0.6", "1.4")),
        (date(2026, 2, 28), "plug_in", ("0.6", "1.4")),
        (date(2026, 3, 1), "hydrogen", ("0.55", "1.45")),
    ],
)
def test_a_chinese_coefficient_is_kept_in_the_window_of_the_day_the_policy_begins(begun, energy, window):
    found = profiles.standard("china").window(begun, energy)
    assert (found.low, found.high) == tuple(map(D, window))


def test_before_the_first_window_nothing_can_be_rated(chinese, risk):
    early = risk(valid_from=date(2019, 1, 1), valid_to=date(2020, 1, 1))
    with pytest.raises(RatingError, match="china has no coefficient for 2019-01-01; its first window is of 2020-09-01"):
        rate(early, Exposure(), chinese)


def test_a_premium_is_benchmark_times_no_claims_times_one_coefficient_with_own_driving_in_it(chinese, risk):
    one = risk(experience=0.8, valid_from=date(2026, 1, 1), valid_to=date(2027, 1, 1))
    found = {step.name: step for step in rate(one, WILD, chinese).factors if step.part == "premium"}
    benchmark = found["variable_expense_and_profit"].amount
    assert found["experience"].effect == D("0.8")
    assert found["rounding"].amount == (benchmark * D("0.8") * found["coefficient"].effect).quantize(D("0.01"))
    running = [step.name for step in rate(one, WILD, chinese).factors if step.part == "running"]
    assert "telematics" not in running and "experience" not in running


def test_the_window_is_that_of_inception_and_binds_as_a_cap(chinese, risk):
    wide = made('profile = "china"\n', CHANGE + "\n", "\n")
    wild = parse(('profile = "china"\ndiscretion = 1.3\n' + standard_text()).replace(CHANGE, ""), "wild.toml")
    assert wide.digest == chinese.digest
    for begun, most in ((date(2022, 6, 1), "1.35"), (date(2024, 6, 1), "1.5")):
        one = risk(valid_from=date(2026, 1, 1), valid_to=date(2026, 2, 1), inception=begun)
        premium = rate(one, WILD, wild)
        (step,) = [step for step in premium.factors if step.name == "coefficient"]
        assert (step.effect, "coefficient" in premium.caps) == (D(most), True)
        assert f"allowed {D('0.65') if most == '1.35' else D('0.5')} to {most}" in text(explain_premium(premium.row()))


def test_a_fleet_of_another_country_is_refused(chinese, risk):
    with pytest.raises(RatingError, match="V: profile china is of CN, and its fleet of DE"):
        rate(risk(jurisdiction="DE"), WILD, chinese)
    assert rate(risk(jurisdiction="CN"), WILD, chinese).amount == rate(risk(), WILD, chinese).amount
    table = pl.DataFrame({"valid_from": [date(2026, 1, 1)], "valid_to": [date(2026, 2, 1)], "jurisdiction": ["DE"]})
    with pytest.raises(ProfileError, match="its fleet of DE"):
        permitted(table, chinese)


@given(date_in, st.sampled_from([None, *ENERGIES]))
@settings(max_examples=30)
def test_there_is_one_window_on_every_day_since_the_first(begun, energy):
    found = profiles.standard("china").window(begun, energy)
    assert found.since <= begun and 0 < found.low <= 1 <= found.high


def test_the_compulsory_cover_has_no_coefficient(chinese, risk, tariff):
    assert "coefficient" not in {step.name for step in rate(risk(cover="compulsory"), WILD, chinese).factors}


@pytest.mark.parametrize(
    ("head", "old", "new", "message"),
    [
        (
            'profile = "california"\n',
            "",
            "",
            "covers.tpl_injury.factors: telematics is forbidden by profile california",
        ),
        ('profile = "china"\n', "", "", "caps.change: profile china keeps a coefficient in its window"),
        ('profile = "mars"\n', "", "", "profile: 'mars' is not known; use one of california, china, eu"),
        ("discretion = 1.1\n", "", "", "discretion: only with a profile that has windows"),
        (
            'profile = "eu"\n',
            "[loads]",
            '[profiles.eu]\nname = "eu"\n[profiles.us]\n\n[loads]',
            "profiles.us: unknown key",
        ),
        ("valid_to = 2026-01-01\n", "", "", "valid_to: 2026-01-01 is not after valid_from, 2026-01-01"),
    ],
)
def test_what_a_profile_forbids_is_refused_with_the_rule(head, old, new, message):
    with pytest.raises(TariffError) as error:
        made(head, old, new)
    assert message in str(error.value)


def test_in_california_km_rate_and_driving_does_not(risk, tariff):
    mileage = parse('profile = "california"\n' + standard_text().replace(', "telematics"', ""), "ca.toml")
    calm = rate(risk(), Exposure({"km_measured": 5000.0}), mileage)
    assert calm.amount == rate(risk(), WILD, mileage).amount
    assert calm.amount != rate(risk(), Exposure({"km_measured": 6000.0}), mileage).amount


def test_in_the_eu_a_field_of_sex_is_refused_and_not_ignored(tariff):
    european = parse('profile = "eu"\n' + standard_text(), "eu.toml")
    row = {"fleet_id": "F", "vehicle_id": "V", "policy_id": "P", "cover": "cargo", "class": "van"}
    days = {"valid_from": date(2026, 1, 1), "valid_to": date(2026, 2, 1)}
    empty = pl.DataFrame(schema={"fleet_id": pl.String, "vehicle_id": pl.String, "driver_id": pl.String})
    with pytest.raises(
        ProfileError, match=r"column 'Gender' is forbidden by profile eu: .* \(since ever; CJEU C-236/09"
    ):
        premiums(empty, pl.DataFrame([row | days | {"Gender": "f"}]), european)


def test_a_ban_holds_between_its_dates():
    own = '[profiles.mine]\nname = "mine"\n[[profiles.mine.bans]]\nwhat = "no hire"\nsource = "s"\nfactors = ["use"]\n'
    said = 'profile = "mine"\n' + standard_text() + own
    assert parse(said + "to = 2026-01-01\n", "then.toml").profile.name == "mine"
    with pytest.raises(TariffError, match=r"use is forbidden by profile mine: no hire \(since 2027-01-01; s\)"):
        parse(said + "from = 2027-01-01\n", "now.toml")


def test_kept_with_its_profile_it_is_the_same_tariff_whatever_later_profiles_say(chinese, monkeypatch):
    said = 'profile = "china"\n' + standard_text().replace(CHANGE, "")
    full = complete(said, chinese)
    monkeypatch.setattr("pricing.profiles.text", lambda name: 'name = "china"\n')
    assert parse(full, "kept").digest == chinese.digest != parse(said, "then").digest


def test_levies_are_lines_behind_the_premium_and_no_part_of_it(risk, tariff):
    tax = '\n[[levies]]\nname = "insurance tax"\nrate = 0.19\n'
    fire = '\n[[levies]]\nname = "fire"\nrate = 0.1\ncovers = ["cargo"]\n'
    taxed, drive = parse(standard_text() + tax + fire, "taxed.toml"), Exposure({"km_measured": 5000.0})
    premium = rate(risk(), drive, taxed)
    assert premium.amount == rate(risk(), drive, tariff).amount == climb(premium.factors)
    (levy,) = [step for step in premium.factors if step.part == "levies"]
    assert levy.amount == (premium.amount * D("0.19")).quantize(D("0.01"))
    assert f"{premium.amount + levy.amount}" in text(explain_premium(premium.row())).split("to pay")[1]
    entry = follow(None, rated(risk(), drive, taxed), AT)
    assert (entry.amount, replay(entry, {taxed.digest: taxed})) == (premium.amount, entry)


def test_a_minimum_is_kept_for_the_days_insured_whatever_the_cap_on_change_says(risk):
    said = standard_text() + "\n[minimum]\ntpl_property = 0.5\n"
    premium = rate(risk(previous=D("1.00")), Exposure(), parse(said, "least.toml"))
    assert (premium.amount, premium.caps) == (D("15.50"), "change, minimum")


def test_rates_by_use_and_tonnage_band(risk):
    banded = made("", 'factors = ["use", "tonnage"]', 'factors = ["use_tonnage"]')
    steps = [
        rate(risk(cover="compulsory", use=use, mass_t=t), Exposure(), banded).factors[1]
        for use, t in (("hire", 5.0), ("hire", 5.1), ("own", 40.0))
    ]
    assert [str(step.effect) for step in steps] == ["1.3500", "1.6000", "1.4000"]
    with pytest.raises(TariffError, match=r"use_tonnage\.levels: level 'own': expected a use and a band"):
        made("", "[loads]", "[factors.use_tonnage.levels]\nown = 1.0\n\n[loads]")
