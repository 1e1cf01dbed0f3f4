"""From a figure to what is behind it, and from the first rows of a long list to all: by mouse, keys and thumb."""

import csv
import io
import json
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

pytestmark = pytest.mark.stack

MANY = 2_345
LINES = """const { money } = await at('lib/format.js');
const box = document.createElement('p');
box.style.width = '1px';
box.textContent = money(-311.56, 'EUR');
document.body.append(box);
const range = document.createRange();
range.setStart(box.firstChild, 0);
range.setEnd(box.firstChild, 'EUR 3'.length);
return range.getClientRects().length;"""
ATTRIBUTED = """() => {
  const { left, top, width, height } = document.querySelector('.maplibregl-ctrl-attrib').getBoundingClientRect();
  return Boolean(document.elementFromPoint(left + width / 2, top + height / 2)?.closest('.maplibregl-ctrl-attrib'));
}"""
HEAPS = """const { heaps } = await at('map/marks.js');
const { Positions } = await at('lib/rows.js');
const fleet = new Positions(given.lon.length);
fleet.lon.set(given.lon);
fleet.lat.set(given.lat);
const wanted = (i) => i !== given.hidden;
return [...[4, 22].map((zoom) => heaps(fleet, wanted, zoom).map(({ n }) => n)), fleet.near(9, 48, 0.001, wanted)];"""
TRAIL = """const map = await new Promise((done) => {
  const look = () => {
    const map = globalThis.tripmeterMap;
    map?.getLayer('trail-line') ? done(map) : requestAnimationFrame(look);
  };
  look();
});
const { trail } = await at('map/trail.js');
while (!trail.value) await new Promise(requestAnimationFrame);
while (!map.queryRenderedFeatures({ layers: ['trail-line'] }).length) await new Promise(requestAnimationFrame);
return trail.value.t.length;"""


def many(route):
    """A list of premiums that is long, as the server would tell it, in the order that it is asked for."""
    said, query = route.fetch().json(), parse_qs(urlsplit(route.request.url).query)
    first, limit = said["items"][0], int(query["limit"][0])
    names = [f"V{k:05d}" for k in range(MANY)]
    rows = [
        first | {"premium_id": f"p-{k}", "vehicle": f"a/{name}", "vehicle_id": name, "amount": f"{k}.50"}
        for k, name in enumerate(names)
    ]
    if query.get("sort") == ["-vehicle"]:
        rows.reverse()
    said |= {"items": rows[:limit], "total": MANY, "cursor": "x" if limit < MANY else None}
    route.fulfill(body=json.dumps(said), content_type="application/json")


def saved(one, of=None):
    """The file of a table, as a spreadsheet reads it."""
    with one.page.expect_download() as file:
        (of or one.page).get_by_role("button", name="Save as CSV").first.click()
    return list(csv.DictReader(io.StringIO(file.value.path().read_text("utf-8-sig"))))


def test_the_first_rows_come_at_once_and_the_others_when_somebody_gets_there(tab):
    one, asked = tab("underwriter"), []
    one.page.route("**/pricing/premiums?*", many)
    one.page.on("request", lambda request: asked.append(request.url) if "/pricing/premiums?" in request.url else None)
    one.go("/premiums")
    rows = one.page.locator("tbody tr")
    rows.nth(99).wait_for()
    assert len(asked) == 1 and "limit=100" in asked[0]
    assert one.page.get_by_text(f"100 of {MANY:,}").count() == 1
    rows.nth(99).scroll_into_view_if_needed()
    one.page.locator("p.more").scroll_into_view_if_needed()
    rows.nth(150).wait_for()
    one.page.get_by_role("button", name="Vehicle").click()
    one.page.get_by_role("button", name="Vehicle").click()  # the other way round: of all of them
    rows.first.filter(has_text=f"V{MANY - 1:05d}").wait_for()
    assert one.page.get_by_text(f"100 of {MANY:,}").count() == 1  # the server sorts: not all are fetched for it
    lines = saved(one)
    assert len(lines) == MANY
    assert sum(Decimal(line["Premium (EUR)"]) for line in lines) == sum(
        Decimal(k) + Decimal("0.5") for k in range(MANY)
    )
    assert all(date.fromisoformat(line["Term"].partition(" ")[0]) for line in lines)


