"""Refused: specs that say something odd and data that cannot carry a fit, each with what to do."""

import polars as pl
import pytest

from pricing.models import model
from pricing.models.spec import ModelError

AREA = '[[terms]]\ntype = "categorical"\ncolumn = "area"\n'
KM = '[[terms]]\ntype = "linear"\ncolumn = "km"\n'


@pytest.mark.parametrize(
    ("terms", "changes", "message"),
    [
        (AREA + "bands = [3, 2]\n", {}, "terms[0].bands: [3.0, 2.0] do not rise"),
        (AREA + 'bands = [1]\nlevels = ["X"]\n', {}, "terms[0].levels: bands have their own"),
        (AREA + 'levels = ["X", "X"]\n', {}, "terms[0].levels: names a level twice"),
        (AREA + AREA, {}, "terms: two are called 'area'; give one of them a name"),
        (
            AREA + '[[terms]]\ntype = "interaction"\nof = [{ type = "categorical", column = "area", base = "X" }, '
            '{ type = "linear", column = "km" }]\n',
            {},
            "terms: 'area' is said in two ways; say it alike, or give one of them a name",
        ),
        (KM + "min = 5\nmax = 4\n", {}, "terms[0].max: 4 is not above min, 5"),
        (KM.replace("linear", "spline") + "knots = [1, 2]\n", {}, "terms[0].knots: expected three or more"),
        (KM.replace("linear", "polynomial") + "degree = 2.5\n", {}, "terms[0].degree: 2.5 is not a whole number"),
        (KM.replace("linear", "liner"), {}, "terms[0].type: 'liner' is not known; use one of categorical, linear"),
        ('[[rows]]\ncolumn = "km"\n', {}, "rows[0].column: asks nothing of it"),
        ('[[rows]]\ncolumn = "km"\nabov = 1\n', {}, "did you mean 'above'?"),
        ("", {"family": '"tweedie"'}, "power: missing; expected a number"),
        ("", {"family": '"tweedie"', "power": "2"}, "power: 2 is gamma, a family of its own"),
        ("", {"power": "1.5"}, "power: unknown key"),
        ("", {"l2": "-1"}, "l2: -1 is outside"),
        ("", {"weigth": '"years"'}, "weigth: unknown key; known here: about, "),
        ("", {"weigth": '"years"'}, "did you mean 'weight'?"),
    ],
)
def test_an_odd_spec_is_refused_with_its_path(spec, terms, changes, message):
    with pytest.raises(ModelError) as error:
        spec(terms, **changes)
    assert "test.toml: " in str(error.value)
    assert message in str(error.value)


def rows(**columns):
    usual = {"area": ["X", "X", "Y", "Y", "Z", "Z"], "km": [1.0, 2.0, 3.0, 4.0, 5.0, 7.0], "years": [1.0] * 6}
    return pl.DataFrame(usual | {"claims": [1, 2, 1, 2, 1, 2]} | columns)


@pytest.mark.parametrize(
    ("terms", "columns", "message"),
    [
        (
            KM + KM.replace('"km"', '"miles"'),
            {"miles": [1.6, 3.2, 4.8, 6.4, 8.0, 11.2]},
            "term 'miles', column 'miles': has nothing of its own, it is a sum of km; leave one of these terms out",
        ),
        (KM, {"km": [5.0] * 6}, "it is the intercept: it is the same in all rows"),
        (
            AREA + AREA.replace('"area"', '"zone"'),
            {"zone": ["1", "1", "2", "2", "3", "3"]},
            "term 'zone', column '2': has nothing of its own, it is a sum of area Y",
        ),
        (AREA + 'levels = ["X", "Y", "Z", "W"]\n', {}, "term 'area': no row that is fitted is of level 'W'"),
        (AREA + 'levels = ["X", "Y"]\n', {}, "column 'area': 'Z' (2 rows) not among the levels of 'area': X, Y"),
        (AREA + 'base = "W"\n', {}, "term 'area': its base 'W' is none of its levels: X, Y, Z"),
        (
            AREA + 'base = "X"\n',
            {"claims": [1, 2, 0, 0, 1, 2]},
            "term 'area', 'Y': exposure of 2.0 and not one claim, its relativity would be 0",
        ),
        (KM, {"claims": [1e12] * 6}, "column 'claims': too large to be summed exactly; state it in thousands"),
        (KM, {"claims": [0] * 6}, "column 'claims': no claim in 6 rows"),
        (KM, {"claims": [1, 2, -1, -2, 1, 2]}, "column 'claims': 2 of 6 rows are not at least 0, as poisson wants"),
        (KM, {"years": [0.0] + [1.0] * 5}, "column 'years': 1 of 6 rows are not above 0, as poisson wants"),
        (KM, {"km": ["near"] * 6}, "column 'km': String where a number is needed"),
        (KM + '[[rows]]\ncolumn = "km"\nabove = 90\n', {}, "no row is left to fit"),
        (KM.replace("linear", "polynomial") + "degree = 5\n", {}, "6 rows cannot carry 6 coefficients"),
        (
            KM + "values = { near = 1 }\n",
            {"km": ["near"] * 4 + ["far"] * 2},
            "column 'km': 'far' (2 rows) stand for no",
        ),
    ],
)
def test_data_that_cannot_carry_the_fit_is_told(spec, terms, columns, message):
    with pytest.raises(ModelError) as error:
        model.fit(spec(terms), rows(**columns))
    assert message in str(error.value)


def test_a_fit_that_runs_away_is_an_error(spec):
    """All claims lie above a bound: the slope has no end."""
    data = rows(claims=[0, 0, 0, 0, 0, 2])
    with pytest.raises(ModelError, match=r"not converged|left the range of numbers"):
        model.fit(spec(KM), data)


def test_what_has_no_claims_can_be_shrunk(spec):
    found = model.fit(spec(AREA + 'base = "X"\n', l2="0.1"), rows(claims=[1, 2, 0, 0, 1, 2]))
    assert -20 < found.estimate("area", "Y") < -1


def test_rows_are_chosen_by_all_conditions(spec):
    chosen = '[[rows]]\ncolumn = "area"\nis_not = ["Z"]\n[[rows]]\ncolumn = "km"\nabove = 1\nmax = 4\n'
    found = model.fit(spec(chosen), rows())
    assert (found.fit.rows_read, found.fit.rows, found.fit.observed) == (6, 3, 5.0)
