"""Whoever sees more than one fleet or site may look at one of them, on every screen; and at what is theirs to do."""

import pytest

pytestmark = pytest.mark.stack

SCREENS = {"/alerts": "[data-alert] .who", "/trips": "tbody tr td:nth-child(2)", "/devices": "tbody tr th"}


def shown(one, selector):
    one.page.locator(selector).first.wait_for()
    return {text.partition(" · ")[0] for text in one.page.locator(selector).all_inner_texts()}


@pytest.mark.parametrize("route", SCREENS)
def test_one_site_is_looked_at_alone(tab, route):
    one = tab("manager")
    one.go(route)
    assert one.page.get_by_label("Fleet").count() == 0  # there is but one
    one.page.get_by_label("Site").select_option("south")
    one.page.locator(SCREENS[route], has_text="V0").first.wait_for(state="detached")
    assert shown(one, SCREENS[route]) == {"V1"}
    assert "site=south" in one.page.url


def test_the_map_its_numbers_and_its_alerts_are_of_the_place(tab):
    one = tab("admin")
    one.go("/?view=table&fleet=a&site=north")
    one.page.get_by_label("Site").wait_for()
    assert shown(one, "tbody tr th") == {"a/V0"}  # V0 alone might be b's
    assert one.page.locator(".tiles .all").inner_text() == "1 vehicles"
    assert shown(one, ".inbox.small .who") == {"a/V0"}
    one.page.get_by_label("Fleet").select_option("b")
    one.page.locator(".tiles .all", has_text="2").wait_for()
    assert one.page.get_by_label("Site").count() == 0


def test_drivers_of_a_site_are_those_who_have_driven_there(house):
    def names(**query):
        found = house.client("admin").get("/api/v1/drivers", params=query).json()["items"]
        return {row["id"] for row in found}

    assert names(fleet="b") == {"b/D1", "b/D2"}
    assert names(site="nowhere") == set()
    assert names(site="south") <= names(fleet="a") == {"a/D1", "a/D2"}


def test_what_is_given_to_me_is_found_by_one_button(tab):
    one = tab("manager")
    one.go("/alerts")
    one.page.locator("[data-alert]").first.focus()
    one.page.keyboard.press("g")
    one.page.locator("dialog input").fill("manager")
    one.page.locator("dialog button.main").click()
    one.page.get_by_role("button", name="Given to me").click()
    one.page.locator("[data-alert]").nth(1).wait_for(state="detached")
    assert one.page.locator("[data-alert] .state").all_inner_texts() == ["Open · manager"]


def test_a_row_that_is_not_theirs_to_change_has_no_button_that_fails(tab):
    one = tab("manager")
    one.go("/registry?kind=vehicles")
    one.page.locator("tbody tr").first.wait_for()
    assert (
        one.page.get_by_role("button", name="Change").count() == one.page.get_by_role("button", name="Add").count() == 0
    )
    one.go("/registry?kind=drivers")
    one.page.get_by_role("button", name="Change").first.wait_for()


def test_who_manages_a_site_is_led_to_no_screen_of_whole_fleets(tab):
    one = tab("yard")
    one.go("/")
    ways = one.page.locator(".ways a")
    ways.first.wait_for()
    assert not {"Assignments", "Registry", "Settings"} & set(ways.all_inner_texts())
    assert "Tasks" in ways.all_inner_texts()


def test_while_a_map_has_no_land_nobody_stands_in_the_sea(tab):
    one = tab("admin")
    one.go("/")
    first = "return (await (await at('map/basemap.js')).style(given, 'en')).layers[0].paint['background-color'];"
    land = "return getComputedStyle(document.querySelector('.map')).backgroundColor;"
    assert one.run(first, "light") == "#f4f2ec" and one.run(land) == "rgb(244, 242, 236)"
    assert one.run(
        """const { LAND } = await at('map/palette.js');
        const sea = () => window.tripmeterMap?.getPaintProperty('sea', 'background-color');
        for (let k = 0; k < 1000 && sea() !== LAND.light.sea; k++) await new Promise(requestAnimationFrame);
        return sea() === LAND.light.sea;"""
    )


def test_an_insurer_reads_the_fleet_before_each_name(tab, house):
    one = tab("actuary")
    for route in ("/premiums", "/drivers"):
        one.go(route)
        named = one.page.locator("tbody tr").first.locator("th, td").first
        named.locator("a").wait_for()
        assert "a/" in named.inner_text()