def test_the_menu_says_how_many_alerts_are_open_while_they_are_still_read(tab):
    one, later = tab("manager"), []

    def slowly(route):
        asked = parse_qs(urlsplit(route.request.url).query)
        if "cursor" in asked:
            later.append(route)
        else:
            said = {"total": MANY} if "state" in asked else {"cursor": "more"}
            route.fulfill(body=json.dumps(route.fetch().json() | said), content_type="application/json")

    one.page.route("**/api/v1/alerts?*", slowly)
    one.go("/alerts")
    badge = one.page.locator("nav .count").first
    badge.get_by_text(str(MANY), exact=True).wait_for()
    open_ones = one.page.locator("[data-alert].open").count()
    later[-1].fulfill(body=json.dumps({"items": [], "total": MANY, "cursor": None}), content_type="application/json")
    badge.get_by_text(str(open_ones), exact=True).wait_for()


def test_from_a_sum_of_the_portfolio_to_the_trips_of_a_premium(tab):
    one = tab("admin")
    one.go("/portfolio")
    card = one.page.locator("section.card", has=one.page.get_by_role("heading", name="By cover"))
    amount = card.locator("tbody tr").first.get_by_role("link").nth(1)
    amount.click()
    one.page.get_by_text("2 premiums.").wait_for()
    one.page.locator("tbody").get_by_role("link", name="V1").click()
    one.page.get_by_role("link", name="Trips behind it").click()
    one.page.locator("tbody tr").first.wait_for()
    assert "vehicle=a%2FV1" in one.page.url and "from=" in one.page.url
    one.go("/portfolio")
    card.get_by_role("link", name="%").click()  # the loss ratio
    one.page.get_by_role("heading", level=1, name="Claims").wait_for()
    one.page.locator("tbody tr", has_text="C1").wait_for()
    one.go("/portfolio")
    months = one.page.locator("section.card", has=one.page.get_by_role("heading", name="By month"))
    months.locator("tbody tr").first.get_by_role("link").first.click()
    one.page.get_by_role("heading", level=1, name="Vehicle days").wait_for()
    one.page.locator("tbody tr").first.wait_for()


@pytest.mark.usefixtures("posted")
def test_an_entry_has_a_page_with_what_it_holds_and_leads_to_the_one_before(tab):
    one = tab("actuary")
    one.go("/ledger?policy=X")
    one.page.locator("tbody tr", has_text="other km").get_by_role("link").click()
    one.page.locator("tbody tr", has_text="takes back").get_by_role("link").click()
    one.page.get_by_role("heading", level=1, name="Entry 2 of policy X").wait_for()
    one.page.locator("tbody tr", has_text="2400").wait_for()
    one.page.locator("tbody tr", has_text="the one before").get_by_role("link").click()
    one.page.get_by_role("heading", level=1, name="Entry 1 of policy X").wait_for()


def test_a_driver_is_found_by_a_part_of_the_name(tab):
    one = tab("manager")
    one.go("/today")
    one.page.keyboard.press("/")
    one.page.keyboard.type("ann")
    one.page.get_by_role("option", name="D1").wait_for()
    one.page.keyboard.press("Enter")
    one.page.get_by_role("heading", level=1, name="D1").wait_for()
    one.page.keyboard.press("/")
    one.page.keyboard.type("V")
    one.page.get_by_role("option").nth(1).wait_for()
    one.page.keyboard.press("ArrowDown")
    one.page.keyboard.press("Enter")
    one.page.locator(".drawer", has_text="V1").wait_for()


