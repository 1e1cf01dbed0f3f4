"""The morning list is worked off where it stands: taken, given to somebody, made a task of, found on the map."""

import pytest
from sqlalchemy import update

from streams.store import schema

pytestmark = pytest.mark.stack

API = "/api/v1"


def morning(house):
    return house.client("manager").get(f"{API}/today").json()["items"]


def row_of(one, item):
    """The row of an item, by the way to its first alert."""
    found = one.page.locator("tbody tr", has=one.page.locator(f'a[href$="/alerts/{item["alert_ids"][0]}"]'))
    found.wait_for()
    return found


def test_a_row_is_taken_and_the_next_one_has_the_focus(tab, house):
    one = tab("manager")
    item = next(item for item in morning(house) if [kind for kind, *_ in item["kinds"]] == ["tyre_low"])
    with house.world.store.writing() as connection:  # it no longer lasts, but called somebody
        mine = schema.alerts.c.alert_id == item["alert_ids"][0]
        connection.execute(update(schema.alerts).where(mine).values(condition="cleared"))
    one.go("/today")
    row = row_of(one, item)
    at = one.page.locator("main .acts").evaluate_all(
        "(all, row) => all.findIndex((one) => row.contains(one))", row.element_handle()
    )
    row.get_by_role("button", name="Acknowledge").click()
    row.wait_for(state="detached")
    assert not any(set(item["alert_ids"]) & set(left["alert_ids"]) for left in morning(house))
    one.page.locator("main .acts").nth(at).locator("button:focus").wait_for()


def test_a_row_is_given_to_somebody_made_a_task_of_and_closed(tab, house):
    one = tab("manager")
    item = next(item for item in morning(house) if item["alert_ids"] and not item["task_id"])
    one.go("/today")
    row = row_of(one, item)
    row.get_by_role("button", name="Give to").click()
    one.page.locator("dialog input[name=assignee]").fill("Ann")
    one.page.locator("dialog button.main").click()
    row.get_by_role("cell", name="Ann").wait_for()
    row.get_by_role("button", name="Make a task").click()
    one.page.locator("dialog button.main").click()
    row.get_by_role("button", name="Done").click()
    one.page.locator("dialog select").select_option("fixed")
    one.page.locator("dialog button.main").click()
    row.get_by_role("button", name="Done").wait_for(state="detached")
    tasks = house.client("manager").get(f"{API}/tasks", params={"vehicle": item["vehicle"]}).json()["items"]
    assert [task["outcome"] for task in tasks if task["alert_id"] in item["alert_ids"]] == ["fixed"]


def test_a_row_leads_to_its_vehicle_on_the_map_and_to_each_of_its_alerts(tab, house):
    one = tab("viewer")
    item = max(morning(house), key=lambda item: len(item["alert_ids"]))
    one.go("/today")
    row = row_of(one, item)
    assert row.locator("a[href*='/alerts/']").count() == len(item["alert_ids"]) > 1
    assert one.page.get_by_role("button", name="Acknowledge").count() == 0  # who only looks is offered nothing
    row.get_by_role("link", name="On the map").click()
    one.page.locator(".drawer").get_by_role("heading", name=item["vehicle_id"]).wait_for()
