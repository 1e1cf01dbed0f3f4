"""What an actuary and an underwriter do: look at a factor, at lift, at a fleet, at two tariffs; take a file, verify."""

import json
from decimal import Decimal

import pytest

from pricing.compared import moves
from pricing.ladder import Ladder, Step, climb

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


def test_the_portfolio_shows_its_experience_of_any_months(tab):
    one = tab("actuary")
    said = json.loads(told(one, "pricing/experience"))
    one.go("/portfolio")
    table = one.page.get_by_role("region", name="Claims experience")
    row = table.locator("tbody tr").first
    row.wait_for()
    assert row.locator("th,td").first.inner_text() == "Own damage"
    (part,) = said["parts"]
    assert f"{part['ratio']:.2f} {part['low']:.2f} – {part['high']:.2f}" in row.inner_text().replace("\n", " ")
    one.page.locator(".filters label", has_text="By").locator("select").select_option("month")
    table.locator("tbody tr", has_text=said["first"]).wait_for()
    one.page.locator(".filters label", has_text="From").locator("select").select_option(said["last"])
    if said["first"] != said["last"]:
        table.locator("tbody tr", has_text=said["first"]).wait_for(state="detached")
    assert f"since={said['last']}" in one.page.url


def test_a_premium_says_what_would_change_it_and_why_it_is_another_than_before(tab, house):
    one, vehicle = tab("actuary"), house.names["vehicle"]
    (now,) = json.loads(told(one, f"pricing/vehicles/{vehicle}/premium"))
    before = renewed(now)
    moved = moves([exact(step) for step in before["factors"]], [exact(step) for step in now["factors"]])
    difference = Decimal(now["amount"]) - Decimal(before["amount"])
    answer = {"before": before, "after": now, "difference": str(difference), "others": "0", "sums": True}
    answer["moves"] = [
        {
            "part": move.part,
            "name": move.name,
            "before": plain(move.before),
            "after": plain(move.after),
            "money": str(move.money),
        }
        for move in moved
    ]
    one.page.route("**/premium?*", lambda route: route.fulfill(json=[before, now]))
    one.page.route("**/premium", lambda route: route.fulfill(json=[before, now]))
    one.page.route("**/since?*", lambda route: route.fulfill(json=answer))
    one.go(f"/premiums/{vehicle}")
    parts = one.page.get_by_role("region", name="Why it is another than before").locator("tbody tr")
    parts.first.wait_for()
    assert parts.count() == len(moved) > 1
    assert {move.name for move in moved} >= {"use"}
    one.page.get_by_text("It agrees to the cent.").nth(1).wait_for()
    then = one.page.get_by_role("region", name="What would change it").locator("tbody tr")
    assert then.count() == len(now["otherwise"]) > 0
    assert f"{float(now['otherwise'][0]['amount']):,.2f}" in then.first.inner_text()
    answer["moves"][0]["money"] = "0.00"  # and what does not sum is not said to
    one.page.reload()
    one.page.get_by_text("The parts do not sum to").wait_for()


def renewed(now):
    """The term before: another factor for its use, everything else the same."""
    ladder = Ladder()
    for step in map(exact, now["factors"]):
        effect = step.effect * Decimal("1.2") if step.name == "use" else step.effect
        ladder.add(step.part, step.name, step.op, effect, step.covariate, step.value, step.unit, step.credibility)
    steps, amount = [plain(step) for step in ladder.steps], str(climb(ladder.steps))
    return now | {"premium_id": "before", "valid_from": "2023-10-01", "factors": steps, "amount": amount}


def exact(step):
    return Step(**{**step, "effect": Decimal(step["effect"]), "amount": Decimal(step["amount"])})


def plain(step):
    return step and step._asdict() | {"effect": str(step.effect), "amount": str(step.amount)}
