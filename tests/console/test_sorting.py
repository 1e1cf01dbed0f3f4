"""Long lists are sorted by the service: what is seen is what is meant, and pages leave nothing out."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from console.api import ENDPOINTS, PREFIX
from console.endpoint import Shape
from console.gate.problems import Problem
from console.lists.sorting import Sorted, by, page, rank

SORTING = [one for one in ENDPOINTS if issubclass(one.query, Sorted) and one.gives is not bytes]


class Thing(Shape):
    name: str
    cover: str
    amount: Decimal | None
    parts: list[str]


@dataclass
class Row:
    name: str
    amount: Decimal | None
    cover: str = ""


COLUMNS = by(Thing, "things")


def names(rows, sort, limit=100, cursor="", language="", columns=COLUMNS):
    asked = Sorted(sort=sort, limit=limit, cursor=cursor, language=language)
    return page(rows, asked, lambda row: row.name, lambda row: row.name, columns)


def test_numbers_in_names_count_as_numbers_and_capitals_do_not():
    rows = [Row(name, None) for name in ("truck-10", "Truck-9", "a/truck-2", "truck-1b")]
    assert names(rows, "name").items == ["a/truck-2", "truck-1b", "Truck-9", "truck-10"]


def test_what_is_not_known_stands_last_either_way():
    rows = [Row("a", None), Row("b", Decimal("2.5")), Row("c", Decimal(10)), Row("d", None)]
    assert names(rows, "amount").items == ["b", "c", "a", "d"]
    assert names(rows, "-amount").items == ["c", "b", "a", "d"]


def test_what_is_told_in_words_is_sorted_by_the_word_that_is_read():
    rows = [Row(name, None, name) for name in ("cargo", "occupants", "own_damage", "tpl_property", "tpl_injury")]
    assert names(rows, "cover", language="en").items == [
        "cargo",
        "occupants",
        "own_damage",
        "tpl_injury",
        "tpl_property",
    ]
    assert names(rows, "cover", language="zh-CN").items == [  # 车上人员险, 车损险, 货物险, 三者人伤, 三者物损
        "occupants",
        "own_damage",
        "cargo",
        "tpl_injury",
        "tpl_property",
    ]


def test_han_characters_go_by_their_sound():
    assert sorted(("上海", "北京", "广州", "安徽"), key=rank) == ["安徽", "北京", "广州", "上海"]


def test_a_column_that_is_none_is_refused_with_those_that_are():
    with pytest.raises(Problem, match="sort is one of amount, cover, name"):
        names([], "-colour")
    with pytest.raises(Problem, match="sort is one of"):
        names([], "parts")  # a list of values has no order


@given(
    some.lists(some.tuples(some.integers(0, 9), some.none() | some.integers(0, 3)), unique_by=lambda one: one[0]),
    some.integers(1, 4),
    some.sampled_from(("amount", "-amount", "name", "-name")),
)
def test_pages_one_after_another_are_the_whole_list(made, limit, sort):
    rows = [Row(str(name), None if amount is None else Decimal(amount)) for name, amount in made]
    found, cursor = [], ""
    while True:
        part = names(rows, sort, limit, cursor)
        found += part.items
        if not part.cursor:
            break
        cursor = part.cursor
    assert found == names(rows, sort).items
    assert sorted(found) == sorted(row.name for row in rows)


def test_a_row_that_moves_meanwhile_takes_no_others_with_it():
    rows = [Row(name, Decimal(k)) for k, name in enumerate("abcdef")]
    first = names(rows, "amount", limit=2)
    rows[1].amount = Decimal(9)  # b, the last that was seen, is the last of all now
    assert names(rows, "amount", cursor=first.cursor).items == ["c", "d", "e", "f", "b"]


@pytest.mark.parametrize("one", SORTING, ids=lambda one: one.path)
def test_each_list_can_be_sorted_by_each_of_its_columns(house, posted, one):
    assert posted
    path = f"{PREFIX}{one.path}".replace("{fleet}", "a")
    client = house.client("admin")
    columns = client.get(path, params={"sort": "?"}).json()["detail"].partition("one of ")[2].split(", ")
    plain = client.get(path).json()["items"]
    for column in columns:
        up, down = (client.get(path, params={"sort": f"{way}{column}", "language": "en"}) for way in ("", "-"))
        assert (up.status_code, down.status_code) == (200, 200), column
        for answer in (up, down):
            assert sorted(map(str, answer.json()["items"])) == sorted(map(str, plain)), column


def test_premiums_are_sorted_as_they_are_shown_and_a_file_is_in_the_same_order(house):
    client, path = house.client("actuary"), f"{PREFIX}/pricing/premiums"
    down = client.get(path, params={"sort": "-vehicle"}).json()["items"]
    assert [row["vehicle"] for row in down] == ["a/V1", "a/V0"]
    amounts = [Decimal(row["amount"]) for row in client.get(path, params={"sort": "amount"}).json()["items"]]
    assert amounts == sorted(amounts)
    saved = client.get(f"{path}.csv", params={"sort": "-vehicle"}).text.splitlines()
    assert [line.split(",")[0] for line in saved[1:]] == [row["premium_id"] for row in down]


def test_entries_are_sorted_without_being_read(house, posted):
    client, path = house.client("actuary"), f"{PREFIX}/pricing/ledger"
    rows = client.get(path, params={"policy": "X", "sort": "-amount", "limit": 2}).json()
    assert rows["total"] == 3
    assert [Decimal(row["amount"]) for row in rows["items"]] == sorted((one.amount for one in posted), reverse=True)[:2]
    more = client.get(path, params={"policy": "X", "sort": "-amount", "limit": 2, "cursor": rows["cursor"]}).json()
    assert [Decimal(row["amount"]) for row in more["items"]] == [min(one.amount for one in posted)]
