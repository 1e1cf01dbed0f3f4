"""docs/trips.md names every parameter with the value in force."""

from pathlib import Path

import pytest

from streams.journeys import activity, exposure, trips

PAGE = (Path(__file__).parents[3] / "docs" / "trips.md").read_text()


@pytest.mark.parametrize(("title", "room"), [("Trips", trips), ("Activity", activity), ("Exposure", exposure)])
def test_every_parameter_is_on_the_page(title, room):
    section = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    for param in room.PARAMS:
        assert f"| `{param.name}` | {param.values:g} |" in section, param.name


def test_every_sum_is_on_the_page():
    assert all(f"`{name}`" in PAGE for name in exposure.SUMS)
