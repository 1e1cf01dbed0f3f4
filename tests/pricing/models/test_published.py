"""Published: the French model of Wuethrich and Merz on all of its learning sample, beside statsmodels."""

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from pricing import specs
from pricing.models import model
from pricing.models.reading import parse


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_coefficients_and_errors_of_the_published_model_are_those_of_statsmodels(shared_data):
    data = pl.read_parquet(shared_data / "pricing" / "fremtpl2" / "policies.parquet")
    data = data.filter(pl.col("SetWM") == "learn")
    found = model.fit(parse(specs.text("fremtpl2_glm1"), "glm1"), data)
    columns = [np.ones(data.height), *_columns(found, data)]
    offset = np.log(data["Exposure"].clip(upper_bound=1.0).to_numpy())
    y = data["ClaimNbSev"].to_numpy()
    own = [one for one in found.coefficients if one.rows is None or one.error > 0]
    peer = sm.GLM(y, np.column_stack(columns), sm.families.Poisson(), offset=offset)
    begin = [round(one.estimate, 2) for one in own]  # near: from nothing, by least squares, it takes ten times as long
    theirs = peer.fit(method="newton", start_params=begin, max_start_irls=0, tol=1e-12, disp=0)
    assert theirs.mle_retvals["converged"]
    assert len(own) == 49
    assert [one.estimate for one in own] == pytest.approx(theirs.params, abs=1e-6)
    assert [one.error for one in own] == pytest.approx(theirs.bse, abs=1e-6)
    assert data.height == 610_206
    assert found.fit.deviance == pytest.approx(theirs.deviance, rel=1e-10)


def _columns(found, data):
    """The design written out, in the order of the spec."""
    age, old = data["DrivAge"].to_numpy(), data["VehAge"].to_numpy()
    bands = {"DrivAge": (age, (0, 20, 25, 30, 40, 50, 70, 200)), "VehAge": (old, (-1, 5, 12, 200))}
    power = data["VehPower"].clip(upper_bound=9).cast(pl.String)
    for term in found.spec.terms:
        name = term.name
        if term.kind != "categorical":
            x = {"BonusMalus": data["BonusMalus"].clip(upper_bound=150), "log(Density)": data["Density"].log()}
            yield (x[name] if name in x else data["Area"].replace_strict(dict(zip("ABCDEF", range(1, 7), strict=True))))
            continue
        for k, level in enumerate(found.scales[name].levels):
            if level == found.scales[name].base:
                continue
            if name in bands:
                values, ends = bands[name]
                yield (values > ends[k]) & (values <= ends[k + 1])
            else:
                yield (power if name == "VehPower" else data[name]) == level
