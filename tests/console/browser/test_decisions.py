"""A dialog stays until the server has said yes, and says why it has not; who may come in is chosen, never typed."""

import pytest

from streams.desk import actions

FAR = 4_102_444_800.0  # 2100

pytestmark = pytest.mark.stack


def refused(one):
    found = one.page.locator("dialog [role=alert]")
    found.wait_for()
    return found.inner_text()


def test_what_was_typed_stays_until_the_server_has_said_yes(tab):
    one = tab("admin")
    one.expected = ("422",)
    one.go("/registry?kind=drivers&q=Bo")
    one.page.get_by_role("button", name="Change").first.click()
    form = one.page.locator("dialog")
    form.locator("input[name=name]").fill("Bob")
    form.locator("input[name=fleet_id]").fill("nowhere")
    form.get_by_role("button", name="Save").click()
    assert "nowhere" in refused(one)
    assert form.locator("input[name=name]").input_value() == "Bob"
    form.locator("input[name=fleet_id]").fill("a")
    form.get_by_role("button", name="Save").click()
    form.wait_for(state="detached")
    one.page.locator("tbody", has_text="Bob").wait_for()


def test_a_refusal_of_many_reasons_says_which(tab, house):
    one = tab("manager")
    one.expected = ("422",)
    one.page.route("**/comment", lambda route: route.continue_(post_data='{"note": ""}'))
    one.go(f"/alerts/{house.ids['alerts']}")
    one.page.get_by_role("button", name="Note").click()
    form = one.page.locator("dialog")
    form.locator("textarea").fill("until the workshop opens")
    form.get_by_role("button", name="Note").click()
    assert "needs a reason" in refused(one)
    assert form.locator("textarea").input_value() == "until the workshop opens"


def test_roles_are_chosen_and_what_lets_somebody_in_is_asked_about_and_shown_once(tab, house):
    one = tab("admin")
    one.go("/users")
    one.page.get_by_role("button", name="Add a user").click()
    form = one.page.locator("dialog")
    form.locator("input[name=login]").fill("depot")
    form.get_by_label("Role").select_option("manager")
    form.get_by_label("Place 1").select_option("a/north")
    form.get_by_role("button", name="Another place").click()
    form.get_by_label("Place 2").select_option("a/south")
    form.get_by_role("button", name="Add a user").click()
    row = one.page.locator("tr", has=one.page.get_by_role("rowheader", name="depot", exact=True))
    row.wait_for()
    assert grants(house, "depot") == "manager@a/north,manager@a/south"
    one.page.locator(".notice code").wait_for()
    row.get_by_role("button", name="Shut out").click()
    one.page.locator("dialog").get_by_role("button", name="Cancel").click()
    row.get_by_role("button", name="Shut out").click()
    one.page.locator("dialog").get_by_role("button", name="Shut out").click()
    row.get_by_text("shut out").wait_for()


def grants(house, login):
    found = house.client("admin").get("/api/v1/users", params={"limit": 1000}).json()["items"]
    return next(one["grants"] for one in found if one["login"] == login)


def test_a_token_is_made_shown_once_and_ended(tab, house):
    one = tab("admin")
    one.go("/users")
    one.page.get_by_role("button", name="Make a token").click()
    form = one.page.locator("dialog")
    form.locator("input[name=name]").fill("wallboard")
    form.get_by_label("Role").select_option("viewer")
    form.get_by_label("Place 1").select_option("a")
    form.get_by_role("button", name="Make a token").click()
    token = one.page.locator(".notice code").inner_text()
    asked = {"Authorization": f"Bearer {token}"}
    assert house.stranger().get("/api/v1/vehicles", headers=asked).json()["total"] == 2
    one.page.locator("tr", has_text="wallboard").get_by_role("button", name="End").click()
    one.page.locator("dialog").get_by_role("button", name="End").click()
    one.page.locator("tr", has_text="wallboard").wait_for(state="detached")
    assert house.stranger().get("/api/v1/vehicles", headers=asked).status_code == 401


