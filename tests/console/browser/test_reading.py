"""What a reader sees first is what they came for: headings, dates, the signal an event was found in, a long list."""

import itertools
import json

import pytest

pytestmark = pytest.mark.stack

DRAWER = 298  # pixels that its words have
AXLES = f"""const {{ Axles }} = await at('ui/axles.js');
const {{ html, render }} = await at('lib/html.js');
const {{ sheet }} = await at('lib/sheet.js');
await sheet('later.css');
const box = document.createElement('div');
box.style.width = '{DRAWER}px';
document.body.append(box);
const low = {{ cold_kpa: 829, placard_kpa: 960, share: 0.86, state: 'low', hours_to_threshold: 3 }};
const tyres = given.map((wheel) => ({{ wheel, ...low }}));
render(html`<${{Axles}} tyres=${{tyres}} small=${{true}} />`, box);
return [[...box.querySelectorAll('.wheel b')].map((one) => one.textContent), box.scrollWidth];"""

HEADER = "header.bar"
MANY = 3_000
# more alerts than are drawn at once
MADE = """const { alerts } = await at('lib/alerts.js');
const [one] = alerts.value.values();
alerts.value = new Map(Array.from({ length: 450 }, (_, k) => [`made-${k}`, { ...one, alert_id: `made-${k}` }]));"""
# pixels in a line's colour in each strip of a trace: in its first quarter, and in the middle
INKED = """() => [...document.querySelectorAll('.trace .u-over')].map((over) => {
  const canvas = over.parentElement.querySelector('canvas');
  const scale = canvas.width / canvas.clientWidth;
  const [left, wide] = [over.offsetLeft * scale, over.clientWidth * scale];
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const found = [0, 0];
  for (let k = 0; k < data.length; k += 4) {
    const at = ((k / 4) % canvas.width - left) / wide;
    const part = at > 0 && at < 0.25 ? 0 : at > 0.42 && at < 0.7 ? 1 : -1;
    if (part >= 0) found[part] += data[k] === 0 && data[k + 1] === 0x72 && data[k + 2] === 0xb2;
  }
  return found;
})"""
# texts of a row of the inbox that share some of the screen
LAID = """() => [...document.querySelectorAll('[data-alert]')].flatMap((row) => {
  const cells = [...row.children].map((cell) => {
    const text = document.createRange();
    text.selectNodeContents(cell);
    return [cell.className, text.getBoundingClientRect()];
  });
  const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const on = ([name, a], k) => cells.slice(k + 1).filter(([, b]) => over(a, b)).map(([other]) => [name, other]);
  return cells.flatMap(on);
})"""


def box(one, what):
    found = one.page.locator(what).first.bounding_box()
    assert found
    return found


def test_a_screen_begins_with_its_heading_wherever_the_last_one_was_left(tab):
    one = tab("admin")
    one.go("/drivers")
    for name in ("Trips", "Premiums", "Settings"):
        one.page.evaluate("scrollTo(0, document.body.scrollHeight)")
        one.page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        one.page.get_by_role("heading", level=1, name=name).wait_for()
        assert box(one, "h1")["y"] >= box(one, HEADER)["height"]
        assert one.page.title().startswith(name)


def test_what_has_the_focus_is_never_under_the_header(tab):
    one = tab("manager", viewport={"width": 1280, "height": 320})
    one.go("/alerts")
    one.page.locator("[data-alert]").first.focus()
    last = one.page.locator("[data-alert]").count() - 1
    for key in ["j"] * last + ["k"] * last:
        one.page.keyboard.press(key)
        assert box(one, "[data-alert]:focus")["y"] >= box(one, HEADER)["height"]


def test_of_many_alerts_those_in_reach_are_drawn(tab):
    one = tab("manager")

    def answer(route):
        said = route.fetch().json()
        first = said["items"][0]
        said["items"] = [first | {"alert_id": f"a-{k:05d}"} for k in range(MANY)]
        route.fulfill(body=json.dumps(said), content_type="application/json")

    one.page.route("**/api/v1/alerts?*", answer)
    one.go("/alerts")
    rows, grid = one.page.locator("[data-alert]"), one.page.get_by_role("grid")
    rows.first.wait_for()
    drawn = rows.count()
    assert drawn < 500 and grid.get_attribute("aria-rowcount") == str(MANY + 1)  # with the headings
    rows.last.focus()
    one.page.keyboard.press("j")
    one.await_focus(f"a-{drawn:05d}")
    more = rows.count()
    one.page.get_by_role("button", name=f"Show more ({more:,} of {MANY:,})".replace(",", "")).click()
    rows.nth(more).wait_for()


def test_a_date_is_that_date_in_every_zone_and_a_day_is_the_fleets_own(tab):
    one = tab("admin")
    one.go("/")
    said = one.run(
        """const { zone, day, clock } = await at('lib/format.js');
        const { midnight } = await at('lib/zoned.js');
        const before = zone.value;
        const found = given.map((name) => {
          zone.value = name;
          return [day('2025-11-12'), midnight('2025-11-12'), midnight('2025-03-30', 1), clock(midnight('2025-10-26'))];
        });
        zone.value = before;
        return found;""",
        ["America/New_York", "Asia/Shanghai", "Europe/Berlin", "UTC"],
    )
    assert {row[0] for row in said} == {"Nov 12, 2025"}
    assert [row[1][:16] for row in said] == [
        "2025-11-12T05:00",
        "2025-11-11T16:00",
        "2025-11-11T23:00",
        "2025-11-12T00:00",
    ]
    assert [row[2][:16] for row in said] == [
        "2025-03-31T04:00",
        "2025-03-30T16:00",
        "2025-03-30T22:00",
        "2025-03-31T00:00",
    ]
    assert {row[3] for row in said} == {"00:00"}


