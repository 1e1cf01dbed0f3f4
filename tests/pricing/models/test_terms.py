"""Terms: every kind is what its words say, beside the same columns written out."""

import numpy as np
import polars as pl
import pytest

from pricing.models import model, splines
from pricing.models.spec import ModelError


def term(kind, column="km", more=""):
    return f'\n[[terms]]\ntype = "{kind}"\ncolumn = "{column}"\n{more}\n'


def linear(*names):
    return "".join(term("linear", name) for name in names)


def same(one, other):
    """The same fit, whatever the columns are called."""
    assert one.fit.deviance == pytest.approx(other.fit.deviance, rel=1e-10)
    assert one.fit.parameters == other.fit.parameters


def test_a_polynomial_is_its_powers(policies, spec):
    written = policies.with_columns(km1=pl.col("km") / 1e4).with_columns(km2=pl.col("km1") ** 2, km3=pl.col("km1") ** 3)
    found = model.fit(spec(term("polynomial", "km1", "degree = 3")), written)
    other = model.fit(spec(linear("km1", "km2", "km3")), written)
    same(found, other)
    estimates = [found.estimate("km1", f"^{k}") for k in (1, 2, 3)]
    assert estimates == pytest.approx([other.estimate(f"km{k}") for k in (1, 2, 3)], rel=1e-7)


def test_clipped_is_the_nearest_bound(policies, spec):
    written = policies.with_columns(km=pl.col("km").clip(5_000, 30_000))
    found = model.fit(spec(term("log", more="min = 5000\nmax = 30000")), policies)
    assert found.coefficients == model.fit(spec(term("log")), written).coefficients


def test_bands_take_their_upper_end(spec):
    rows = pl.DataFrame({"age": [18.0, 24.0, 24.5, 25.0, 60.0], "claims": [1, 2, 3, 4, 5], "years": [1.0] * 5})
    found = model.fit(spec(term("categorical", "age", "bands = [24, 25]")), rows)
    assert [(one.label, one.response) for one in found.coefficients[1:]] == [
        ("<=24", 3.0),
        ("24-25", 7.0),
        (">25", 5.0),
    ]


def test_a_level_may_stand_for_a_number(policies, spec):
    written = policies.with_columns(rank=pl.col("area").replace_strict({"X": 1, "Y": 2, "Z": 5}))
    found = model.fit(spec(term("linear", "area", "values = { X = 1, Y = 2, Z = 5 }")), policies)
    assert found.estimate("area") == pytest.approx(model.fit(spec(linear("rank")), written).estimate("rank"), rel=1e-12)


@pytest.mark.parametrize(
    ("first", "second", "written"),
    [
        (term("log"), term("linear", "age"), ["both"]),
        (term("categorical", "area", 'base = "Z"'), term("log"), ["x", "y"]),
        (term("log"), term("categorical", "area", 'base = "Z"'), ["x", "y"]),
    ],
)
def test_an_interaction_is_the_products(policies, spec, first, second, written):
    km, area = pl.col("km").log(), pl.col("area")
    wide = policies.with_columns(
        both=km * pl.col("age"), x=km * (area == "X").cast(float), y=km * (area == "Y").cast(float)
    )
    plain = "".join(part for part in (first, second))
    of = ", ".join("{" + ", ".join(part.strip().splitlines()[1:]) + "}" for part in (first, second))
    found = model.fit(spec(plain + f'[[terms]]\ntype = "interaction"\nof = [{of}]\n'), wide)
    other = model.fit(spec(plain + linear(*written)), wide)
    same(found, other)
    assert model.predict(found, wide).to_numpy() == pytest.approx(model.predict(other, wide).to_numpy(), rel=1e-8)


def test_levels_of_two_terms_together(policies, spec):
    wide = policies.with_columns(young=(pl.col("age") < 30)).with_columns(
        xy=pl.when((pl.col("area") != "Z") & pl.col("young")).then("area").otherwise(pl.lit("none"))
    )
    plain = term("categorical", "area", 'base = "Z"') + term("categorical", "young", "base = 'false'")
    area, young = ('type = "categorical", column = "area", base = "Z"', 'type = "categorical", column = "young"')
    of = f'[{{ {area} }}, {{ {young}, base = "false" }}]'
    found = model.fit(spec(plain + f'[[terms]]\ntype = "interaction"\nof = {of}\n'), wide)
    same(found, model.fit(spec(plain + term("categorical", "xy", 'base = "none"')), wide))
    assert [one.label for one in found.coefficients[-2:]] == ["area=X:young=true", "area=Y:young=true"]


