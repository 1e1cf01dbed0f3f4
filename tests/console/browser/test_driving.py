"""Driving on the screen: trips sorted where they lie, hours at a glance, which traces are shown."""

import re

import pytest
from sqlalchemy import delete, insert

from streams.store import schema

from .conftest import picture

pytestmark = pytest.mark.stack


def test_a_long_list_is_sorted_where_it_lies(tab):
    one, asked = tab("manager"), []
    one.page.on("request", lambda request: "/api/v1/trips?" in request.url and asked.append(request.url))
    one.go("/trips")
    for order, said in (("ascending", "sort=km"), ("descending", "sort=-km")):
        with one.page.expect_response(lambda answer, said=said: f"{said}&" in f"{answer.url}&") as told:
            one.page.get_by_role("button", name="km").click()
        one.page.locator(f"th[aria-sort={order}]").wait_for()
        first = f"{told.value.json()['items'][0]['km']:.1f}"
        one.page.locator("tbody tr").first.filter(has=one.page.locator("td[data-label=km]", has_text=first)).wait_for()
        shown = [float(cell) for cell in one.page.locator("td[data-label=km]").all_inner_texts()]
        assert len(shown) > 1
        assert shown == sorted(shown, reverse=order == "descending")
    assert {url for url in asked if "limit=100&" not in f"{url}&"} == set()


def test_which_traces_are_drawn_is_chosen_and_remembered(tab, house):
    one = tab("admin")

    def more(route):
        said = route.fetch().json()
        said["coolant_c"] = [80.0] * len(said["t"])
        said["tyre_1L_pressure_kpa"] = [800.0 if k % 10 == 0 else None for k in range(len(said["t"]))]
        route.fulfill(json=said)

    one.page.route("**/trace", more)
    one.go(f"/trips/{house.ids['trips']}")
    shown, traces = one.page.locator(".strip > p"), one.page.get_by_role("group", name="Traces shown")
    shown.first.wait_for()
    assert shown.first.inner_text().startswith("Speed")
    assert not any("Coolant" in text for text in shown.all_inner_texts())  # little is shown at first
    one.page.get_by_label("Moment of the trip").fill("15")
    shown.filter(has_text="Tyre 1L").filter(has_text="800.0").wait_for()  # what its sensor has said last
    traces.get_by_role("button", name="Coolant").click()
    shown.filter(has_text="Coolant").wait_for()
    traces.get_by_role("button", name="Speed").click()
    one.page.reload()
    shown.filter(has_text="Coolant").wait_for()
    assert not any("Speed" in text for text in shown.all_inner_texts())
    pressed = {each.inner_text(): each.get_attribute("aria-pressed") for each in traces.get_by_role("button").all()}
    assert (pressed["Coolant"], pressed["Speed"]) == ("true", "false")


@pytest.fixture
def wheel(house):
    """H1 drives and must stop within the hour, of H2 nothing is heard any more, H3 has driven too long and rests."""
    h = 3600.0
    with house.world.store.reading() as connection:
        now = house.world.now(connection)
    spans = {
        "H1": [(now - 4 * h, now, "open")],
        "H2": [(now - 5 * h, now - 3 * h, "open")],
        "H3": [(now - 6 * h, now - h / 2, "closed")],
    }
    same = {"fleet_id": "a", "vehicle_id": "V1", "activity": "drive", "quality": None, "named": 1}
    rows = [
        same | {"driver_id": name, "start": start, "end": end, "status": status}
        for name, stretches in spans.items()
        for start, end, status in stretches
    ]
    with house.world.store.writing() as connection:
        connection.execute(insert(schema.intervals), rows)
    yield
    with house.world.store.writing() as connection:
        connection.execute(delete(schema.intervals).where(schema.intervals.c.driver_id.in_(spans)))


