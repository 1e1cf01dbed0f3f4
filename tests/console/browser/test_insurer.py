"""What an insurer is led to, what is said in words, and what too little was driven for."""

import pytest

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("posted")]  # so that the ledger has a row

# whoever is signed in, of one fleet alone
OF_ONE = """const { user } = await at('lib/session.js');
user.value = { ...user.value, grants: [{ role: 'underwriter', fleet: 'a', site: '' }] };"""
RUNGS = """const { html, render } = await at('lib/html.js');
const { Rungs } = await at('views/steps.js');
const place = document.createElement('div');
const rung = { part: 'standing', name: 'per_day', op: 'start', amount: '1', effect: '1', credibility: null };
const steps = given.map(([value, unit]) => ({ ...rung, value, unit }));
render(html`<${Rungs} steps=${steps} />`, place);
return [...place.querySelectorAll('tbody tr:not(.part) td:nth-child(2)')].map((cell) => cell.textContent);"""


def test_one_day_is_a_day(tab):
    one = tab("underwriter")
    one.go("/premiums")
    said = one.run(RUNGS, [["1", "days of a car"], ["31", "days of a car"], ["1", "days"], ["5", "km"]])
    assert said == ["1 day of a car", "31 days of a car", "1 day", "5 km"]


def test_who_sees_one_fleet_is_led_to_nothing_of_all_of_them(tab):
    one = tab("underwriter")
    one.go("/ledger")
    menu, verify = one.page.locator("nav"), one.page.locator("main").get_by_role("button", name="Verify")
    verify.wait_for()
    assert menu.locator('a[href="#/runs"], a[href="#/models"]').count() == 2
    one.run(OF_ONE)
    menu.locator('a[href="#/runs"]').wait_for(state="detached")
    verify.wait_for(state="detached")
    assert menu.locator('a[href="#/models"]').count() == 0


def test_a_row_of_the_ledger_names_its_fleet_where_more_than_one_is_seen(tab):
    one = tab("underwriter")
    one.go("/ledger")
    cell = one.page.locator("tbody tr").first.locator('[data-label="Vehicle"]')
    cell.get_by_text("a/V1", exact=True).wait_for()
    one.run(OF_ONE)
    cell.get_by_text("V1", exact=True).wait_for()


def test_a_score_of_too_few_km_is_no_number_in_a_fleets_file_either(tab):
    one = tab("underwriter")
    row = {"vehicle_id": "V1", "vehicle": "a/V1", "policy_id": "X", "cover": "cargo", "class": "car", "days": 3}
    row |= {"valid_from": "2026-01-01", "valid_to": "2027-01-01", "annual_km": 1, "km_a_year": None, "km_gap": 0}
    row |= {"gap_share": 0, "score": 62.0, "low": 58.0, "high": 66.0, "credibility": 0.1, "provisional": True}
    row |= {"indicated": None, "charged": "0.00", "difference": None, "currency": "EUR", "status": ""}
    found = {"items": [row], "total": 1, "cursor": None}
    one.page.route("**/pricing/fleets/a/vehicles*", lambda route: route.fulfill(json=found))
    one.go("/fleets/a")
    told = one.page.locator("tr", has_text="provisional").inner_text()
    assert "62" not in told and "58" not in told


def test_what_a_log_holds_is_spelt(tab):
    one = tab("admin")
    one.go("/audit")
    details = ['{"before": {}, "after": {"level_1": 3}, "fields": ["a", "b"]}', "", '{"driver": ""}']
    rows = [{"action": "registry.changed", "detail": one} for one in details]
    said = one.run(
        "const { spelt } = await at('ui/spelt.js'); return given.map((row) => spelt(row).props.children);", rows
    )
    assert said == ["before: (–); after: (level 1: 3); fields: a, b", "–", "driver: –"]