@pytest.mark.parametrize(("shape", "columns"), [("natural", 3), ("bspline", 5)])
def test_a_spline_has_its_columns_and_a_curve_that_is_smooth(policies, spec, shape, columns):
    found = model.fit(spec(term("spline", more=f'shape = "{shape}"\nknots = [1000, 10000, 30000, 59000]')), policies)
    assert found.fit.parameters == 1 + columns
    at = pl.DataFrame({"km": np.arange(1_000.0, 59_001.0, 100.0)}).with_columns(years=1.0)
    curve = np.log(model.predict(found, at).to_numpy())
    assert np.abs(np.diff(curve, 3)).max() < 1e-4  # no step, no corner
    assert found.fit.deviance < found.fit.null_deviance


def test_b_splines_sum_to_one_and_naturals_end_straight():
    knots, x = (0.0, 1.0, 3.0, 4.0), np.linspace(-1.0, 5.0, 61)
    basis = splines.bspline(x, knots)
    inside = (x > 0.0) & (x <= 4.0)
    assert basis.min() >= 0.0
    assert basis.sum(axis=1)[inside & (x >= 1.0)] == pytest.approx(1.0)
    assert basis[0].tolist() == basis[10].tolist() == [0.0] * 5
    ends = splines.natural(x, knots)
    assert np.abs(np.diff(ends[x <= 0.0], 2, axis=0)).max() < 1e-12
    assert np.abs(np.diff(ends[x >= 4.0], 2, axis=0)).max() < 1e-12


def test_a_cubic_is_a_b_spline(spec):
    """What a cubic polynomial can, a B-spline with one more knot inside can too."""
    x = np.arange(1.0, 41.0)
    rows = pl.DataFrame({"x": x, "years": 1e4, "claims": np.exp(1.0 + x / 20 - (x / 25) ** 2 + (x / 40) ** 3) * 1e4})
    found = model.fit(spec(term("spline", "x", 'shape = "bspline"\nknots = [1, 12, 40]')), rows)
    assert found.fit.deviance < 1e-6


def test_levels_read_alike_from_every_type(spec):
    rows = {"claims": [1, 2, 3, 4], "years": [1.0] * 4}
    fits = [
        model.fit(spec(term("categorical", "k", "base = 9")), pl.DataFrame({"k": k} | rows))
        for k in ([9, 10, 9, 10], [9.0, 10.0, 9.0, 10.0], ["9", "10", "9", "10"])
    ]
    assert fits[0] == fits[1] == fits[2]
    assert fits[0].scales["k"].levels == ("9", "10")


def test_a_level_can_stand_for_those_missing_or_new(policies, spec):
    some = policies.with_columns(area=pl.when(pl.col("age") > 70).then(None).otherwise("area"))
    asked = spec(term("categorical", "area", 'missing = "unknown"\nunseen = "Z"\nbase = "Z"'))
    found = model.fit(asked, some)
    assert found.scales["area"].levels == ("X", "Y", "Z", "unknown")
    told = model.predict(found, pl.DataFrame({"area": ["Z", "Q", None, "unknown"], "years": [1.0] * 4})).to_list()
    assert told[0] == told[1]
    assert told[2] == told[3] != told[0]


def test_a_number_can_stand_for_those_missing(policies, spec):
    found = model.fit(spec(term("log", more="missing = 12000")), policies)
    told = model.predict(found, pl.DataFrame({"km": [12_000.0, None, float("nan")], "years": [1.0] * 3})).to_list()
    assert told[0] == told[1] == told[2]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"km": [1.0, None, float("nan")]}, "column 'km': 2 of 3 rows have no finite number"),
        ({"area": ["X", None, None]}, "column 'area': 2 of 3 rows have no value"),
        ({"area": ["X", "Q", "Q"]}, "column 'area': 'Q' (2 rows) not among the levels of 'area': X, Y, Z"),
        ({"years": [1.0, None, 1.0]}, "column 'years': 1 of 3 rows have no finite number"),
        ({"years": [1.0, -1.0, 1.0]}, "column 'years': 1 of 3 rows are below 0"),
        ({"km": [1.0, 0.0, 1.0]}, "column 'km': 1 values of 3 are not above 0, and 'log(km)' takes their logarithm"),
    ],
)
def test_what_cannot_be_predicted_is_told_with_how_many(policies, spec, rows, message):
    found = model.fit(spec(term("log") + term("categorical", "area")), policies)
    data = pl.DataFrame({"km": [1.0] * 3, "area": ["X"] * 3, "years": [1.0] * 3} | rows)
    with pytest.raises(ModelError) as error:
        model.predict(found, data)
    assert message in str(error.value)
