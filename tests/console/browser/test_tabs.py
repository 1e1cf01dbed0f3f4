"""Many tabs of one person: they share one line to the server, nobody is starved, and nothing is lost or told twice."""

import time
from collections import Counter
from itertools import count

import pytest

from streams.desk.actions import act

from ..conftest import WORD

pytestmark = pytest.mark.stack

API = "/api/v1/alerts"
NUMBERS = count()  # what is said twice is said once
TABS = 9  # a browser has six connections for one server
LISTEN = """const { on } = await at('lib/stream.js');
window.told = [];
on('alert', (one) => window.told.push(`${one.alert_id} ${one.rev}`));
on('resync', () => window.told.push('resync'));"""
TOLD = """const all = () => given.every((name) => window.told.includes(name));
for (let k = 0; k < 1000 && !all(); k++) await new Promise((done) => setTimeout(done, 20));
return window.told;"""


@pytest.fixture
def say(house):
    """Writes notes on so many alerts of the fleet; what each is told as from then on."""
    client = house.client("manager")

    def write(many):
        found = client.get(API, params={"limit": 1000}).json()["items"]
        apart = {(one["vehicle"], one["kind"], one["subject"]): one["alert_id"] for one in found}
        names = sorted(apart.values())[:many]
        for name in names:
            act(house.river.store, name, "note", "Li", f"look {next(NUMBERS)}", time.time())
        return [f"{name} {client.get(f'{API}/{name}').json()['rev']}" for name in names]

    return write


def listening(one):
    """A tab that keeps what it is told."""
    one.go("/alerts")
    one.page.locator(".line.live").wait_for()
    one.run(LISTEN)
    return one


def test_nine_tabs_share_one_line_and_each_hears_everything_once(tab, served, say):
    first = listening(tab("manager"))
    tabs = [first, *[listening(tab("manager", beside=first)) for _ in range(TABS - 1)]]
    assert len(served.hub._tabs) == 1
    wanted = say(3)
    for one in tabs:
        assert Counter(one.run(TOLD, wanted)) == Counter(wanted)
    for _ in range(2):  # whoever holds the line leaves, and another takes it where it was
        tabs.pop(0).page.close()
        more = say(2)
        wanted += more
        for one in tabs:
            assert Counter(one.run(TOLD, more)) == Counter(wanted)


def test_a_line_that_breaks_goes_on_where_it_was(tab, served, say):
    one = tab("manager")
    one.expected = ("ERR_",)
    wanted = []
    listening(one)
    for many in (1, 2, 3):
        more = say(many)
        wanted += more
        assert Counter(one.run(TOLD, more)) == Counter(wanted)
        served.cut()


def test_a_tab_takes_the_line_from_one_that_says_nothing_any_more(tab, say):
    first = listening(tab("manager"))
    other = tab("manager", beside=first)
    other.page.clock.install()
    listening(other)
    first.page.context.new_cdp_session(first.page).send("Page.setWebLifecycleState", {"state": "frozen"})
    other.page.clock.fast_forward(30_000)
    other.run(TOLD, say(1))


def test_a_session_that_another_tab_begins_anew_costs_nobody_what_they_typed(tab, house, served):
    client, one = house.client("manager"), tab("manager")
    one.expected = ("403",)  # the first try
    alert = client.get(API, params={"limit": 1}).json()["items"][0]["alert_id"]
    one.go(f"/alerts/{alert}")
    one.page.get_by_role("button", name="Note (C)").click()
    form = one.page.locator("dialog")
    form.locator("textarea").fill("typed before")
    again = {"name": "manager", "password": WORD}
    assert one.page.context.request.post(f"{served.url}/api/v1/session", data=again).ok
    form.locator("button.main").click()
    form.wait_for(state="detached")
    assert "typed before" in {step["reason"] for step in client.get(f"{API}/{alert}").json()["timeline"]}