def test_an_event_is_drawn_where_it_was_found_and_its_threshold_nowhere_else(tab):
    one = tab("admin")
    one.go("/")
    found = {"t": [0, 1], "speed_kmh": [50, 51], "brake_pedal_pct": [0, 3], "tyre_1R_pressure_kpa": [None, 400]}
    pair = {"tyre_2LI_pressure_kpa": [800, 801], "tyre_2LO_pressure_kpa": [800, 400]}
    flat, twin, braking = (
        one.run(
            "const { strips } = await at('charts/strips.js'); return strips(given.found, given.event);",
            {"found": found | more, "event": event},
        )
        for more, event in (
            ({}, {"kind": "tyre_flat", "subject": "1R", "unit": "%", "threshold": 50}),
            (pair, {"kind": "tyre_low", "subject": "2L", "unit": "%", "threshold": 10}),
            ({"accel_long_mps2": [-1, -5]}, {"kind": "harsh_braking", "subject": "", "unit": "m/s²", "threshold": 3.5}),
        )
    )
    assert flat[0]["key"] == "tyre_1R_pressure_kpa" and not [strip for strip in flat if "thresholds" in strip]
    assert (twin[0]["key"], twin[0]["lines"][0]["values"]) == ("tyre_2L_pressure_kpa", [800, 400])
    assert braking[0]["key"] == "accel_long_mps2" and braking[0]["thresholds"] == [-3.5]
    assert not [strip for strip in braking[1:] if "thresholds" in strip]


def test_a_line_ends_where_nothing_was_heard_and_a_tyre_has_its_own_period(tab):
    one = tab("admin")
    one.go("/")
    times = [*range(600), *range(2000, 2600)]
    speeds = [50.0] * 300 + [None] * 5 + [50.0] * 895
    tyre = [400.0 if at % 60 == 0 else None for at in times]
    said = one.run(
        """const found = (await at('charts/silence.js')).heard(...given);
        const ends = found.columns.map((values) => found.times.filter((_, k) => values[k] === null));
        return { ...found, ends };""",
        [times, [speeds, tyre]],
    )
    of_speed, of_tyre = said["ends"]
    assert of_speed[:5] == [*range(300, 305)] and of_speed[5:] and all(599 < at < 2000 for at in of_speed[5:])
    assert of_tyre and all(540 < at < 2040 for at in of_tyre)  # what its sensor was not due to say is no silence
    assert said["rows"][-1] == len(times) - 1 and said["points"] == [False, True]


def test_no_strip_of_a_trip_is_drawn_over_a_silence_and_tyres_share_one(tab, house):
    one = tab("admin")

    def cut(route):
        said = route.fetch().json()
        n = len(said["t"])
        kept = [k for k in range(n) if not n // 3 < k < 2 * n // 3]
        said = {name: [values[k] for k in kept] for name, values in said.items()}
        wheels = {f"tyre_{wheel}_pressure_kpa": [400.0] * len(kept) for wheel in ("1L", "1R", "2L", "2R", "3L")}
        route.fulfill(json=said | wheels)

    one.page.route("**/trace", cut)
    one.go(f"/trips/{house.ids['trips']}")
    one.page.locator(".trace canvas").last.wait_for()
    assert one.page.get_by_text("Tyre 3L").count() == 1
    inked = one.page.evaluate(INKED)
    assert len(inked) > 1 and {middle for _, middle in inked} == {0} and all(left for left, _ in inked)


def test_an_insurer_is_not_told_that_nothing_happened(tab, house):
    one = tab("actuary")
    one.go(f"/drivers/{house.names['driver']}")
    one.page.locator("h1").first.wait_for()
    assert one.page.get_by_text("Nothing happened").count() == 0
    assert one.page.get_by_role("link", name="Trips").count() == 0


def test_the_list_of_alerts_has_headings_for_the_ear_and_for_the_file(tab):
    one = tab("manager")
    one.go("/alerts")
    one.page.locator("[data-alert]").first.wait_for()
    heads = one.page.get_by_role("columnheader").all_inner_texts()
    assert heads[1:] == ["Priority", "What", "Vehicle and driver", "First seen", "State", "Measured", "What to do:"]
    with one.page.expect_download() as saved:
        one.page.get_by_role("button", name="Save as CSV").click()
    first, *others = saved.value.path().read_text("utf-8-sig").splitlines()
    assert first.startswith('"Priority","What"')
    assert len(others) == one.page.locator("[data-alert]").count()


def test_the_file_of_alerts_has_those_that_are_not_drawn_too(tab):
    one = tab("manager")
    one.go("/alerts")
    one.page.locator("[data-alert]").first.wait_for()
    one.run(MADE)
    one.page.get_by_role("button", name="of 450").wait_for()
    with one.page.expect_download() as saved:
        one.page.get_by_role("button", name="Save as CSV").click()
    assert len(saved.value.path().read_text("utf-8-sig").splitlines()) == 1 + 450


def test_no_two_texts_of_an_alert_lie_on_each_other(tab):
    one = tab("manager")
    for width, route in itertools.product((320, 480, 760, 761, 1280), ("/alerts", "/")):
        one.page.set_viewport_size({"width": width, "height": 800})
        one.go(route)
        one.page.locator("[data-alert]").first.wait_for()
        assert (width, route, one.page.evaluate(LAID)) == (width, route, [])


def test_twin_tyres_stand_as_on_the_axle_and_fit_into_a_drawer(tab):
    one = tab("admin")
    one.go("/")
    wheels, wide = one.run(AXLES, ["2RI", "1L", "2L", "1R", "2R", "2LI"])
    assert wheels == ["1L", "1R", "2L", "2LI", "2RI", "2R"]
    assert wide <= DRAWER
