"""Narrow screens, high contrast, paper: what is shown stays whole and readable."""

import pytest

from .conftest import picture

pytestmark = pytest.mark.stack

PHONE = {"viewport": {"width": 375, "height": 800}}
# of each cell of a card: how far its parts lie from one another, and whether it says its heading and nothing else
CELLS = """() => [...document.querySelectorAll('tbody :is(th, td)')].filter((one) => one.checkVisibility())
.map((cell) => {
  const boxes = [...cell.children].map((one) => one.getBoundingClientRect()).filter((box) => box.width);
  const gaps = boxes.slice(1).map((box, k) => (box.top < boxes[k].bottom ? box.left - boxes[k].right : 0));
  return { text: cell.textContent.trim(), gap: Math.max(0, ...gaps), label: cell.dataset.label };
})"""
LIGHT = """(selector) => getComputedStyle(document.querySelector(selector)).color.match(/[\\d.]+/g)
  .slice(0, 3).reduce((sum, one) => sum + Number(one), 0) / 765"""


# what of a row of alerts lies outside of the list, which cuts it off
CUT = """() => {
  const { right } = document.querySelector('.inbox').getBoundingClientRect();
  const shown = [...document.querySelectorAll('.alert-row:not(.heads) [role=gridcell]')];
  return shown.filter((cell) => cell.scrollWidth > cell.clientWidth + 1 && cell.clientWidth
    || cell.getBoundingClientRect().right > right).map((cell) => cell.className);
}"""


@pytest.mark.parametrize("width", [320, 768, 900, 1001, 1280])
def test_no_part_of_an_alert_is_cut_off(tab, width):
    one = tab("manager", viewport={"width": width, "height": 800})
    one.go("/alerts")
    one.page.locator("[data-alert]").first.wait_for()
    assert one.page.evaluate(CUT) == []


@pytest.mark.parametrize("route", ["/drivers", "/users", "/ledger", "/tariffs"])
def test_a_card_has_what_belongs_together_side_by_side_and_no_heading_of_nothing(tab, route, posted):
    one = tab("admin", **PHONE)
    one.go(route)
    one.page.locator("tbody tr").first.wait_for()
    cells = one.page.evaluate(CELLS)
    assert [cell for cell in cells if cell["gap"] > 40] == []
    assert [cell for cell in cells if not cell["text"]] == []


def test_the_name_of_a_threshold_stands_above_its_fields_on_a_phone(tab):
    one = tab("manager", **PHONE)
    one.go("/settings")
    head = one.page.locator(".limits tbody th").first
    head.wait_for()
    box, code = head.bounding_box(), head.locator("code").bounding_box()
    assert code["height"] < 30  # in one line, not letter by letter
    assert box["width"] > 200


def test_what_is_pressed_or_chosen_shows_where_colours_are_the_readers_own(tab):
    one = tab("manager", forced_colors="active")
    one.go("/?view=table")
    style = "(element) => getComputedStyle(element).border"
    pressed, other = (one.page.get_by_role("button", name=name, exact=True) for name in ("Table", "Map"))
    assert pressed.evaluate(style) != other.evaluate(style)
    current, way = (one.page.get_by_role("link", name=name, exact=True) for name in ("Live map", "Tasks"))
    assert current.evaluate(style) != way.evaluate(style)


def test_paper_is_white_in_the_dark_too(tab):
    one = tab("manager", color_scheme="dark")
    one.go("/tasks")
    assert one.page.evaluate(LIGHT, "h1") > 0.8
    one.page.emulate_media(media="print", color_scheme="dark")
    assert one.page.evaluate(LIGHT, "h1") < 0.3


def test_a_number_next_to_nothing_has_no_sign(tab):
    one = tab("manager")
    one.go("/tasks")
    asked = "const { number } = await at('lib/format.js'); return [number(-0.04, 1), number(-7.6, 1), number(0.04, 1)];"
    assert one.run(asked) == ["0.0", "−7.6", "0.0"]


