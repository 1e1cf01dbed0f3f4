"""One browser, some tabs, and a session that ends: nothing typed is lost, nobody sees what is another's."""

import pytest

from ..conftest import WORD

pytestmark = pytest.mark.stack


def sign_in(page, login):
    page.locator("input[name=name]").fill(login)
    page.locator("input[name=password]").fill(WORD)
    page.locator(".sign-in button.main").click()


def end_all(house, login):
    """What an administrator does who lets somebody in no longer."""
    admin = house.client("admin")
    for one in admin.get("/api/v1/sessions", params={"login": login}).json()["items"]:
        assert admin.delete(f"/api/v1/sessions/{one['id']}").status_code == 204


def test_a_half_filled_form_outlives_its_session(tab, house):
    one = tab("viewer")
    one.expected = ("401", "ERR_")
    one.go("/account")
    one.page.get_by_role("button", name="password").first.click()
    one.page.locator("dialog input[name=old]").fill(WORD)
    one.page.locator("dialog input[name=new]").fill("half a ")
    end_all(house, "viewer")
    cover = one.page.locator("dialog.cover")
    one.page.locator("dialog:not(.cover) button.main").click()
    cover.wait_for()
    one.page.keyboard.press("Escape")
    one.page.keyboard.press("Escape")
    assert cover.evaluate("(one) => one.matches(':modal') && one.contains(document.elementFromPoint(600, 300))")
    sign_in(one.page, "viewer")
    cover.wait_for(state="detached")
    assert one.page.locator("dialog input[name=new]").input_value() == "half a "
    one.page.locator(".line.live").wait_for()


@pytest.fixture
def two(tab):
    """A manager's two tabs; both hear what happens."""
    first = tab("manager")
    second = tab("manager", beside=first)
    for one in (first, second):
        one.expected = ("401", "ERR_")
        one.go("/alerts")
        one.page.locator(".line.live").wait_for()
    return first, second


def test_who_signs_out_in_one_tab_is_signed_out_in_all(two):
    first, second = two
    first.page.get_by_role("button", name="Sign out").click()
    second.page.locator("main.sign-in").wait_for()
    assert second.page.locator("[data-alert]").count() == 0


def test_another_who_signs_in_in_one_tab_is_who_all_tabs_are_of(two, house):
    first, second = two
    end_all(house, "manager")
    first.page.reload()
    second.page.locator("dialog.cover").wait_for()
    sign_in(first.page, "other")
    for one in (second, first):
        one.page.locator("header.bar", has_text="other").wait_for()
        assert one.page.locator("dialog.cover").count() == 0


def test_one_sign_in_is_enough_for_all_tabs_of_a_person(two, house):
    end_all(house, "manager")
    for one in two:
        one.page.locator("dialog.cover").wait_for()
    sign_in(two[0].page, "manager")
    for one in two:
        one.page.locator("dialog.cover").wait_for(state="detached")
        one.page.locator(".line.live").wait_for()


def test_the_hour_of_a_lost_line_is_the_services_whatever_the_browsers_clock_says(tab, served):
    one = tab("manager")
    one.expected = ("ERR_",)
    one.page.add_init_script("const now = Date.now; Date.now = () => now() + 3_600_000 * 7;")
    one.go("/?view=table")
    one.page.locator(".line.live").wait_for()
    ahead = one.run("const { ahead } = await at('lib/clock.js'); return ahead.value;")
    served.stop()
    told = one.page.locator(".notice.lost")
    told.wait_for(timeout=25_000)
    said = one.run(
        "const [{ line }, { clock }] = [await at('lib/stream.js'), await at('lib/format.js')];"
        "return clock((line.value.heard + given) / 1000, true);",
        ahead,
    )
    served.start()
    assert said in told.inner_text()
    one.page.locator(".line.live").wait_for(timeout=40_000)
