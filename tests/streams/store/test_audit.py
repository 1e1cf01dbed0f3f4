"""Audit: what people do leaves a row; one that is altered, removed or put in between is found."""

import pytest
from sqlalchemy import delete, insert, update

from streams.store import audit
from streams.store.audit import Entry
from streams.store.deeds import audit as table
from streams.store.store import memory_store

DEEDS = [
    Entry("Ann", "alerts.acknowledge", "north", "a1", {"reason": "called D-17"}),
    Entry("Bob", "registry.changed", "south", "vehicles south/V1", {"fields": ["use"]}),
    Entry("Ann", "alerts.dismiss", "north", "a2", {"value": "other"}),
    Entry("tripmeter", "rules.changed"),
]


@pytest.fixture
def store():
    made = memory_store()
    with made.writing() as connection:
        audit.record(connection, DEEDS[:1])
        audit.record(connection, DEEDS[1:], at=5.0)
    yield made
    made.close()


def verified(store, expected=""):
    with store.reading() as connection:
        return audit.verify(connection, expected)


def read(store, **wanted):
    with store.reading() as connection:
        return audit.read(connection, **wanted)


def test_rows_are_numbered_and_say_who_and_what(store):
    rows = read(store)
    assert [row["id"] for row in rows] == [1, 2, 3, 4]
    assert [(row["actor"], row["action"], row["fleet_id"], row["about"]) for row in rows] == [d[:4] for d in DEEDS]
    assert {row["login"] for row in rows} == {audit.login()}
    assert rows[2]["at"] == 5.0
    assert vars(verified(store)) == {"rows": 4, "erased": 0, "head": f"4:{rows[3]['digest']}", "problems": []}


def test_they_are_found_by_fleet_person_and_family_of_actions(store):
    assert [row["id"] for row in read(store, fleet_id="north")] == [1, 3]
    assert [row["id"] for row in read(store, actor="Bob")] == [2]
    assert [row["id"] for row in read(store, action="alerts")] == [1, 3]
    assert [row["id"] for row in read(store, last=2)] == [3, 4]


@pytest.mark.parametrize("column", ["at", "actor", "login", "action", "fleet_id", "about", "detail", "content"])
def test_whatever_is_altered_is_found(store, column):
    with store.writing() as connection:
        connection.execute(update(table).where(table.c.id == 2).values({column: 6.0 if column == "at" else "other"}))
    assert [problem.split(" is ")[0] for problem in verified(store).problems] == ["row 2"]


def test_a_row_altered_with_its_own_digest_breaks_the_next(store):
    row = read(store)[1] | {"actor": "Eve"}
    row["digest"] = audit._digest(row, read(store)[0]["digest"])
    with store.writing() as connection:
        connection.execute(update(table).where(table.c.id == 2).values(row))
    assert [problem.split(" is ")[0] for problem in verified(store).problems] == ["row 3"]


def test_a_row_removed_is_found_and_one_put_in_its_place(store):
    (first, second, *_) = read(store)
    with store.writing() as connection:
        connection.execute(delete(table).where(table.c.id == 2))
    assert "row 2 is missing" in verified(store).problems
    with store.writing() as connection:
        connection.execute(insert(table), second | {"about": first["about"]})
    assert len(verified(store).problems) == 1


def test_rows_cut_off_at_the_end_are_missed_by_who_noted_the_head(store):
    head = verified(store).head
    with store.writing() as connection:
        connection.execute(delete(table).where(table.c.id == 4))
    assert verified(store).problems == []
    assert len(verified(store, head).problems) == 1
    with store.writing() as connection:
        audit.record(connection, [Entry("Eve", "rules.changed")])
    assert len(verified(store, head).problems) == 1


def test_a_head_noted_earlier_is_still_there_after_more(store):
    head = verified(store).head
    with store.writing() as connection:
        audit.record(connection, DEEDS)
    assert verified(store, head).problems == []


def test_what_names_a_person_can_be_erased_and_the_chain_holds(store):
    with store.writing() as connection:
        assert audit.erase(connection, "D-17", "the data officer") == 1
    found, rows = verified(store), read(store)
    assert (found.erased, found.problems) == (1, [])
    assert "D-17" not in str(rows)
    assert (rows[0]["actor"], rows[0]["about"], rows[-1]["action"]) == ("Ann", "", "audit.erased")


def test_emptied_without_an_erasure_on_record_is_found(store):
    with store.writing() as connection:
        connection.execute(update(table).where(table.c.id == 3).values(about="", detail="", salt=""))
    assert verified(store).problems == ["row 3 was emptied, and no erasure on record says so"]


def test_what_is_noted_at_every_start_is_there_once(store):
    for detail in ({}, {"a": 1}, {"a": 1}, {}, {"a": 2}):
        with store.writing() as connection:
            audit.note(connection, Entry("tripmeter", "settings.changed", detail=detail))
    assert [row["detail"] for row in read(store, action="settings.changed")] == ['{"a": 1}', "", '{"a": 2}']
