"""Models of a folder: what each says of itself, and how good it is on data it has never seen, as the command has it."""

from dataclasses import replace

import pytest

from console.app import create_app
from streams import words

from .test_spoken import strange, texts

API = "/api/v1/pricing/models"
HELD = {"data": "holdout.parquet", "against": "flat.json", "by": "policy", "before": "premium"}


def test_what_lies_in_the_folder_is_listed_with_what_cannot_be_used(house):
    found = house.client("actuary").get(API).json()
    assert {one["file"]: (one["name"], one["rows"]) for one in found["models"] if not one["problem"]} == {
        "flat.json": ("flat", 2_000),
        "frequency.json": ("frequency", 2_000),
    }
    (broken,) = [one for one in found["models"] if one["problem"]]
    assert (broken["file"], "not a model" in broken["problem"]) == ("other.json", True)
    (data,) = found["data"]
    assert (data["file"], data["numeric"]) == ("holdout.parquet", ["policy", "years", "claims", "premium"])


def test_a_model_by_itself_and_held_against_what_it_has_not_seen(house):
    actuary = house.client("actuary")
    alone = actuary.get(f"{API}/frequency.json").json()
    assert [part["name"] for part in alone["sections"]] == ["factor_1", "coefficients"]
    held = {part["name"]: part for part in actuary.get(f"{API}/frequency.json", params=HELD).json()["sections"]}
    assert {"calibration", "order", "lorenz_curve", "double_lift", "value", "disruption", "extremes"} <= set(held)
    gini = {row["figure"]: row for row in held["value"]["rows"]}["Gini on exposure"]
    assert gini["low"] > 0.0  # an area that is worse is seen
    assert held["disruption"]["rows"][0]["vehicles"] > 0


@pytest.mark.parametrize("asked", [{}, HELD])
def test_it_is_a_page_and_a_workbook_in_the_readers_language(house, asked):
    actuary, chinese = house.client("actuary"), {"language": words.CHINESE}
    text = actuary.get(f"{API}/frequency.json.html", params=asked | chinese).text
    assert strange(texts(text), house) <= {"frequency", "flat", "area", "holdout", "parquet", "policy", "intercept"}
    book = actuary.get(f"{API}/frequency.json.xlsx", params=asked | chinese)
    assert book.content.startswith(b"PK")


@pytest.mark.parametrize(
    "path, asked, code",
    [
        ("notes.txt", {}, "no_model"),
        ("frequency.json", {"data": "../holdout.parquet"}, "no_model"),
        ("frequency.json", {"data": "holdout.parquet", "before": "area"}, "refused"),
        ("other.json", {}, "refused"),
    ],
)
def test_nothing_else_is_read(house, path, asked, code):
    assert house.client("actuary").get(f"{API}/{path}", params=asked).json()["code"] == code


def test_a_fleet_is_shown_none_and_without_a_folder_there_are_none(house):
    assert house.client("manager").get(API).status_code == 403
    config = house.world.config
    empty = replace(house.world, config=replace(config, pricing=replace(config.pricing, models="")))
    client = type(house.client("actuary"))(create_app(empty), base_url="http://console")
    client.cookies = house.client("actuary").cookies
    assert client.get(API).json() == {"configured": False, "models": [], "data": []}
