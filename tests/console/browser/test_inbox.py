"""The inbox and an alert in full: what was measured is said where one decides."""

import re

import pytest

pytestmark = pytest.mark.stack
ALL = {"state": "open,acked,resolved,dismissed", "limit": 1000}


def listed(house, **query):
    return house.client("manager").get("/api/v1/alerts", params={"limit": 1000, **query}).json()["items"]


def of_kind(house, kind):
    return next(one for one in listed(house, **ALL) if one["kind"] == kind)


def test_what_a_tyre_lost_is_drawn_with_its_threshold_and_where_that_began(tab, house):
    alert = of_kind(house, "tyre_rapid_loss")
    found = house.client("manager").get(f"/api/v1/alerts/{alert['alert_id']}").json()
    one = tab("manager")
    one.go(f"/alerts/{alert['alert_id']}")
    figure = one.page.locator("figure.trace").first
    figure.locator("canvas").wait_for()
    said = figure.locator("figcaption").inner_text()
    wheel = found["wheel"]
    for kpa in (min(wheel["cold_kpa"]), wheel["threshold_kpa"], wheel["placard_kpa"]):
        assert re.search(rf"\b{kpa:.0f}\b", said), said
    assert figure.get_by_role("img").get_attribute("aria-label").startswith("Tyre 1L")
    figure.get_by_role("button").click()
    assert figure.locator("tbody tr").count() == len(wheel["t"])
    where = one.page.locator(".facts", has_text="Where").inner_text()
    assert f"{found['place']['lat']:.5f}" in where
    assert f"{found['event']['place']['lat']:.5f}" not in where
