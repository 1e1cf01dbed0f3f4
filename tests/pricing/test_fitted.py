"""A tariff out of fitted models: what it asks is what they expect; its off-balance has all caps inside."""

from datetime import date
from decimal import Decimal
from itertools import product

import polars as pl
import pytest

from pricing.balance.off_balance import BalanceError, solve
from pricing.balance.portfolio import guard, mean_coefficient, portfolio
from pricing.document import TariffError
from pricing.exposure import Exposure
from pricing.models.model import fit, predict
from pricing.models.reading import parse as spec
from pricing.models.spec import ModelError
from pricing.rating import rate
from pricing.score import score
from pricing.tariffs import complete, parse, standard_text
from pricing.tariffs.changed import balanced, renamed, with_cover
from pricing.tariffs.fitted import Split, rates, written

D = Decimal
TERMS = """
[[terms]]
type = "categorical"
column = "use"
levels = ["own", "hire", "hazmat", "passenger"]
base = "own"
[[terms]]
type = "categorical"
column = "mass_t"
bands = [3.5, 7.5, 18]
"""
FREQUENCY = 'name = "f"\nfamily = "poisson"\nresponse = "claims"\nexposure = "years"\n' + TERMS
KM = '[[terms]]\ntype = "log"\ncolumn = "annual_km"\nmin = 5000\nmax = 80000\n'
SEVERITY = 'name = "s"\nfamily = "gamma"\nresponse = "amount"\nexposure = "claims"\n' + TERMS
YEAR = {"valid_from": date(2026, 1, 1), "valid_to": date(2027, 1, 1)}
SPLIT = Split(standing=0.2, km=20_000.0)


def cells():
    """A cell a use, band and distance, with claims and amounts that follow from them."""
    uses = dict(zip(("own", "hire", "hazmat", "passenger"), (1.0, 1.3, 1.8, 1.5), strict=True))
    masses = {3.0: 1.0, 5.0: 1.2, 12.0: 1.5, 30.0: 2.0}
    for (use, u), (mass, m), km in product(uses.items(), masses.items(), (8e3, 20e3, 60e3)):
        claims = 1000.0 * 0.05 * u * m * (km / 20e3) ** 0.5
        amount = claims * 4e3 * m * (1.1 if km == 20e3 else 0.95)
        yield {"use": use, "mass_t": mass, "annual_km": km, "years": 1000.0, "claims": claims, "amount": amount}


@pytest.fixture(scope="module")
def book():
    return pl.DataFrame(list(cells()))


@pytest.fixture(scope="module")
def models(book):
    return [fit(spec(FREQUENCY + KM, "f"), book), fit(spec(SEVERITY, "s"), book)]


@pytest.fixture(scope="module")
def fitted(models):
    tables = written("tpl_property", rates(models, SPLIT), ("telematics", "experience"), "fitted")
    return renamed(with_cover(standard_text(), "tpl_property", tables), "fitted-1")


def technical(premium):
    return next(step.amount for step in premium.factors if step.name == "technical")


@pytest.mark.parametrize("klass", ["car", "truck"])
def test_what_the_tariff_asks_before_loads_is_what_the_models_expect(fitted, models, book, risk, klass):
    tariff = parse(fitted, "fitted.toml")
    expected = predict(models[0], book.with_columns(years=pl.lit(1.0))) * predict(
        models[1], book.with_columns(claims=pl.lit(1.0))
    )
    for row, amount in zip(book.iter_rows(named=True), expected, strict=True):
        one = risk(**YEAR, klass=klass, use=row["use"], mass_t=row["mass_t"], annual_km=row["annual_km"])
        exposure = Exposure({"km_measured": row["annual_km"]})
        found = technical(rate(one, exposure, tariff, score({klass: Exposure()}, tariff, "vehicle")))
        curve = 0.012 if row["annual_km"] == 8e3 else 2e-3  # straight lines between 25 points of a bent curve
        assert float(found) == pytest.approx(amount, rel=curve)


def test_it_names_its_cover_alone_and_is_kept_with_its_numbers(fitted, tariff):
    made = parse(fitted, "fitted.toml")
    names = [factor.name for factor in made.covers["tpl_property"].factors]
    assert names == ["use", "tonnage", "annual_km", "telematics", "experience"]
    for other in set(tariff.covers) - {"tpl_property"}:
        assert made.content()["covers"][other] == tariff.content()["covers"][other]
    full = complete(fitted, made)
    assert parse(full, "kept").digest == made.digest and complete(full, made) == full
    assert with_cover(fitted, "tpl_property", "").count("[covers.tpl_property") == 0


