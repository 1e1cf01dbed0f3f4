"""tripmeter report model: a fitted model on data, as page, workbook and folder."""

import json

import numpy as np
import polars as pl
import pytest

SPEC = """
name = "by area"
family = "poisson"
response = "claims"
exposure = "years"
[[terms]]
type = "categorical"
column = "area"
"""


@pytest.fixture
def fitted(typed, tmp_path):
    """Words that ask for the report of a model on 300 rows."""
    chance = np.random.default_rng(1)
    area, years = chance.choice(["A", "=B"], 300), chance.uniform(0.5, 1.0, 300)
    claims = chance.poisson(years * np.where(area == "A", 1.0, 0.5))
    rows = pl.DataFrame(
        {"fleet": np.arange(300) // 10, "area": area, "years": years, "claims": claims, "paid": years * 90}
    )
    data, spec, model = tmp_path / "rows.parquet", tmp_path / "spec.toml", tmp_path / "model.json"
    rows.write_parquet(data)
    spec.write_text(SPEC)
    assert typed("fit", "--data", data, "--spec", spec, "--out", model).exit_code == 0
    return ["report", "model", "--model", model, "--data", data, "--draws", 20]


@pytest.mark.parametrize("name", ["m.html", "m.xlsx", "m.json", "m"])
def test_a_report_in_each_form(typed, fitted, tmp_path, name):
    same = fitted[fitted.index("--data") + 1]
    result = typed(*fitted, "--by", "fleet", "--before", "paid", "--reference", same, "--out", tmp_path / name)
    assert result.exit_code == 0, result.output
    if name == "m.json":
        tables = json.loads((tmp_path / name).read_text())["tables"]
        assert [row["level"] for row in tables["factor_1"]] == ["=B", "A"]
        assert [row["factor"] for row in tables["stability"]] == ["area", "(prediction)"]
        assert {"table": "factor_1", "title": "Factor area"} in tables["contents"]
    if name == "m":
        assert "'=B," in (tmp_path / name / "factor_1.csv").read_text("utf-8-sig")
        assert pl.read_parquet(tmp_path / name / "disruption.parquet")["vehicles"].sum() == 300


@pytest.mark.parametrize(
    ("words", "told"), [(("--by", "flet"), "no column 'flet'"), (("--before", "area"), "no numbers")]
)
def test_what_is_wrong_is_told(typed, fitted, tmp_path, words, told):
    refused = typed(*fitted, *words, "--out", tmp_path / "m.html")
    assert (refused.exit_code, told in " ".join(refused.output.split())) == (1, True)


def test_a_model_of_something_else_is_refused(typed, fitted, tmp_path):
    data, spec, other = (tmp_path / name for name in ("rows.parquet", "other.toml", "other.json"))
    spec.write_text(SPEC.replace('exposure = "years"\n', ""))
    assert typed("fit", "--data", data, "--spec", spec, "--out", other).exit_code == 0
    refused = typed(*fitted, "--against", other, "--out", tmp_path / "m.html")
    assert (refused.exit_code, "another response or exposure" in refused.output) == (1, True)


def test_without_data_the_model_itself_is_shown(typed, fitted, tmp_path):
    words = fitted[:4]
    assert typed(*words, "--out", tmp_path / "m.json").exit_code == 0
    said = json.loads((tmp_path / "m.json").read_text())
    assert [row["exposure"] > 0 for row in said["tables"]["factor_1"]] == [True, True]
    refused = typed(*words, "--by", "fleet", "--out", tmp_path / "m.html")
    assert (refused.exit_code, "--data" in refused.output) == (2, True)