def somebody(house, login):
    """A user who has chosen a password; it."""
    given = house.client("admin").post("/api/v1/users", json={"login": login, "grants": "viewer@a"}).json()["password"]
    client = house.stranger()
    csrf = client.post("/api/v1/session", json={"name": login, "password": given}).json()["csrf"]
    said = {"old": given, "new": f"the first word of {login}"}
    client.post("/api/v1/session/password", json=said, headers={"X-CSRF-Token": csrf})
    return client, said["new"]


def test_an_administrator_ends_where_somebody_else_is_signed_in(tab, house):
    lost, _ = somebody(house, "lost")
    assert lost.get("/api/v1/vehicles").status_code == 200
    one = tab("admin")
    one.go("/users")
    row = one.page.locator("tr", has=one.page.get_by_role("rowheader", name="lost", exact=True))
    row.get_by_role("link", name="Sessions").click()
    one.page.get_by_role("heading", name="Where lost is signed in").wait_for()
    one.page.get_by_role("button", name="End", exact=True).click()
    one.page.get_by_text("Signed in nowhere").wait_for()
    assert lost.get("/api/v1/vehicles").status_code == 401
    assert one.page.get_by_role("button", name="Change password").count() == 0


def test_a_password_is_changed_and_ends_every_other_session(tab, house):
    lost, before = somebody(house, "careful")
    after = "the second word of careful"
    one = tab("")
    one.expected = ("401", "403", "422")
    one.page.goto(one.url)
    one.page.locator("input[name=name]").fill("careful")
    one.page.locator("input[name=password]").fill(before)
    one.page.get_by_role("button", name="Sign in").click()
    one.page.get_by_role("link", name="careful").click()
    one.page.get_by_role("button", name="Change password").click()
    form = one.page.locator("dialog")
    for old, new, why in (("a guess", after, "is not right"), (before, "short", "at least 12"), (before, after, "")):
        form.locator("input[name=old]").fill(old)
        form.locator("input[name=new]").fill(new)
        form.get_by_role("button", name="Change password").click()
        if why:
            form.locator("[role=alert]", has_text=why).wait_for()
    form.wait_for(state="detached")
    one.page.get_by_text("This one").wait_for()
    assert lost.get("/api/v1/session").status_code == 401
    said = [{"name": "careful", "password": word} for word in (before, after)]
    assert [house.stranger().post("/api/v1/session", json=one).status_code for one in said] == [401, 200]


def test_what_was_put_away_is_taken_back_with_a_key(tab):
    one = tab("manager")
    one.go("/alerts")
    first = one.page.locator("[data-alert]").first
    first.focus()
    alert = first.get_attribute("data-alert")
    one.page.keyboard.press("r")
    one.page.locator("dialog textarea").fill("unused")  # letters in a field mean letters
    one.page.locator("dialog button.main").click()
    one.page.locator(f'[data-alert="{alert}"]').wait_for(state="detached")
    one.page.keyboard.press("u")
    one.page.locator(f'[data-alert="{alert}"]').wait_for()


def test_who_has_tried_too_often_is_told_for_how_long_to_wait(tab):
    one = tab("")
    one.expected = ("401", "429")
    late = {"status": 429, "headers": {"Retry-After": "600"}, "json": {"code": "too_many_tries"}}
    one.page.route(
        "**/session", lambda route: route.fulfill(**late) if route.request.method == "POST" else route.continue_()
    )
    one.page.goto(one.url)
    one.page.locator("input[type=password]").fill("wrong horse")
    one.page.locator("input").first.fill("manager")
    one.page.get_by_role("button", name="Sign in").click()
    one.page.get_by_text("Too many tries. Wait 10 min.").wait_for()


def test_a_shelf_is_ended_and_what_was_put_away_is_opened_again(tab, house):
    one = tab("manager")
    manager, alert = house.client("manager"), house.ids["alerts"]
    said = {"hours": 4, "note": "a slip of the finger"}
    assert manager.post(f"/api/v1/alerts/{alert}/shelve", json=said).status_code == 200
    one.go(f"/alerts/{alert}")
    one.page.get_by_role("button", name="End the shelf").click()
    one.page.get_by_role("button", name="End the shelf").wait_for(state="detached")
    assert at_once(one, house, alert)["shelved_until"] is None
    assert manager.post(f"/api/v1/alerts/{alert}/resolve", json={"note": "too soon"}).status_code == 200
    one.page.get_by_role("button", name="Open again").click()
    one.page.get_by_role("button", name="Acknowledge").wait_for()
    assert at_once(one, house, alert)["state"] == "acknowledged"  # by whoever opens it


