"""fit and predict, typed."""

import json

import polars as pl
import pytest

PUBLISHED = {"null": 25.21319, "glm1": 24.10149, "glm2": 24.09105, "glm3": 24.08439}
SPEC = """
name = "small"
family = "poisson"
response = "claims"
exposure = "years"

[[terms]]
type = "categorical"
column = "area"
"""


@pytest.fixture
def files(tmp_path):
    rows = {"area": ["A", "A", "B", "B"], "years": [1.0, 1.0, 1.0, 0.5], "claims": [1, 0, 2, 1]}
    pl.DataFrame(rows).write_parquet(tmp_path / "data.parquet")
    pl.DataFrame(rows).write_csv(tmp_path / "data.csv")
    (tmp_path / "spec.toml").write_text(SPEC)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_deviances(typed, shared_data, tmp_path, name):
    data, out = shared_data / "pricing" / "fremtpl2" / "policies.parquet", tmp_path / "model.json"
    said = typed("fit", "--data", data, "--spec", f"fremtpl2_{name}", "--out", out)
    assert said.exit_code == 0, said.output
    fit = json.loads(out.read_text())["fit"]
    assert round(fit["deviance_100"], 5) == PUBLISHED[name]
    assert f"{PUBLISHED[name]:.5f}" in said.output
    assert fit["fitted"] == pytest.approx(fit["observed"], rel=1e-9)
    assert fit["rows"] == 610_206


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_fit_and_what_it_expects(typed, files, ending):
    made = files / "model.json"
    assert typed("fit", "--data", files / f"data.{ending}", "--spec", files / "spec.toml", "--out", made).exit_code == 0
    out = files / f"out.{ending}"
    assert typed("predict", "--model", made, "--data", files / f"data.{ending}", "--out", out).exit_code == 0
    read = pl.read_parquet(out) if ending == "parquet" else pl.read_csv(out)
    assert read.columns == ["area", "years", "claims", "prediction"]
    assert read["prediction"].to_list() == pytest.approx([0.5, 0.5, 2.0, 1.0])


def test_json_is_the_model_itself(typed, files):
    said = json.loads(typed("fit", "--data", files / "data.csv", "--spec", files / "spec.toml", "--json").stdout)
    assert said["format"] == "tripmeter-model/2"
    assert said["data"]["rows"] == 4
    assert len(said["data"]["sha256"]) == len(said["sha256"]) == 64


def test_a_level_that_was_not_fitted_is_told(typed, files):
    made = files / "model.json"
    typed("fit", "--data", files / "data.csv", "--spec", files / "spec.toml", "--out", made)
    pl.DataFrame({"area": ["A", "C", "C"], "years": [1.0] * 3}).write_csv(files / "other.csv")
    said = typed("predict", "--model", made, "--data", files / "other.csv", "--out", files / "p.csv")
    assert said.exit_code == 1
    assert "column 'area': 'C' (2 rows) not among the levels of 'area': A, B" in " ".join(said.output.split())


def test_an_altered_model_is_refused(typed, files):
    made = files / "model.json"
    typed("fit", "--data", files / "data.csv", "--spec", files / "spec.toml", "--out", made)
    made.write_text(made.read_text().replace('"relativity": 1.0', '"relativity": 1.1'))
    said = typed("predict", "--model", made, "--data", files / "data.csv", "--out", files / "p.csv")
    assert said.exit_code == 1
    assert "altered since it was fitted" in said.output


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ('exposure = "years"', 'exposure = "yeers"'),
            "no column 'yeers', which the spec reads; did you mean 'years'?",
        ),
        (("column", "colum"), "terms[0].column: missing; expected a text; is 'colum' meant?"),
        (('column = "area"', 'column = "area"\nbasis = "A"'), "terms[0].basis: unknown key; known here: bands, base, "),
        (('column = "area"', 'column = "area"\nbasis = "A"'), "did you mean 'base'?"),
        (('"poisson"', '"poison"'), "family: 'poison' is not known; use one of poisson, gamma, tweedie"),
    ],
)
def test_what_is_wrong_is_said(typed, files, change, message):
    (files / "spec.toml").write_text(SPEC.replace(*change))
    said = typed("fit", "--data", files / "data.csv", "--spec", files / "spec.toml")
    assert said.exit_code == 1
    assert message in " ".join(said.output.split())