@pytest.mark.parametrize(
    ("term", "why"),
    [
        ('type = "linear"\ncolumn = "amount"\nmin = 0\nmax = 1e9', "no factor of a tariff reads 'amount'"),
        ('type = "log"\ncolumn = "annual_km"\nmin = 1', "a curve without ends is no factor; give it min and max"),
        (
            'type = "interaction"\nof = [{ type = "categorical", column = "use" }, { type = "log", column = "km" }]',
            "an interaction is no factor of a tariff",
        ),
    ],
)
def test_what_cannot_be_a_factor_is_told(book, term, why):
    told = book.with_columns(km=pl.col("annual_km"))
    model = fit(spec(FREQUENCY.replace(TERMS, "") + f"[[terms]]\n{term}\n", "f"), told)
    with pytest.raises(ModelError, match=why):
        rates([model], SPLIT)


def test_its_off_balance_brings_a_portfolio_to_the_target_with_caps_and_minimum_inside(fitted, risk):
    said = fitted + "\n[minimum]\ntpl_property = 0.6\n"
    tariff = parse(said, "fitted.toml")
    paid = [D(150), D(900), None, D(2500), D(400)]
    risks = [
        risk(**YEAR, use="own", mass_t=mass, annual_km=2e4, previous=was)
        for mass, was in zip((3.0, 5.0, 12.0, 30.0, 3.0), paid, strict=True)
    ]
    rated = [rate(one, Exposure({"km_measured": 2e4}), tariff) for one in risks]
    target = D("4800.00")
    found = solve(portfolio(rated, paid, tariff), target, tariff.rounding)
    assert abs(found.total - target) <= D("0.05")
    last = parse(renamed(balanced(said, found.factor), "fitted-2"), "fitted.toml")
    charged = [rate(one, Exposure({"km_measured": 2e4}), last) for one in risks]
    assert [premium.amount for premium in charged] == found.premiums
    assert {premium.caps for premium in charged} >= {"change", None}
    assert min(premium.amount for premium in charged) == D("219.00")  # 0.6 a day, above the cap of 150 x 1.25


def test_an_off_balance_on_the_complement_spares_what_is_credible(risk):
    """Boor: sum of e (Z X + (1 - Z) C M); who is fully believed pays his own rate, whatever the others are short of."""
    said = standard_text().replace("[loads]", '[loads]\noff_balance_on = "complement"')
    tariff, risks = parse(said, "t.toml"), [risk(**YEAR) for _ in range(3)]
    known = [Exposure({"km_measured": km, "observed_km": km, "limit_known_km": km}) for km in (0.0, 3e3, 3e6)]
    rated = [rate(one, Exposure({"km_measured": 2e4}), tariff, score({"truck": own}, tariff, "vehicle")) for one, own in
             zip(risks, known, strict=True)]  # fmt: skip
    target = sum(premium.amount for premium in rated) * D("1.1")
    found = solve(portfolio(rated, [None] * 3, tariff), target, tariff.rounding)
    last = parse(balanced(said, found.factor), "t.toml")
    charged = [rate(one, Exposure({"km_measured": 2e4}), last, score({"truck": own}, last, "vehicle")) for one, own in
               zip(risks, known, strict=True)]  # fmt: skip
    for after, solved in zip(charged, found.premiums, strict=True):
        assert abs(after.amount - solved) <= D("0.01")  # the credibility of a premium has four places
    growth = [float(after.amount / before.amount) for before, after in zip(rated, charged, strict=True)]
    assert growth[0] > growth[1] > growth[2] > 1.0
    assert abs(sum(one.amount for one in charged) - target) <= D("0.05")
    with pytest.raises(TariffError, match="off_balance_on: 'some' is not known; use one of all, complement"):
        parse(said.replace('"complement"', '"some"'), "t.toml")


def test_the_mean_of_a_chinese_coefficient_is_weighted_by_benchmark(risk):
    said = 'profile = "china"\ndiscretion = 0.9\n' + standard_text()
    tariff = parse(said.replace("change = [0.75, 1.25]", ""), "china.toml")
    rated = [rate(risk(**YEAR), Exposure({"km_measured": km}), tariff) for km in (1e4, 5e4)]
    effects = [next(step for step in one.factors if step.name == "coefficient") for one in rated]
    weights = [step.amount / step.effect for step in effects]
    assert float(mean_coefficient(rated)) == pytest.approx(
        float(sum(step.amount for step in effects) / sum(weights)), abs=1e-6
    )
    assert mean_coefficient([]) is None
    bare = said.replace("change = [0.75, 1.25]", "")
    wide, narrow = (parse(f"mean = {between}\n{bare}", "m") for between in ("[0.7, 1.1]", "[0.98, 1.02]"))
    assert guard(wide, rated) == mean_coefficient(rated)
    with pytest.raises(BalanceError, match=r"mean coefficient is 0\.\d+, outside 0\.98 to 1\.02"):
        guard(narrow, rated)
    paid = [one.amount for one in rated]
    assert solve(portfolio(rated, [None, None], tariff), sum(paid) * 2).factor == pytest.approx(D(2), abs=D("0.1"))
