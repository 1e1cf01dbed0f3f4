"""The report of a fleet: for whom, of what, in which language; harmless on a screen and whole on paper."""

import json
import re

import pytest

from console import words

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
    for one in (*found["worst_vehicles"], *found["worst_drivers"]):
        assert one["rate"]["low"] <= one["rate"]["value"] <= one["rate"]["high"]
    low = [one["rate"]["low"] for one in found["worst_vehicles"]]
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


@pytest.mark.parametrize("query", [{"from": "x"}, {"from": "2024-10-15"}, {"from": "2020-01-01"}, {"to": "0001-01-01"}])
def test_days_that_are_none_are_refused(house, query):
    answer = house.client("manager").get(f"{API}/fleets/a/report", params=DAYS | query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert page(house.client("manager")).headers["cache-control"] == "no-store"
