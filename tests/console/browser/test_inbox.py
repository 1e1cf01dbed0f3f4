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


def shown(one):
    """Alerts in the order they stand in, as soon as they do."""
    one.page.locator("[data-alert] .value").first.wait_for()
    return one.page.locator("[data-alert]").evaluate_all("(rows) => rows.map((row) => row.dataset.alert)")


def test_a_row_says_what_was_measured_against_what_and_how_often_in_how_long(tab, house):
    one = tab("manager")
    one.go("/alerts")
    shown(one)
    found = {alert["kind"]: alert for alert in listed(house)}
    rows = {kind: one.page.locator(f'[data-alert="{alert["alert_id"]}"]') for kind, alert in found.items()}
    low, fast = found["tyre_low"], found["speeding"]
    assert f"{low['peak']:.1f}\xa0% (threshold {low['threshold']:.1f})" in rows["tyre_low"].text_content()
    over = f"{fast['peak']:.1f}\xa0km/h over the limit (counts from {fast['threshold']:.0f}\xa0km/h)"
    assert over in rows["speeding"].text_content()
    often = next(alert for alert in listed(house) if alert["count"] > 1)
    said = one.page.locator(f'[data-alert="{often["alert_id"]}"] .value').inner_text()
    assert re.match(rf"×{often['count']} in \d+ \w+", said), said
    one.go(f"/alerts/{fast['alert_id']}")
    facts = one.page.locator(".facts").inner_text()
    assert "over the limit" in facts
    assert "Counts from a speed of" in facts


def test_the_inbox_is_sorted_and_grouped_as_its_address_says(tab, house):
    one = tab("manager")
    one.go("/alerts")
    worst = shown(one)
    kept = {alert["alert_id"]: alert for alert in listed(house)}
    one.page.get_by_label("Sorted by").select_option("Newest first")
    one.page.wait_for_url("**sort=newest**")
    one.page.wait_for_function(
        "(worst) => document.querySelector('[data-alert]').dataset.alert !== worst", arg=worst[0]
    )
    assert [kept[name]["first_seen"] for name in shown(one)] == sorted(
        (kept[name]["first_seen"] for name in worst), reverse=True
    )
    one.page.get_by_label("Sorted by").select_option("Expected loss")
    one.page.wait_for_url("**sort=loss**")
    one.page.get_by_label("Grouped by").select_option("Vehicle")
    one.page.locator("[data-group]").first.wait_for()
    one.page.reload()
    vehicles = [kept[name]["vehicle"] for name in shown(one)]
    firsts = [name for k, name in enumerate(vehicles) if name not in vehicles[:k]]
    assert vehicles == sorted(vehicles, key=firsts.index)
    heads = one.page.locator("[data-group]").evaluate_all("(rows) => rows.map((row) => row.dataset.group)")
    counts = [(name, vehicles.count(name)) for name in firsts]
    assert heads == [f"{name} · {n} {'alert' if n == 1 else 'alerts'}" for name, n in counts]
    for name in firsts:
        losses = [kept[one]["expected_loss"] for one in shown(one) if kept[one]["vehicle"] == name]
        assert losses == sorted(losses, reverse=True)


def test_groups_of_a_driver_have_one_day_each_and_are_walked_with_the_arrow_keys(tab, house):
    one = tab("manager")
    one.go("/alerts?group=day")
    names = shown(one)
    kept = {alert["alert_id"]: alert for alert in listed(house)}
    heads = one.page.locator("[data-group]").count()
    assert heads == len({(kept[name]["driver_id"], kept[name]["first_seen"][:10]) for name in names})
    one.page.locator("[data-alert]").first.focus()
    for name in names[1:4]:
        one.page.keyboard.press("ArrowDown")
        one.await_focus(name)


def test_where_nothing_is_open_it_says_when_the_last_alert_was(tab):
    one = tab("manager")
    one.go("/alerts?kind=none")
    one.page.get_by_text(re.compile(r"^Nothing open\. Last alert \d+ .* ago\.$")).wait_for()
