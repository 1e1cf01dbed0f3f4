"""Tables that the service sorts: each head does, and what is shown is in the order that is said."""

from urllib.parse import quote

import pytest

from .conftest import CALM

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("posted")]

SCREENS = (
    "/premiums",
    "/fleets",
    "/fleets/a",
    "/claims",
    "/days",
    "/ledger",
    "/disputes",
    "/runs",
    "/tariffs?new={tariff}",
)


@pytest.mark.parametrize("route", SCREENS)
def test_each_head_sorts(tab, house, route):
    client = house.client("underwriter")
    client.get("/api/v1/pricing/levels.csv")  # so that there is a run
    force = client.get("/api/v1/pricing/tariffs").json()[0]["name"]
    one = tab("underwriter")
    one.go(route.format(tariff=quote(force)))
    one.page.locator("main table").first.wait_for()
    one.run(CALM)
    heads = one.page.locator("main th button.sort")
    assert heads.count() >= (3 if "claims" not in route else 0)
    for k in range(heads.count()):
        for way in ("ascending", "descending"):
            heads.nth(k).click()
            one.page.locator(f'main th[aria-sort="{way}"]').first.wait_for()
            one.run(CALM)
            assert one.page.locator('main [role="alert"]').all_inner_texts() == [], heads.nth(k).inner_text()


def test_no_more_than_a_page_is_asked_for_and_it_is_in_the_order_shown(tab):
    one = tab("underwriter")
    asked = []
    one.page.on("request", lambda request: "/pricing/premiums" in request.url and asked.append(request.url))
    one.go("/premiums?sort=-vehicle")
    rows = one.page.locator("main tbody tr th")
    rows.first.get_by_text("a/V1").wait_for()
    assert rows.all_inner_texts() == ["a/V1", "a/V0"]
    one.page.get_by_role("button", name="Vehicle").click()
    rows.first.get_by_text("a/V0").wait_for()
    assert all("limit=100&" in f"{url}&" for url in asked)
    saved = one.page.get_by_role("link", name="CSV: premiums").get_attribute("href")
    assert "sort=vehicle" in saved


def test_two_runs_are_chosen_and_held_against_each_other(tab, house):
    client = house.client("underwriter")
    for cover in ("own_damage", "cargo"):
        client.get("/api/v1/pricing/levels.csv", params={"cover": cover})
    one = tab("underwriter")
    one.go("/runs")
    rows = one.page.locator("main tbody tr").filter(has_text="levels.csv")
    rows.nth(0).get_by_role("button", name="Compare").click()
    one.page.get_by_text("is chosen").wait_for()
    rows.nth(1).get_by_role("button", name="Compare").click()
    card = one.page.get_by_role("region", name="Compare")
    card.get_by_text("Something else was asked for").wait_for()
    cover = card.locator("tr").filter(has_text="Cover")
    assert cover.locator("td").all_inner_texts() == ["own_damage", "cargo"]
    one.page.reload()  # it is all in the address
    card.get_by_text("What came out is not the same.").wait_for()
    card.get_by_role("button", name="Leave the comparison").click()
    card.wait_for(state="detached")