def test_on_a_phone_the_menu_is_a_button_and_cards_are_sorted_by_a_list(tab):
    one = tab("admin", viewport={"width": 320, "height": 700})
    one.go("/drivers")
    link = one.page.get_by_role("navigation").get_by_role("link", name="Premiums")
    assert not link.is_visible()
    menu = one.page.get_by_role("button", name="Screens")
    menu.click()
    link.click()
    one.page.get_by_role("heading", level=1, name="Premiums").wait_for()
    assert (menu.get_attribute("aria-expanded"), link.is_visible()) == ("false", False)
    one.page.get_by_label("Sort by").select_option("vehicle")
    one.page.get_by_role("button", name="Descending").click()
    one.page.locator("tbody tr").first.filter(has_text="V1").wait_for()
    assert "sort=-vehicle" in one.page.url


def test_one_payload_that_was_set_aside_is_looked_at_and_read_again(tab):
    one = tab("admin")
    one.go("/quarantine")
    one.page.locator("tbody tr").first.get_by_role("link").click()
    one.page.locator("pre", has_text="not json").first.wait_for()
    one.page.locator("pre", has_text="6e 6f 74 20").wait_for()
    one.page.get_by_role("button", name="Read again").click()
    one.page.locator("dialog").get_by_role("button", name="Read again").click()
    one.page.locator("tbody tr", has_text="will be read again").wait_for()
    one.go("/audit?action=quarantine")
    one.page.locator("tbody tr", has_text="set aside, to be read again").first.wait_for()
    assert one.page.locator("tbody tr", has_text="signed in").count() == 0
    one.go("/configuration?q=pricing.privacy")
    assert one.page.locator("tbody tr").count() == 1


def test_vehicles_that_lie_on_each_other_are_counted_and_the_chosen_one_has_a_trail(tab, house):
    one = tab("admin")
    one.go("/?over=heat")
    places = {"lon": [9.0, 9.00001, 9.00002, 10.0, 9.0], "lat": [48.0, 48.0, 48.00001, 48.0, 48.0], "hidden": 4}
    far, near, clicked = one.run(HEAPS, places)
    assert (far, near, clicked) == ([3], [], [0, 1, 2])  # the nearest first; what a filter hides is none of them
    one.page.locator(".legend").wait_for()
    newest = max(house.world.fixes().heard)
    heard = next(
        pair for pair, at in zip(house.world.fixes().vehicles, house.world.fixes().heard, strict=True) if at == newest
    )
    one.go(f"/?vehicle={'/'.join(heard)}")
    assert one.run(TRAIL) > 1
    one.page.locator(".drawer", has_text="km/h").wait_for()
    assert one.page.evaluate(ATTRIBUTED)  # the drawer does not hide where the map is from
    assert one.run(LINES) == 1  # no amount is broken after its minus


def test_how_long_a_commit_takes_is_said_no_finer_than_it_is_known(tab):
    one = tab("admin")
    one.page.route(
        "**/system/health",
        lambda route: route.fulfill(json=route.fetch().json() | {"commit_ms": {"p50": 2.5, "p99": 2500.0}}),
    )
    one.go("/health")
    for said in ("2.5\u00a0ms", "2,500\u00a0ms"):
        one.page.get_by_text(said, exact=True).wait_for()


DASHES = """() => [...document.querySelectorAll('main table')].flatMap((table) => {
  const rows = [...table.querySelectorAll('tbody tr')].map((row) => [...row.cells]);
  const columns = (rows[0] ?? []).map((_, k) => rows.map((row) => row[k]));
  return columns.filter((cells) => cells.every((cell) => cell.innerText.trim() === '–'))
    .map((cells) => cells[0].classList.contains('number'));
})"""


def test_a_column_in_which_nothing_is_known_stands_where_its_numbers_would(tab):
    one = tab("actuary")

    def unknown(route):
        said = route.fetch().json()
        part = next(part for part in said["sections"] if part["name"] == "by_class")
        for row in part["rows"]:
            row["low"] = None
        route.fulfill(json=said)

    one.page.route("**/pricing/quality*", unknown)
    one.go("/lift")
    one.page.locator("#by_class tbody tr").first.wait_for()
    found = one.page.evaluate(DASHES)
    assert found
    assert all(found)
