"""Wide: glum as the engine ends where ours does."""

import pytest

from pricing.models import model
from pricing.models.spec import ModelError

TERMS = """
[[terms]]
type = "categorical"
column = "area"

[[terms]]
type = "log"
column = "km"

[[terms]]
type = "interaction"
of = [{ type = "categorical", column = "area" }, { type = "linear", column = "age" }]
"""


@pytest.mark.parametrize(
    "changes", [{}, {"l2": "5.0"}, {"family": '"tweedie"', "power": "1.5", "response": '"amount"'}]
)
def test_both_engines_end_at_the_same_coefficients(policies, spec, changes):
    ours, theirs = (model.fit(spec(TERMS, engine=engine, **changes), policies) for engine in ("", '"glum"'))
    for one, other in zip(ours.coefficients, theirs.coefficients, strict=True):
        assert (other.term, other.label) == (one.term, one.label)
        assert other.estimate == pytest.approx(one.estimate, rel=1e-9, abs=1e-9)
        assert other.error == pytest.approx(one.error, rel=1e-9)
    assert theirs.fit.deviance == pytest.approx(ours.fit.deviance, rel=1e-10)


def test_glum_is_not_asked_for_monotone_terms(spec):
    with pytest.raises(ModelError, match="engine: glum fits no monotone terms here"):
        spec('[[terms]]\ntype = "log"\ncolumn = "km"\nmonotone = "increasing"', engine='"glum"')
