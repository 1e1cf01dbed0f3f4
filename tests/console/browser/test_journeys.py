"""What a dispatcher does: takes an alert, is told who was faster, changes their mind, finds all again later."""

import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from streams import words
from streams.desk.actions import act

pytestmark = pytest.mark.stack

SECONDS = 1_000.0  # for playwright
# where an event is drawn
DRAWN = """const drawn = () => globalThis.tripmeterMap?.getSource('events');
for (let k = 0; k < 1000 && !drawn(); k++) await new Promise(requestAnimationFrame);
return (await drawn().getData()).features[0].geometry.coordinates;"""


def clock(moment):
    """A time of the record as a screen of fleet A says it: whole seconds, the first sample at or after it."""
    at = datetime.fromisoformat(moment).astimezone(ZoneInfo("Europe/Berlin"))
    return f"{at:%H:%M:%S}"


def rows(one):
    found = one.page.locator("[data-alert]")
    found.first.wait_for()
    return [row.get_attribute("data-alert") for row in found.all()]


def state(one, alert):
    return one.page.locator(f'[data-alert="{alert}"] .state')


def test_an_alert_taken_by_keyboard_is_seen_by_the_other_within_two_seconds(tab):
    mine, other = tab("manager"), tab("manager")
    mine.go("/alerts")
    other.go("/alerts")
    first = rows(mine)[0]
    rows(other)
    mine.page.locator(f'[data-alert="{first}"]').focus()
    mine.page.keyboard.press("a")
    state(other, first).filter(has_text="Acknowledged").wait_for(timeout=2 * SECONDS)
    mine.await_focus(first)


def test_what_is_put_away_can_be_taken_back_and_the_focus_goes_on(tab):
    one = tab("manager")
    one.go("/alerts")
    before = rows(one)
    one.page.locator(f'[data-alert="{before[1]}"]').focus()
    one.page.keyboard.press("d")
    one.page.locator("dialog select").select_option("test")
    one.page.locator("dialog button.main").click()
    one.page.locator(f'[data-alert="{before[1]}"]').wait_for(state="detached")
    one.await_focus(before[2])
    one.page.get_by_role("button", name="Undo").click()
    one.page.locator(f'[data-alert="{before[1]}"]').wait_for()
    one.await_focus(before[1])
    assert rows(one) == before


def test_whoever_is_slower_is_told_who_was_faster(tab, house):
    one = tab("manager")
    one.expected = ("409",)
    one.go("/alerts")
    alert = rows(one)[-1]
    one.page.locator(f'[data-alert="{alert}"]').focus()

    def faster(route):
        act(house.river.store, alert, "acknowledge", "Li", "", time.time())
        route.continue_()

    one.page.route("**/alerts/*/ack", faster)
    one.page.keyboard.press("a")
    told = one.page.locator(".toast.bad")
    told.wait_for()
    assert "Li was faster" in told.inner_text()
    state(one, alert).filter(has_text="Acknowledged").wait_for()


def test_many_are_chosen_with_shift_and_handled_at_once(tab):
    one = tab("manager")
    one.go("/alerts")
    some = rows(one)[:3]
    one.page.locator(f'[data-alert="{some[0]}"]').focus()
    one.page.keyboard.press("Shift+ArrowDown")
    one.page.keyboard.press("Shift+ArrowDown")
    one.page.keyboard.press("g")
    one.page.locator("dialog input").fill("Bo")
    one.page.locator("dialog button.main").click()
    for alert in some:
        state(one, alert).filter(has_text="Bo").wait_for()


def test_filters_and_language_live_through_a_reload(tab):
    one = tab("manager")
    one.go("/alerts?priority=minor")
    found = rows(one)
    one.page.get_by_label("Language").select_option("zh-CN")
    one.page.locator("h1", has_text="告警").wait_for()
    one.page.reload()
    one.page.locator("h1", has_text="告警").wait_for()
    assert rows(one) == found
    assert one.page.evaluate("document.documentElement.lang") == "zh-CN"


