"""What a manager sets for a fleet: a threshold tried on last week, quiet hours, a message that shows who is reached."""

import pytest

from streams.river.in_force import remembered

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module", autouse=True)
def ran(house):
    """The service has run: there are thresholds on record."""
    remembered(house.world.store, house.world.rules.in_force.sets[-1], 0.0)


def card(one, name):
    found = one.page.locator("section.card", has=one.page.get_by_role("heading", name=name, exact=True))
    found.get_by_role("button", name="Save").first.wait_for()
    return found


def told(one, text):
    one.page.locator(".toast", has_text=text).wait_for()
    one.page.locator(".toast button").first.click()


def test_a_threshold_is_tried_saved_and_put_back(tab):
    one = tab("manager")
    one.go("/settings?kind=harsh_braking")
    limits = card(one, "Thresholds")
    for klass in ("Car", "Truck"):
        for level, value in ((1, "0.05"), (2, "0.06")):
            limits.get_by_label(f"From level {level} on, g, {klass}").fill(value)
    limits.get_by_role("button", name="What would last week have been?").click()
    limits.get_by_text("All of 2 vehicles were looked at.").wait_for()
    assert "events instead of" in limits.locator(".preview").inner_text()
    limits.get_by_role("button", name="Save").click()
    limits.get_by_text("Set by manager").wait_for()
    assert limits.get_by_label("From level 1 on, g, Truck").input_value() == "0.05"
    one.page.locator("td", has_text="0.05").first.wait_for()  # who has changed what
    limits.get_by_role("button", name="As the service has it").click()
    limits.get_by_role("button", name="As the service has it").wait_for(state="detached")
    assert limits.get_by_label("From level 1 on, g, Truck").input_value() == ""


def test_quiet_hours_are_set_and_whoever_is_slower_sees_who_was_faster(tab):
    one, other = tab("manager"), tab("admin")
    other.expected = ("409",)
    one.go("/settings")
    other.go("/settings?fleet=a")
    mine, theirs = card(one, "Quiet hours"), card(other, "Quiet hours")
    mine.get_by_label("Quiet from").fill("20:30")
    mine.get_by_role("button", name="Save").click()
    mine.get_by_text("The fleet's own.").wait_for()
    theirs.get_by_label("Quiet from").fill("19:00")
    theirs.get_by_role("button", name="Save").click()
    other.page.locator(".toast", has_text="It was manager.").wait_for()
    theirs.get_by_text("The fleet's own.").wait_for()
    assert theirs.get_by_label("Quiet from").input_value() == "20:30"


def test_a_test_message_shows_how_far_it_is(tab):
    one = tab("manager")
    one.go("/settings")
    calls = card(one, "How the fleet is called")
    calls.get_by_label("E-mail").fill("desk@a.example")
    calls.get_by_role("button", name="Save").click()
    calls.get_by_role("button", name="Send a test message").click()
    calls.get_by_text("on its way").wait_for()  # nobody sends in this house
    assert "an administrator says" in calls.inner_text()
