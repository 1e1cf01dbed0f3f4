"""Ids."""

from pricing.ids import identify


def test_an_id_is_the_same_in_every_process():
    assert identify("F", "V", 1) == "81b4a1ff428ea026"


def test_the_border_between_parts_counts():
    assert identify("ab", "c") != identify("a", "bc")