def test_names_are_in_the_order_of_the_readers_language(tab):
    one = tab("manager", locale="zh-CN")
    one.go("/tasks")
    asked = "const { inOrder } = await at('lib/i18n.js'); return inOrder(given);"
    assert one.run(asked, ["重庆10", "上海", "北京", "重庆9", "安庆"]) == ["安庆", "北京", "重庆9", "重庆10", "上海"]


def test_saving_a_setting_leaves_the_reader_where_they_were(tab):
    one = tab("manager")
    one.go("/settings")
    quiet = one.page.locator("section.card", has=one.page.get_by_role("heading", name="Quiet hours", exact=True))
    quiet.get_by_label("Quiet from").fill("21:45")
    quiet.get_by_role("button", name="Save").press("Enter")
    quiet.get_by_text("The fleet's own.").wait_for()
    assert quiet.locator(":focus").count() == 1
    again = quiet.get_by_role("button", name="As the service has it")
    again.press("Enter")
    again.wait_for(state="detached")
    assert quiet.locator(":focus").count() == 1


def test_a_dialog_gives_the_focus_back_to_what_opened_it(tab):
    one = tab("admin")
    one.go("/users")
    button = one.page.get_by_role("button", name="Make a token")
    for leave in ("Escape", "Cancel"):
        button.press("Enter")
        dialog = one.page.locator("dialog")
        dialog.wait_for()
        one.page.keyboard.press(leave) if leave == "Escape" else dialog.get_by_role("button", name=leave).press("Enter")
        dialog.wait_for(state="detached")
        assert one.page.locator(":focus").inner_text() == "Make a token", leave


def test_when_a_row_is_removed_the_next_one_has_the_focus(tab):
    one = tab("admin")
    for name in ("first", "second"):
        headers = {"X-CSRF-Token": one.page.context.request.get(f"{one.url}/api/v1/session").json()["csrf"]}
        one.page.context.request.post(
            f"{one.url}/api/v1/tokens", data={"name": name, "grants": "viewer"}, headers=headers
        )
    one.go("/users")
    rows = one.page.locator("tr", has=one.page.get_by_role("button", name="End"))
    rows.nth(1).wait_for()
    before = rows.count()
    rows.first.get_by_role("button", name="End").press("Enter")
    one.page.locator("dialog").get_by_role("button", name="End").press("Enter")
    rows.nth(before - 1).wait_for(state="detached")
    assert one.page.locator("tr :focus").inner_text() == "End"


def finished(route):
    """A trial as the server tells it once it is no longer running."""
    answer = route.fetch()
    while (answer.json() or {}).get("state") == "running":
        answer = route.fetch()
    route.fulfill(response=answer)


@pytest.mark.parametrize("seen", ["running", "finished"])
def test_a_trial_of_thresholds_is_told_once_to_those_who_listen(tab, seen):
    one = tab("manager")
    if seen == "finished":  # before the screen has asked how it goes
        one.page.route(
            "**/preview", lambda route: finished(route) if route.request.method == "GET" else route.fallback()
        )
    one.go("/settings?kind=harsh_braking")
    one.page.get_by_role("button", name="What would last week have been?").click()
    one.page.get_by_text("looked at.").wait_for()
    assert one.page.locator("[role=status], [aria-live]").filter(has=one.page.locator(".preview")).count() == 0
    assert one.page.locator(".preview[role=status]").count() == 0
    one.page.locator("#say-polite", has_text="Last week:").wait_for(state="attached")


ONE_LINE = """() => [...document.querySelectorAll('.tile')].map((one) => {
  const words = document.createRange();
  words.selectNodeContents(one.lastElementChild);
  return [one.offsetTop, words.getClientRects().length];
})"""


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_what_counts_vehicles_above_the_map_stands_in_one_line(tab, language):
    one = tab("admin", locale=language, viewport={"width": 1280, "height": 800})
    one.go("/?view=table")
    one.page.locator(".tiles select").nth(1).wait_for()
    one.page.add_style_tag(content=".tile b { min-width: 4ch; }")  # as of thousands
    found = one.page.evaluate(ONE_LINE)
    picture(one.page, f"tiles {language}")
    assert len(found) == 5
    assert {tuple(each) for each in found} == {(found[0][0], 1)}
