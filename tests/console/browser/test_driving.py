"""Driving on the screen: trips sorted where they lie, hours at a glance, which traces are shown."""

import pytest

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