def test_the_table_saved_is_the_table_seen(tab):
    one = tab("manager")
    one.go("/trips")
    one.page.locator("tbody tr").first.wait_for()
    with one.page.expect_download() as saved:
        one.page.get_by_role("button", name="Save as CSV").click()
    lines = saved.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + one.page.locator("tbody tr").count()
    assert f'"{one.page.locator("tbody tr").first.locator("th time").get_attribute("datetime")}"' in lines[1]


def test_a_replay_and_its_traces_show_one_moment(tab, house):
    one = tab("admin")
    one.go(f"/trips/{house.ids['trips']}")
    slider = one.page.get_by_label("Moment of the trip")
    slider.wait_for()
    slider.fill("5")
    moment = one.page.locator(".player output").inner_text()
    assert slider.get_attribute("aria-valuetext") == moment
    one.page.locator(".strip b").filter(has_text="km/h").wait_for()
    one.page.get_by_label("A sample on").click()
    assert one.page.locator(".player output").inner_text() > moment


def test_from_an_alert_to_the_place_and_to_the_second_of_its_trip(tab, house):
    one = tab("manager")
    found = house.client("manager").get("/api/v1/alerts").json()["items"]
    known = [house.client("manager").get(f"/api/v1/alerts/{each['alert_id']}").json() for each in found]
    alert = next(each for each in known if each["place"] and each["trip_id"])
    one.go(f"/alerts/{alert['alert_id']}")
    one.page.get_by_role("region", name="Where it happened").locator("canvas").wait_for()
    assert one.run(DRAWN) == [alert["place"]["lon"], alert["place"]["lat"]]
    one.page.locator(".strip b").filter(has_text="km/h").first.wait_for()
    one.page.get_by_role("link", name="The trip at that second").click()
    slider = one.page.get_by_label("Moment of the trip")
    slider.wait_for()
    assert one.page.locator(".player output").inner_text() == clock(alert["event"]["start"])


def test_a_premium_is_worked_out_anew_in_front_of_the_reader(tab, house):
    one = tab("actuary")
    one.go(f"/premiums/{house.names['vehicle']}")
    said = one.page.locator(".notice.sum")
    said.wait_for()
    assert "agrees to the cent" in said.inner_text()
    assert one.page.locator(".amount").inner_text().splitlines()[0].split()[-1] in said.inner_text()
    assert one.page.locator(".filed").first.inner_text() == "illustrative"
    assert "as worked out above" in one.page.locator("tr", has_text="own driving").last.inner_text()


def test_a_fleet_sees_no_loads_and_an_actuary_no_map(tab, house):
    fleet, actuary = tab("manager"), tab("actuary")
    fleet.go(f"/premiums/{house.names['vehicle']}")
    fleet.page.get_by_text("those with expense and profit loads are not shown").wait_for()
    assert fleet.page.get_by_text("off-balance").count() == 0
    actuary.go("/")
    actuary.page.locator("h1", has_text="Portfolio").wait_for()
    assert actuary.page.locator("nav").get_by_text("Live map").count() == 0


def test_a_driver_has_a_page_of_their_own_and_no_buttons(tab):
    one = tab("driver")
    one.go("/")
    one.page.locator("h1", has_text="D1").wait_for()
    one.go("/alerts")
    rows(one)
    assert one.page.locator(".bulk").count() == 0
    assert one.page.locator("nav").get_by_text("Live map").count() == 0


def test_a_row_of_the_registry_is_corrected_by_a_form(tab):
    one = tab("admin")
    one.go("/registry?kind=drivers&q=Ann")
    one.page.get_by_role("button", name="Change").first.click()
    one.page.locator("dialog input[name=name]").fill("Anna")
    one.page.locator("dialog button.main").click()
    one.page.locator(".toast", has_text="Done").wait_for()
    one.page.locator("tbody", has_text="Anna").wait_for()


