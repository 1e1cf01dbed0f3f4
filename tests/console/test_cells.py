"""Cells of files: in the reader's words, whatever they are made of; without a language as in JSON."""

import csv
import io
import json
import re

import polars as pl
import pytest

from console.api import LISTS, PREFIX
from console.lists.worded import spelt, worded
from streams import words

from .conftest import path_of

BRACES = re.compile(r'[{}]|\["')


def rows(client, path, **query):
    text = client.get(path, params=query).text.lstrip("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("one", LISTS, ids=lambda one: one.path)
def test_no_cell_of_a_file_for_people_is_json(house, posted, one):
    assert posted
    client = house.client("admin")
    client.get(f"{PREFIX}/pricing/levels.csv", params={"cover": "own_damage"})  # so that there is a run
    for language in ("en", "zh-CN"):
        for row in rows(client, f"{path_of(one, house)}.csv", language=language):
            assert [cell for cell in row.values() if cell and BRACES.search(cell)] == []
            assert not {"true", "false"} & {*row.values()}


def test_what_moves_a_premium_most_is_told_by_its_names(house):
    (row, *_) = rows(house.client("actuary"), f"{PREFIX}/pricing/premiums.csv", language="zh-CN")
    told = house.client("actuary").get(f"{PREFIX}/pricing/premiums", params={"limit": 1}).json()["items"][0]
    first = told["reasons"][0]
    assert first["effect"] in row["原因"]
    assert worded("zh-CN", "reasons", "name", first["name"]) in row["原因"]
    assert first["name"] not in row["原因"]
    assert json.loads(rows(house.client("actuary"), f"{PREFIX}/pricing/premiums.csv")[0]["reasons"]) == told["reasons"]


def test_a_fleets_file_is_illustrative_in_chinese_too(house):
    (row, *_) = rows(house.client("actuary"), f"{PREFIX}/pricing/fleets/a/vehicles.csv", language="zh-CN")
    head = words.catalogue("zh-CN")
    assert (row[head["file.status"]], row[head["file.provisional"]]) == (head["filed.illustrative"], head["report.yes"])
    levels = rows(house.client("actuary"), f"{PREFIX}/pricing/levels.csv", language="zh-CN", factor="use")
    assert not [one["级别"] for one in levels if re.search("[A-Za-z]", one["级别"])]


def test_a_table_with_types_keeps_them(house):
    body = house.client("actuary").get(f"{PREFIX}/pricing/levels.parquet", params={"language": "zh-CN"}).content
    assert pl.read_parquet(io.BytesIO(body))["基准"].dtype == pl.Boolean


def test_flags_and_caps_are_told_one_by_one():
    assert spelt("en", "trips", "quality", "gap no_fix") == "gap, no position"
    assert spelt("zh-CN", "premiums", "caps", "telematics") == "自身驾驶上下限"
    assert spelt("en", "devices", "faults", {"device_silent": 1}) == "device silent: 1"
