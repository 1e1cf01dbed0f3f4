"""Labels of charts: each part of an axis is named, however many there are and however narrow the screen is."""

from itertools import pairwise

import pytest

pytestmark = pytest.mark.stack

# draws a chart of so many names, so wide; gives what stands below its axis, with the box of each label
DRAWN = """const { html, render } = await at('lib/html.js');
const { Chart } = await at('charts/chart.js');
const options = await at('charts/options.js');
const { names, wide, kind } = given;
const place = document.createElement('div');
place.style.width = `${wide}px`;
document.querySelector('main').replaceChildren(place);
const one = names.map((_, k) => k + 1);
const points = names.map((name, k) => ({ name, value: 1, low: 0.5, high: 1.5, off: k === 0 }));
const made = {
  factor: () => options.factor({ names, exposure: one, relativity: one, points }),
  ratios: () => options.ratios({ points, axis: 'class' }),
  lines: () => options.lines({ names, axis: 'tenth', series: [{ name: 'actual', values: one }] }),
  columns: () => options.columns({ names, axis: 'change', heights: one, name: 'vehicles' }),
};
render(html`<${Chart} caption="c" label="l" input=${names} option=${made[kind]()} />`, place);
while (!place.querySelector('[data-drawn] svg text')) await new Promise(requestAnimationFrame);
const texts = [...place.querySelectorAll('svg text')].filter((text) => names.includes(text.textContent));
return texts.map((text) => ({ name: text.textContent, box: text.getBoundingClientRect().toJSON() }));"""
KINDS = ("factor", "ratios", "lines", "columns")
ROOMS = ((1, 300), (5, 300), (10, 300), (24, 1000), (24, 460))  # how many, on how many px
NARROWER = """const texts = () => [...document.querySelectorAll("main svg text")];
const label = () => texts().find((text) => text.textContent === "below 7 t");
document.querySelector('main > div').style.width = '240px';
while (!(label()?.getBoundingClientRect().height > 20)) await new Promise(requestAnimationFrame);"""


def labels(one, count, wide, kind):
    return one.run(DRAWN, {"names": [f"below {k} t" for k in range(count)], "wide": wide, "kind": kind})


@pytest.fixture
def one(tab):
    found = tab("actuary")
    found.go("/factors")
    found.page.locator("table").first.wait_for()
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_part_is_named_and_no_label_lies_on_another(one, kind):
    for count, wide in ROOMS:
        found = labels(one, count, wide, kind)
        assert [text["name"] for text in found] == [f"below {k} t" for k in range(count)], wide
        rights = [text["box"]["right"] for text in found]
        assert all(b - a >= 10 for a, b in pairwise(rights)), wide


def test_of_more_than_have_room_on_end_some_are_named_all_along_the_axis(one):
    named = [int(text["name"].split()[1]) for text in labels(one, 60, 300, "factor")]
    assert (named[0], len({b - a for a, b in pairwise(named)})) == (0, 1)
    assert named[-1] >= 55
    assert len(named) >= 10


def test_they_stand_on_end_once_there_is_less_room(one):
    level = labels(one, 8, 1000, "columns")
    assert all(text["box"]["width"] > text["box"]["height"] for text in level)
    one.run(NARROWER)
