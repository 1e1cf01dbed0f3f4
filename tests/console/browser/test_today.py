"""Where something is seen it is dealt with: a row of the morning list, an alert in a vehicle's drawer."""

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


def test_a_drawer_says_who_drives_how_well_and_what_is_open_and_takes_it(tab, house):
    one = tab("manager")
    item = next(item for item in morning(house) if item["vehicle"] == "a/V0")
    one.page.route("**/vehicles/a/V0", lambda route: route.fulfill(json=route.fetch().json() | {"driver_id": "D1"}))
    one.go(f"/?vehicle={item['vehicle']}")
    drawer = one.page.locator(".drawer")
    score = house.client("manager").get(f"{API}/drivers/a/D1/score").json()
    said = "not enough driven yet" if score["provisional"] else f"{score['score']:.1f}"
    drawer.locator("dd", has_text="D1").filter(has_text=f"Score: {said}").wait_for()
    trip = house.client("manager").get(f"{API}/trips", params={"vehicle": "a/V0", "limit": 1}).json()["items"][0]
    way = drawer.get_by_role("link", name="This trip" if trip["status"] == "open" else "Last trip")
    assert f"/trips/{trip['trip_id']}" in way.get_attribute("href")
    takes = drawer.get_by_role("button", name="Acknowledge")
    before = takes.count()
    takes.first.click()
    drawer.get_by_role("heading", name=f"Open alerts: {before - 1}").wait_for()
    drawer.locator("li button:focus").wait_for()


# the stretches drawn of a trail: how many samples each has, its ends
STRETCHES = """for (let k = 0; k < 1000; k++) {
  const found = (await globalThis.tripmeterMap?.getSource('trail')?.getData())?.geometry.coordinates ?? [];
  if (found.length) return found.map((way) => [way.length, way[0], way.at(-1)]);
  await new Promise(requestAnimationFrame);
}"""


def test_the_trail_of_half_an_hour_is_drawn_whole_but_for_silences(tab):
    one = tab("manager")
    times = [float(t) for t in range(1800) if not 900 <= t < 960]  # a sample a second but for a minute
    way = {"t": times, "lat_deg": [48.0 + t / 1e4 for t in times], "lon_deg": [8.4] * len(times)}
    limits = {"speed_limit_kmh": [80.0, *[None] * (len(times) - 1)]}  # told once, long ago
    one.page.route("**/vehicles/a/V0/trace*", lambda route: route.fulfill(json=way | limits))
    one.go("/?vehicle=a/V0")
    ends = [[8.4, way["lat_deg"][k]] for k in (0, 899, 900, -1)]
    assert one.run(STRETCHES) == [[900, *ends[:2]], [840, *ends[2:]]]
    one.page.locator(".drawer", has_text="limit not known").wait_for()