def at_once(one, house, alert):
    """Send what is held, and what the alert is by then."""
    one.run("await (await at('lib/acting.js')).commit()")
    return house.client("manager").get(f"/api/v1/alerts/{alert}").json()


def test_a_shelf_is_taken_back_and_leaves_nothing_on_record(tab, house):
    one = tab("manager")
    one.go("/alerts")
    first = one.page.locator("[data-alert]").first
    alert = first.get_attribute("data-alert")
    row = one.page.locator(f'[data-alert="{alert}"]')
    first.focus()
    one.page.keyboard.press("s")
    one.page.locator("dialog textarea").fill("a strike")
    one.page.locator("dialog button.main").click()
    row.wait_for(state="detached")  # it is out of sight
    one.page.keyboard.press("u")
    row.wait_for()
    steps = at_once(one, house, alert)["timeline"]
    assert [step["what"] for step in steps if step["reason"] == "a strike"] == []


def test_what_is_shelved_has_a_list_of_its_own(tab, house):
    one = tab("manager")
    alert = house.client("manager").get("/api/v1/alerts").json()["items"][-1]["alert_id"]
    house.client("manager").post(f"/api/v1/alerts/{alert}/shelve", json={"hours": 1, "note": "in the workshop"})
    one.go("/alerts?state=shelved")
    row = one.page.locator(f'[data-alert="{alert}"]')
    row.filter(has_text="Shelved until").click()
    one.page.get_by_role("button", name="End the shelf").click()
    row.wait_for(state="detached")
    assert at_once(one, house, alert)["shelved_until"] is None


def test_an_alert_that_was_opened_again_stays_put_away_if_that_is_taken_back(tab, house):
    one = tab("manager")
    alert = house.client("manager").get("/api/v1/alerts").json()["items"][-1]["alert_id"]
    house.client("manager").post(f"/api/v1/alerts/{alert}/resolve", json={"note": "done"})
    one.go("/alerts?state=resolved")
    row = one.page.locator(f'[data-alert="{alert}"]')
    row.click()
    assert one.page.locator(".bulk button").count() == 2  # what is put away can be opened again or written about
    one.page.get_by_role("button", name="Open again").click()
    row.wait_for(state="detached")
    one.page.get_by_role("button", name="Undo").click()
    row.wait_for()
    assert at_once(one, house, alert)["state"] == "resolved"


def test_a_shelf_that_keeps_more_quiet_is_ended_only_when_that_was_read(tab, house):
    one = tab("manager")
    alert = house.ids["alerts"]
    actions.shelve(house.world.store, "a", "boss", "a strike", house.world.clock(), until=FAR)
    one.go(f"/alerts/{alert}")
    one.page.get_by_text("all alerts of the fleet").first.wait_for()
    one.page.get_by_role("button", name="End the shelf").click()
    one.page.locator("dialog", has_text="all alerts of the fleet").get_by_role("button", name="End the shelf").click()
    one.page.get_by_role("button", name="Shelve", exact=False).first.wait_for()
    assert at_once(one, house, alert)["shelved_until"] is None


def test_of_many_it_is_told_how_many_could_not_be_done(tab, house):
    one = tab("manager")
    one.go("/alerts")
    rows = one.page.locator("[data-alert]")
    rows.nth(1).wait_for()
    names = [rows.nth(k).get_attribute("data-alert") for k in (0, 1)]
    rows.first.focus()
    one.page.keyboard.press("Shift+ArrowDown")
    one.page.keyboard.press("g")
    one.page.locator("dialog input[name=assignee]").fill("Ann")

    def faster(route):
        house.client("manager").post(f"/api/v1/alerts/{names[0]}/comment", json={"note": "I look at it"})
        route.continue_()

    one.page.route("**/alerts:bulk", faster)
    one.page.locator("dialog button.main").click()
    assert "1 of 2 could not be done. manager was faster" in refused(one)
