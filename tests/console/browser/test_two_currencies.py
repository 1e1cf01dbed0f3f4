"""A book of two currencies on the screens: what is in the one never stands for the other."""

import pytest

from ..two_currencies import both

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def house(rivers, tmp_path_factory):
    with both(rivers, tmp_path_factory.mktemp("both")) as found:
        yield found


def test_a_fleets_file_has_both_its_currencies_and_its_experience_is_of_the_one_chosen(tab, house):
    rows = house.client("actuary").get("/api/v1/pricing/fleets", params={"fleet": "c"}).json()["items"]
    one = tab("actuary")
    one.go("/fleets/c")
    for row in rows:
        part = one.page.locator(f'main h2:text-is("In {row["currency"]}") + dl')
        assert f"{float(row['charged']):,.2f}" in part.inner_text()
    years, currency = one.page.locator("#years"), one.page.get_by_label("Currency")
    years.get_by_role("cell", name="0", exact=True).first.wait_for()
    assert currency.input_value() == "CNY"
    assert set(years.locator("tbody th").all_inner_texts()) == {"Cargo"}
    currency.select_option("EUR")
    years.locator("tbody th").get_by_text("Own damage").first.wait_for()
    assert set(years.locator("tbody th").all_inner_texts()) == {"Own damage"}
    assert "currency=EUR" in one.page.get_by_role("link", name="XLSX: experience").get_attribute("href")


def test_factors_are_of_the_tariff_in_the_currency_chosen(tab):
    one = tab("actuary")
    one.go("/factors")
    one.page.get_by_text("china-2026.1").wait_for()
    one.page.get_by_label("Currency").select_option("EUR")
    one.page.get_by_text("standard-2026.1").wait_for()
    one.page.locator("tbody tr", has_text="Own damage").get_by_role("link", name="age of the vehicle").click()
    one.page.locator("h2", has_text="EUR").wait_for()
    assert "4" in one.page.locator('td[data-label="Vehicles"]').first.inner_text()


def test_the_portfolio_and_the_fleets_show_each_currency_apart(tab):
    one = tab("underwriter")
    one.go("/portfolio")
    one.page.get_by_role("region", name="EUR").wait_for()
    assert "CNY" not in one.page.get_by_role("region", name="EUR").inner_text()
    assert "EUR" not in one.page.get_by_role("region", name="CNY").inner_text()
    one.go("/fleets")
    one.page.locator("tbody tr", has_text="Both").nth(1).wait_for()
