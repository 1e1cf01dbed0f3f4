"""The report of a fleet: for whom, of what, in which language; harmless on a screen and whole on paper."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from console.files.fleet_report import Made, paper
from console.reckoning.figures import figures
from pricing.monitoring.rates import UNCLEAR, Seen
from streams import words
from streams.desk.report import Blind, Change, Report, Span

API = "/api/v1"
DAYS = {"from": "2024-10-01", "to": "2024-10-15"}


def page(client, **more):
    answer = client.get(f"{API}/fleets/a/report.html", params=DAYS | more)
    assert answer.status_code == 200, answer.text
    return answer


def test_it_says_what_changed_the_worst_what_was_not_seen_and_tasks(house):
    found = house.client("manager").get(f"{API}/fleets/a/report", params=DAYS).json()
    assert (found["fleet_id"], found["first"], found["end"], found["vehicles"]) == ("a", "2024-10-01", "2024-10-15", 2)
    assert found["km"] > 0
    assert [one["name"] for one in found["changes"]] == ["harsh", "speeding", "urgent"]
    assert {one["word"] for one in found["changes"]} == {"unclear"}  # of the days before nothing is on record
    assert {one["name"] for one in found["worst_sites"]} <= {"north", "south"}
    assert found["worst_vehicles"]
    rated = [one for one in (*found["worst_vehicles"], *found["worst_drivers"]) if one["rate"]]
    for one in rated:
        assert one["rate"]["low"] <= one["rate"]["value"] <= one["rate"]["high"]
    assert all(one["urgent"] for one in found["worst_vehicles"] if not one["events"])
    low = [one["rate"]["low"] for one in found["worst_vehicles"] if one["events"]]
    assert low == sorted(low, reverse=True)


def test_a_site_is_all_a_yard_reads_of(house):
    found = house.client("yard").get(f"{API}/fleets/a/report", params=DAYS).json()
    assert (found["sites"], found["vehicles"]) == (["south"], 1)
    assert "V0" not in json.dumps(found)
    assert "V0" not in page(house.client("yard")).text
    for login, fleet in (("yard", "b"), ("other", "a"), ("manager", "nowhere")):
        assert house.client(login).get(f"{API}/fleets/{fleet}/report").json()["code"] == "no_fleet"


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_on_paper_it_has_head_foot_and_numbers_and_needs_no_script(house, language):
    answer = page(house.client("viewer"), language=language)
    text, t = answer.text, words.texts(language)
    assert f'<html lang="{language}">' in text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in text
    assert "size: A4" in text
    assert "counter(page)" in text
    for key in ("changes", "sites", "worst", "drivers", "blind", "overdue", "done", "reading"):
        assert f"<h2>{t(f'fleet_report.{key}')}</h2>" in text
    assert re.search(rf"<dt>{t('fleet_report.fact.made')}</dt><dd>[^<]*viewer[^<]*Europe/Berlin</dd>", text)


def test_it_is_held_against_the_last_report_that_was_made_else_against_as_many_days_before(house):
    def report(login, **days):
        return house.client(login).get(f"{API}/fleets/a/report", params=days).json()

    october, later = {"from": "2023-05-08", "to": "2023-05-15"}, {"from": "2023-05-16", "to": "2023-05-23"}
    asked = report("manager", **later)
    assert (asked["before_first"], asked["before_end"], asked["before_at"]) == ("2023-05-09", "2023-05-16", None)
    page(house.client("viewer"), **later)
    page(house.client("manager"), **october)  # looked at, on the screen or to print, it is not given out
    assert report("manager", **later)["before_at"] is None
    assert house.client("viewer").post(f"{API}/fleets/a/report", json=october).status_code == 403
    given = house.client("manager").post(f"{API}/fleets/a/report", json=october).json()
    assert (given["first"], given["end"]) == ("2023-05-08", "2023-05-15")
    for _ in range(2):
        found = report("viewer", **later)
        assert (found["before_first"], found["before_end"]) == ("2023-05-08", "2023-05-15")
        assert (found["before_by"], found["before_at"] > "2024") == ("manager", True)
    assert report("yard", **later)["before_by"] is None  # that was of the whole fleet
    assert report("manager", **october)["before_by"] is None  # the same days are not before themselves
    text = page(house.client("manager"), **later).text
    assert "2023-05-08 to 2023-05-14 (days of UTC): the last report made before, by manager" in text


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_scores_say_that_they_are_illustrative_on_paper_and_are_none_where_the_screen_has_none(house, language):
    client, t = house.client("manager"), words.texts(language)
    heading = t("fleet_report.col.score", status=t("filed.illustrative"))
    assert f">{heading}</th>" in page(client, language=language).text
    found = client.get(f"{API}/fleets/a/report", params=DAYS).json()
    assert found["status"] == "illustrative"
    listed = {one["driver_id"]: one for one in client.get(f"{API}/drivers").json()["items"]}
    unsure = [one for one in found["worst_drivers"] if listed[one["name"]]["provisional"]]
    assert unsure
    assert [one["score"] for one in unsure] == [None] * len(unsure)


@pytest.mark.parametrize("query", [{"from": "x"}, {"from": "2024-10-15"}, {"from": "2020-01-01"}, {"to": "0001-01-01"}])
def test_days_that_are_none_are_refused(house, query):
    answer = house.client("manager").get(f"{API}/fleets/a/report", params=DAYS | query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert page(house.client("manager")).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_all_of_it_is_in_its_tables(language):
    unheard = [Blind(f"V{k}", False, 24.0, 0.0, None) for k in range(150)]
    task = {
        "kind": "workshop",
        "subject": "1L",
        "vehicle_id": "V1",
        "assignee": "Bo",
        "finding": "",
        "outcome": "fixed",
    }
    done = task | {"done_at": 1_750_000_000.0}
    late = task | {"due": 1_740_000_000.0, "outcome": ""}
    span, blind = Span(date(2025, 6, 1), date(2025, 6, 29)), (*unheard, Blind("V150", True, 0.0, 5.0, 0.5))
    change = Change("harsh", Seen(0, 0.0), Seen(2, 1.0), None, None, None, UNCLEAR)
    found = Report(
        span, span.before, 151, 1, 5.0, 5.0, 3600.0, (change,), (), (), (), blind, 2, (done,), (late,), "filed"
    )
    made = Made("f", (), "Ann", 1_750_000_000.0, 1_750_000_000.0, "Asia/Shanghai")
    tables = paper(found, made, language).frames()
    assert tables["blind"]["seen"].to_list()[-2:] == [None, 0.5]
    assert str(tables["done"]["done_at"][0]) == "2025-06-15 23:06:40"  # in the fleet's own time
    assert (tables["overdue"].height, tables["overdue"]["assignee"][0]) == (1, "Bo")


def test_without_days_it_is_of_the_last_weeks_with_today_so_far(house):
    client = house.client("manager")
    found = client.get(f"{API}/fleets/a/report").json()
    today = datetime.fromtimestamp(figures(house.world).now, UTC).date()
    assert date.fromisoformat(found["end"]) == today + timedelta(days=1)
    assert date.fromisoformat(found["first"]) == today - timedelta(days=27)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_where_nothing_was_heard_it_does_not_say_that_nothing_happened(house, language):
    days = {"from": "2023-01-01", "to": "2023-01-15", "language": language}
    text, t = house.client("manager").get(f"{API}/fleets/a/report.html", params=days).text, words.texts(language)
    assert text.count(t("fleet_report.none_seen")) == 3
    assert t("fleet_report.none_harsh") not in text
    assert text.count(f">{t('fleet_report.word.unknown')}<") == 3
    assert t("fleet_report.word.unclear") not in text.partition("<table")[2].partition("</table>")[0]