@pytest.mark.usefixtures("wheel")
def test_a_dispatcher_sees_who_must_stop_when_and_what_is_left_of_every_limit(tab):
    one = tab("manager")
    one.go("/hours")
    rows = {
        name: one.page.locator("tbody tr", has=one.page.get_by_role("link", name=name, exact=True))
        for name in ("H1", "H2", "H3")
    }
    rows["H1"].wait_for()
    first = rows["H1"].locator("td[data-label='Ends first']").inner_text()
    assert first.startswith("Break") and re.search(r"(29|30) min\s+at \d\d:\d\d", first), first
    assert "drives, nothing heard" in rows["H2"].inner_text()
    assert " at " not in rows["H2"].locator("td[data-label='Ends first']").inner_text()
    assert "over by 1 h 00 min" in rows["H3"].locator("td[data-label='Break']").inner_text()
    assert "off the wheel" in rows["H3"].inner_text()
    assert "50 h" in rows["H3"].locator("td[data-label=Week]").inner_text()  # as the law counts, not in days
    heads = [head.strip(" ▲▼") for head in one.page.locator("thead th").all_inner_texts()]
    limits = ["Break", "Day", "Window", "Week", "Two weeks", "Weekly rest"]
    assert heads == ["Driver", "Now", "Ends first", *limits, "Rules"]
    assert "H3" in one.page.locator("tbody tr").first.inner_text()  # who is over stands first
    one.page.get_by_role("button", name="Day").click()
    one.page.locator("th[aria-sort=ascending]").wait_for()


def test_a_drivers_page_says_who_it_is_and_how_they_stand(tab, house):
    one = tab("manager")

    def known(route):
        said = {"rank": 3, "trend": -1.5, "events_per_1000_km": 12.34}
        route.fulfill(json=route.fetch().json() | said)

    one.page.route(re.compile(r"/drivers/a/D1(\?|$)"), known)
    one.go(f"/drivers/{house.names['driver']}")
    one.page.get_by_role("heading", level=1, name="Ann · D1").wait_for()
    facts = one.page.locator(".fact")
    for name, said in (("Rank", "3"), ("Trend", "−1.5"), ("Harsh events", "12.3")):
        facts.filter(has_text=name).filter(has_text=said).wait_for()


@pytest.mark.parametrize("path", ["trips", "drivers"])
def test_a_driver_is_called_by_name_with_the_id_in_small_print(tab, path):
    one = tab("manager")
    one.go(f"/{path}?driver=D1")
    cell = (
        one.page.locator("main tbody tr", has_text="Ann")
        .first.locator("[data-label=Driver], th")
        .filter(has_text="Ann")
    )
    cell.first.wait_for()
    assert cell.first.get_by_role("link").inner_text() == "Ann"
    assert cell.first.locator("small").inner_text() == "D1"


def test_an_alert_has_the_name_of_its_driver_in_the_list_and_in_full(tab, house):
    alert = house.client("driver").get("/api/v1/alerts", params={"limit": 1}).json()["items"][0]["alert_id"]
    one = tab("manager")
    one.go("/alerts")
    assert one.page.locator(f'[data-alert="{alert}"] .who [title=D1]').inner_text() == "Ann"
    one.go(f"/alerts/{alert}")
    one.page.locator(".fact", has_text="Driver").get_by_role("link", name="Ann").wait_for()


def test_a_driver_is_led_to_no_map_and_reads_a_week_in_hours(tab):
    one = tab("driver")
    one.go("/me")
    events = one.page.get_by_role("region", name="What happened lately").locator("td[data-label=Vehicle]")
    events.first.wait_for()
    assert events.first.inner_text() == "V0"
    assert events.get_by_role("link").count() == 0  # there is none for them: it led back to where they were
    week = one.page.locator("tr", has=one.page.get_by_role("rowheader", name="Weekly driving"))
    assert week.locator("td[data-label=Allowed]").inner_text() == "56 h"


def test_a_replay_says_where_the_vehicle_stood_and_how_long(tab, house):
    one = tab("admin")

    def stood(route):
        said = route.fetch().json()
        speeds = [50.0] * len(said["t"])
        speeds[10:20] = [0.0] * 10
        first = said["t"][0]
        route.fulfill(json=said | {"t": [first + 10 * k for k in range(len(speeds))], "speed_kmh": speeds})

    one.page.route("**/trace", stood)
    one.go(f"/trips/{house.ids['trips']}")
    one.page.get_by_text("Stops of a minute or longer: 1, 1 min in all").wait_for()
    one.page.get_by_role("group", name="Stops: jump to one").get_by_role("button").click()
    assert one.page.get_by_label("Moment of the trip").input_value() == "10"
    picture(one.page, "a replay with stops")


def test_the_days_of_a_fleet_report_are_written_as_days_are(tab):
    one = tab("manager")
    one.go("/report?from=2024-10-01&to=2024-10-14")
    one.page.get_by_text("Oct 1, 2024 to Oct 14, 2024").first.wait_for()
    assert re.findall(r"\d{4}-\d\d-\d\d", one.page.locator("main").inner_text()) == []
    heads = one.page.locator("main th[scope=col]").all_inner_texts()
    assert [head for head in heads if head[:1].islower() and not head.startswith("km")] == []
