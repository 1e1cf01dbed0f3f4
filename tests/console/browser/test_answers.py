"""Who is asked something is answered: a driver who objects, an insurer who judges, whoever is refused."""

import re

import pytest

pytestmark = pytest.mark.stack

LATIN = re.compile(r"[A-Za-z]{2,}")


def own_alert(house):
    """An alert of the driver D1 that stands."""
    return house.client("driver").get("/api/v1/alerts", params={"limit": 1}).json()["items"][0]["alert_id"]


def test_an_objection_is_seen_answered_and_its_answer_read(tab, house):
    alert = own_alert(house)
    manager, driver = tab("manager"), tab("driver")
    manager.go("/alerts")
    driver.go(f"/alerts/{alert}")
    driver.page.get_by_role("button", name="Object to this").click()
    driver.page.locator("dialog textarea").fill("a child ran out")
    driver.page.locator("dialog button.main").click()
    driver.page.locator(".card", has_text="waits for an answer").get_by_text("a child ran out").wait_for()
    way = manager.page.get_by_role("link", name="Objections")
    way.locator(".count", has_text="1").wait_for()
    manager.page.locator(f'[data-alert="{alert}"]').get_by_text("driver objects").wait_for()
    way.click()
    row = manager.page.locator("tbody tr", has_text="a child ran out")
    row.get_by_role("button", name="Answer the driver").click()
    manager.page.locator("dialog", has_text="a child ran out").locator("textarea").fill("then it does not count")
    manager.page.locator("dialog button.main").click()
    row.get_by_text("then it does not count").wait_for()
    way.locator(".count").wait_for(state="detached")
    driver.page.locator(".card", has_text="answered").get_by_text("then it does not count").first.wait_for()
    driver.go("/objections")
    driver.page.locator("tbody tr", has_text="then it does not count").wait_for()
    assert driver.page.get_by_role("button", name="Answer").count() == 0


def test_a_dispute_is_judged_by_what_happened(tab, house):
    manager, alert = house.client("manager"), own_alert(house)
    house.client("driver").post("/api/v1/objections", json={"alert_id": alert, "note": "it was not me"})
    assert manager.post(f"/api/v1/alerts/{alert}/dismiss", json={"reason": "not_the_driver"}).status_code == 200
    one = tab("underwriter")
    one.go("/disputes")
    one.page.locator("tbody tr", has_text="it was not me").get_by_role("link").first.click()
    one.page.get_by_role("region", name="What happened").locator("tbody tr").first.wait_for()
    one.page.locator("blockquote", has_text="it was not me").wait_for()
    effects = one.page.get_by_role("region", name="What it does to premiums")
    assert "EUR" in effects.locator("tbody tr").first.inner_text()
    assert effects.get_by_text("illustrative").count() > 0
    one.page.get_by_role("button", name="Accept").click()
    one.page.locator("dialog textarea").fill("the camera shows it")
    one.page.locator("dialog button.main").click()
    one.page.locator(".badges", has_text="Accepted").get_by_text("the camera shows it").wait_for()


def test_amounts_of_two_currencies_stand_apart(tab):
    one = tab("actuary")
    address = re.compile(r"/pricing/portfolio(\?.*)?$")

    def two(route):
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"currencies": ["CHF", "EUR"]})

    one.page.route(address, two)
    one.go("/portfolio")
    euros, francs = (one.page.get_by_role("region", name=name, exact=True) for name in ("EUR", "CHF"))
    euros.get_by_role("heading", name="In EUR").wait_for()
    francs.get_by_role("heading", name="In CHF").wait_for()
    assert "CHF" not in euros.inner_text()
    assert "EUR" not in francs.inner_text()


def test_a_task_is_made_for_a_vehicle_without_an_alert(tab, house):
    one = tab("manager")
    one.go(f"/?vehicle={house.names['vehicle']}")
    one.page.get_by_role("link", name="Make a task").click()
    form = one.page.locator("dialog")
    assert form.locator("input[name=vehicle]").input_value() == house.names["vehicle"]
    form.locator("select[name=kind]").select_option("check_tyre")
    form.locator("input[name=subject]").fill("1L")
    form.locator("input[name=assignee]").fill("Ann")
    form.locator("button.main").click()
    row = one.page.locator("tbody tr", has_text="1L")
    row.get_by_role("button", name="Give to").click()
    form.locator("input[name=assignee]").fill("Bo")
    form.locator("input[name=due]").fill("2030-01-31")
    form.locator("button.main").click()
    row.get_by_text("Bo", exact=True).wait_for()
    assert "2030" in row.inner_text()


def test_a_users_driver_is_chosen_from_the_fleets_own(tab, house):
    one = tab("admin")
    one.go("/users")
    one.page.get_by_role("button", name="Add a user").click()
    form = one.page.locator("dialog")
    form.locator("input[name=login]").fill("bo")
    form.get_by_label("Role").select_option("driver")
    form.get_by_label("Place 1").select_option("b")
    assert form.locator("select[name=driver_id] option").all_inner_texts() == ["nobody"]
    form.get_by_label("Place 1").select_option("a")
    form.locator("select[name=driver_id]").select_option(label="Bo")
    form.locator("button.main").click()
    one.page.locator("tr", has=one.page.get_by_role("rowheader", name="bo", exact=True)).wait_for()
    users = house.client("admin").get("/api/v1/users", params={"limit": 1000}).json()["items"]
    assert next((user["grants"], user["driver_id"]) for user in users if user["login"] == "bo") == ("driver@a", "D2")


@pytest.mark.parametrize("zone, kind", [("Berlin", "fleets"), ("UTC", "vehicles")])
def test_a_refusal_on_a_chinese_screen_is_chinese(tab, zone, kind):
    one = tab("admin", locale="zh-CN")
    one.expected = ("422",)
    one.go(f"/registry?kind={kind}")
    one.page.locator("tbody button").first.click()
    form = one.page.locator("dialog")
    if kind == "fleets":
        form.locator("input[name=time_zone]").fill(zone)
    else:
        form.locator("input[name=site]").fill("nowhere")
    form.locator("button.main").click()
    found = form.locator("[role=alert]")
    found.wait_for()
    text = found.inner_text()
    assert "不是时区" in text or "没有" in text
    assert {*LATIN.findall(text)} <= {"Berlin", "Europe", "nowhere", "north", "south"}


def test_the_audit_log_of_a_chinese_screen_says_what_was_done_in_chinese(tab, house):
    admin = house.client("admin")
    admin.post("/api/v1/registry/drivers", json={"cells": {"driver_id": "D8", "fleet_id": "a", "name": "Wu"}})
    admin.post(f"/api/v1/alerts/{house.ids['alerts']}/dismiss", json={"reason": "duplicate"})
    assert admin.get("/api/v1/pricing/premiums.csv").status_code == 200  # its hash is long
    one = tab("admin", locale="zh-CN")
    one.go("/audit")
    rows = one.page.locator("tbody tr")
    rows.filter(has_text="新增登记").get_by_text("驾驶员 D8").wait_for()
    done = rows.locator("td:nth-of-type(2)").all_inner_texts()
    assert [text for text in done if LATIN.search(text)] == []
    one.page.locator(".filters select").select_option("session.opened")
    one.page.get_by_text("自: 127.0.0.1").first.wait_for()
    rows.filter(has_text="新增登记").first.wait_for(state="detached")
    one.page.locator(".filters select").select_option("")
    rows.filter(has_text="驳回告警").get_by_text("理由: 重复").first.wait_for()
    one.page.set_viewport_size({"width": 320, "height": 800})
    box = rows.filter(has_text="导出文件").locator(".said").last.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 320
