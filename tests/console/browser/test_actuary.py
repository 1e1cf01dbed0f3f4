"""What an actuary and an underwriter do: look at a factor, at lift, at a fleet, at two tariffs; take a file, verify."""

import json

import pytest

pytestmark = pytest.mark.stack


def drawn(one, least=1):
    """Wait until so many charts are drawn; what they say to who does not see them."""
    charts = one.page.locator("[data-drawn] svg")
    charts.nth(least - 1).wait_for()
    labels = [chart.get_attribute("aria-label") for chart in one.page.locator("[data-drawn]").all()]
    assert all(labels)
    return labels


def test_from_a_factor_to_a_file_that_is_on_record(tab, house):
    one = tab("actuary")
    asked = []
    one.page.on("request", lambda request: asked.append(request.url))
    one.go("/portfolio")
    one.page.locator("table").first.wait_for()
    assert not [url for url in asked if "echarts" in url]  # fetched with the first chart
    one.go("/factors/use?cover=own_damage")
    assert "levels with exposure and relativity" in drawn(one)[0]
    level = one.page.locator("tbody tr").filter(has_text="own use").first
    assert level.locator("td").nth(5).inner_text() == "1"  # the claim, in the table beside the chart
    one.go("/lift")
    assert len(drawn(one, 5)) >= 5
    assert one.page.locator(".filed").first.inner_text() == "illustrative"
    one.page.get_by_role("heading", name="Double lift", exact=False).wait_for()
    one.go("/tariffs")
    (force,) = [row for row in json.loads(told(one, "pricing/tariffs")) if row["in_force"]]
    one.page.get_by_label("Tariff after").select_option(force["name"])
    one.page.get_by_text("Both say the same.").wait_for()
    one.go("/fleets")
    one.page.get_by_role("link", name="Fleet A").click()
    with one.page.expect_download() as saved:
        one.page.get_by_role("link", name="CSV: vehicles").click()
    assert saved.value.path().read_text("utf-8-sig").count("Own damage") == 2
    one.go("/runs")
    one.page.locator("tbody tr").filter(has_text="pricing/fleets/a/vehicles.csv").first.wait_for()
    one.go("/ledger")
    one.page.get_by_label("Make every entry again").check()
    one.page.get_by_role("button", name="Verify").click()
    one.page.get_by_text("No byte was altered").wait_for()


def test_a_fleet_is_led_to_none_of_it(tab):
    one = tab("manager")
    one.expected = ("403",)
    for route in ("/lift", "/fleets", "/tariffs", "/runs"):
        one.go(route)
        one.page.locator("h1", has_text="Not here").wait_for()


def told(one, path):
    """What the API answers whoever is signed in there."""
    return one.page.context.request.get(f"{one.url}/api/v1/{path}").text()