def test_a_new_alert_waits_behind_a_button_while_somebody_is_at_work(tab, house, served, rivers):
    one = tab("manager")
    one.go("/alerts")
    before = rows(one)
    one.page.locator(f'[data-alert="{before[0]}"]').focus()
    house.river.embedded.take(rivers.payloads(rivers.fleets(("a",), seed=11), boot="c"))
    house.river.drain()
    served.hub.picture.heard(known(house))
    one.page.locator("button.arrived").wait_for()
    assert rows(one) == before
    one.page.locator("button.arrived").click()
    assert set(rows(one)) > set(before)


def known(house):
    found = house.client("admin").get("/api/v1/alerts", params={"limit": 1000}).json()["items"]
    return [one["alert_id"] for one in found]


def test_who_drives_is_dragged_and_then_accepted(tab, house):
    manager = tab("manager")
    manager.go("/assignments")
    lane = manager.page.locator(".lanes li", has_text="A-V0")
    lane.wait_for()
    pick = manager.page.locator(".chips .chip", has_text="Ann")
    pick.hover()
    manager.page.mouse.down()
    lane.hover()
    manager.page.keyboard.press("Escape")  # thought better of it
    manager.page.mouse.up()
    assert manager.page.locator("dialog").count() == 0
    pick.drag_to(lane)
    form = manager.page.locator("dialog")
    assert form.locator("[name=vehicle_id]").input_value() == "V0"
    assert form.locator("[name=driver_id]").input_value() == "D1"
    form.get_by_role("button", name="Save").click()
    lane.locator(".chip", has_text="Ann").wait_for()
    insurer = tab("underwriter")
    insurer.go("/acceptances")
    insurer.page.get_by_role("link", name="Fleet A").first.click()
    insurer.page.locator("tbody tr", has_text="D1").wait_for()
    insurer.page.get_by_role("button", name="Accept who drove").click()
    insurer.page.get_by_label("Why premiums may follow them").fill("cards were checked")
    insurer.page.locator("dialog").get_by_role("button", name="Accept as it is now").click()
    insurer.page.get_by_text(words.texts("en")("acceptances.same")).wait_for()


def test_who_is_dragged_from_one_vehicle_to_another_keeps_what_they_drove(tab, house):
    client = house.client("manager")
    path = "/api/v1/registry/driver_assignments"
    cells = {"vehicle_id": "V0", "fleet_id": "a", "driver_id": "D1", "source": "card"}
    for row in client.get(path).json()["items"]:
        client.post(f"{path}/remove", json={"key": row["key"]})
    client.post(path, json={"cells": cells})
    manager = tab("manager")
    manager.go("/assignments")
    old, new = (manager.page.locator(".lanes li", has_text=plate) for plate in ("A-V0", "A-V1"))
    old.locator(".chip", has_text="Ann").first.drag_to(new)
    form = manager.page.locator("dialog")
    assert form.locator("[name=from]").input_value().endswith(":00")  # with the zone it is in
    form.get_by_role("button", name="Save").click()
    new.locator(".chip", has_text="Ann").wait_for()
    rows = {row["cells"]["vehicle_id"]: row["cells"] for row in client.get(path).json()["items"]}
    assert rows["V0"]["from"] == "" and rows["V0"]["to"] == rows["V1"]["from"] != ""
    assert (rows["V0"]["source"], rows["V1"]["source"]) == ("card", "dispatch")


def test_who_is_signed_in_elsewhere_too_sees_it_and_ends_that(tab):
    here, there = tab("actuary"), tab("actuary")
    here.go("/")
    here.page.get_by_role("link", name="actuary", exact=True).click()
    rows = here.page.locator("tbody tr")
    rows.filter(has_text="This one").wait_for()
    n = rows.count()
    rows.first.get_by_role("button", name="End").click()  # the newest: the other's
    here.page.locator(".toast", has_text="Done").wait_for()
    rows.nth(n - 1).wait_for(state="detached")
    there.expected = ("401",)
    there.go("/")
    there.page.get_by_label("Name", exact=True).wait_for()
    here.expected = ("403",)
    here.page.get_by_role("button", name="Change password").click()
    here.page.get_by_label("Password so far").fill("not it")
    here.page.get_by_label("New password").fill("another horse battery")
    here.page.locator("dialog button.main").click()
    here.page.get_by_role("alert").wait_for()
