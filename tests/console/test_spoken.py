"""One catalogue: files, reports and thresholds are in the reader's language too, down to the last heading."""

import io
import re
from typing import get_args
from zipfile import ZipFile

import polars as pl
import pytest

from console.api import LISTS
from console.files.exports import columns
from console.files.spoken import Language, cells, heads
from streams import words
from streams.desk.paging import HELD, PAGED, TOLD
from streams.desk.thresholds import KINDS

API = "/api/v1"
CHINESE = {"language": words.CHINESE}
# sheets and constants that formulas call by these names
SHEETS = {"Years", "Vehicles", "fleet", "vehicle", "tau", "fixed", "variable", "profit", "days", "option"}
LATIN = re.compile(r"[A-Za-z]{2,}")
# names, units and what actuaries write in Latin letters everywhere
NAMES = "Murphy Gini Pearson phi km EUR UTC PSI AIC"
REPORTS = ("pricing/quality", "pricing/fleets/a/experience")


def name(one):
    return one.path.rpartition("/")[2]


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_each_column_of_each_file_has_a_heading_of_its_own(language):
    for one in LISTS:
        found = heads(language, name(one), columns(one))
        assert [column for column in columns(one) if column not in found] == [], one.path
        assert len(set(found.values())) == len(found), one.path


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_file_is_headed_in_the_language_asked_for_and_without_one_as_json(house, kind):
    client, read = house.client("manager"), {"csv": pl.read_csv, "parquet": pl.read_parquet}[kind]
    plain, chinese = (
        read(io.BytesIO(client.get(f"{API}/vehicles.{kind}", params=asked).content)) for asked in ({}, CHINESE)
    )
    assert {"vehicle_id", "speed_kmh", "place_lat"} <= set(plain.columns)
    assert {"车辆", "速度，km/h", "纬度"} <= set(chinese.columns)
    told = {"class": "class", "status": "status", "risk": "priority"}  # the rest is names and numbers
    for name, head in zip(plain.columns, chinese.columns, strict=True):
        if name == "age_s":  # goes on while one asks
            continue
        said = [words.catalogue(words.CHINESE)[f"{told[name]}.{one}"] if name in told else one for one in plain[name]]
        assert chinese[head].to_list() == said
    assert client.get(f"{API}/vehicles.{kind}", params={"language": "fr"}).status_code == 422


def test_cells_of_a_file_are_told_in_its_language_and_notes_stay_as_they_are(house):
    client = house.client("admin")
    alerts = pl.read_csv(io.BytesIO(client.get(f"{API}/alerts.csv", params=CHINESE).content), infer_schema=False)
    told = alerts.select("优先级", "状况", "状态", "类型", "处置")
    assert {one for column in told for one in column for one in LATIN.findall(one or "")} <= {"SIM"}
    row = {"kind": "paged", "priority": "critical", "note": "critical", "assignee": "open"}
    assert cells(words.CHINESE, "alerts", row) == row | {"priority": "紧急"}


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_log_of_an_alert_has_words_for_whatever_calls_decide(language):
    known = words.catalogue(language)
    assert {f"did.{one}" for one in (PAGED, HELD, TOLD)} <= known.keys()
    assert {f"held.{one}" for one in ("late", "quiet", "no channel", "not acknowledged", "calm")} <= known.keys()


def test_one_thing_has_one_name(house):
    assert [text for text in words.catalogue(words.CHINESE).values() if "警报" in text] == []


def test_an_empty_list_has_headings_too(house):
    text = house.client("actuary").get(f"{API}/pricing/seals.csv", params=CHINESE).content.decode("utf-8-sig")
    assert text.strip() == "编号,日期（UTC）,保单,分录,文本,签名"


def test_languages_are_those_of_the_catalogue():
    (choice, _) = get_args(Language)
    assert get_args(choice) == ("", *words.LANGUAGES)


def texts(page):
    """What stands between the tags of a page."""
    return re.findall(r">([^<>]+)<", page.partition("<body>")[2])


def strange(said, house):
    """Latin words of texts that are no names."""
    known = {*NAMES.split(), *LATIN.findall(house.world.rules.tariff.tariff_id)}
    return {word for text in said for word in LATIN.findall(text)} - known


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_of_pricing_is_chinese_down_to_its_charts(house, report):
    text = house.client("actuary").get(f"{API}/{report}.html", params=CHINESE).text
    assert '<html lang="zh-CN">' in text
    assert strange(texts(text), house) == set()


@pytest.mark.parametrize("report", REPORTS)
def test_so_is_its_workbook_and_in_english_both_are_as_the_command_line_writes_them(house, report):
    client = house.client("actuary")
    book = ZipFile(io.BytesIO(client.get(f"{API}/{report}.xlsx", params=CHINESE).content))
    said = re.findall(r"<t[^>]*>([^<]+)</t>", book.read("xl/sharedStrings.xml").decode())
    assert {one for one in strange(said, house) if "_" not in one} <= SHEETS
    plain, english = (
        client.get(f"{API}/{report}.html", params=asked).text for asked in ({}, {"language": words.ENGLISH})
    )
    assert plain == english


def test_what_is_english_in_the_catalogue_is_what_the_service_says():
    known = words.catalogue(words.ENGLISH)
    keys = [key for key in known if key.startswith(words.PHRASE)]
    assert [key for key in keys if known[key] != key.removeprefix(words.PHRASE)] == []


def test_holes_are_filled_with_what_is_said_there_in_the_same_language():
    said = "V_R 0.2500, V_S 0.4000: given. A coefficient is times the expected cost."
    assert words.phrase("zh-CN", said) == "V_R 0.2500，V_S 0.4000：给定。系数为期望成本的倍数。"
    assert words.phrase("en", said) == said
    assert words.phrase("zh-CN", "what nobody has said") == "what nobody has said"


def test_each_threshold_has_a_name_and_says_in_chinese_where_it_is_from():
    known = words.catalogue(words.CHINESE)
    params = [param for detector in KINDS.values() for param in detector.params]
    assert {param.name for param in params if f"threshold.{param.name}" not in known} == set()
    said = {param.source for param in params} | {detector.meaning for detector in KINDS.values()}
    assert {one for one in said if f"{words.PHRASE}{one}" not in known} == set()
