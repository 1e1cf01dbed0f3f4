"""Who drove: what a fleet writes waits until the insurer has seen and accepted it, as the command line does."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from console.app import create_app
from streams.store import audit
from streams.store.accounts import drivers

API = "/api/v1"
LIST, ONE = f"{API}/pricing/acceptances", f"{API}/pricing/acceptances/a"
CELLS = {"vehicle_id": "V0", "fleet_id": "a", "driver_id": "D1", "from": "2024-10-01T00:00:00Z", "source": "dispatch"}


def assign(house, driver, key=""):
    """What a manager writes; the key of the row."""
    said = {"key": key, "cells": CELLS | {"driver_id": driver}}
    answer = house.client("manager").post(f"{API}/registry/driver_assignments", json=said)
    assert answer.status_code == 200, answer.text
    return answer.json()[-1]["key"]


def fleet(house):
    (one,) = house.client("actuary").get(LIST).json()["items"]
    return one


def accept(client, rev, book="drivers", reason="cards were checked"):
    said = {"book": book, "reason": reason}
    return client.post(ONE, json=said, headers={"If-Match": f'"{rev}"'})


def test_what_has_changed_is_seen_and_accepted_and_what_comes_later_waits_again(house):
    underwriter = house.client("underwriter")
    assert house.client("actuary").get(LIST).json()["items"] == []
    key = assign(house, "D1")
    seen = fleet(house)
    assert (seen["book"], seen["lines"], seen["accepted"], seen["changed"], seen["by"]) == ("drivers", 1, 0, 1, None)
    assert accept(house.client("actuary"), seen["rev"]).status_code == 403
    done = accept(underwriter, seen["rev"]).json()
    assert (done["accepted"], done["changed"], done["by"]) == (1, 0, "underwriter")
    with house.world.store.reading() as connection:
        (word,) = audit.read(connection, action="ledger.accept_books")
        (row,) = connection.execute(select(drivers)).mappings()
    assert (word["actor"], word["fleet_id"]) == ("underwriter", "a")
    assert (row["vehicle_id"], row["driver_id"], done["reason"]) == ("V0", "D1", "cards were checked")
    assign(house, "D2", key)
    (moved,) = underwriter.get(f"{ONE}/changes").json()["items"]
    assert (moved["vehicle"], moved["old_driver"], moved["driver"], moved["to"]) == ("a/V0", "D1", "D2", None)
    assert moved["what"] == "driver"
    late = accept(underwriter, done["rev"])
    assert (late.status_code, late.json()["code"]) == (409, "changed")
    assert late.json()["current"]["rev"] == fleet(house)["rev"]
    assert fleet(house)["accepted"] == 1


def test_nothing_is_no_word(house):
    said = {"book": "couplings", "reason": "x"}
    answer = house.client("admin").post(f"{API}/pricing/acceptances/b", json=said)
    assert (answer.status_code, answer.json()["code"]) == (422, "refused")


def test_a_book_that_is_empty_by_now_is_accepted_too_and_then_nothing_of_it_counts(house):
    underwriter, manager = house.client("underwriter"), house.client("manager")
    (row,) = manager.get(f"{API}/registry/driver_assignments").json()["items"] or [{"key": ""}]
    assign(house, "D1", row["key"])
    (row,) = manager.get(f"{API}/registry/driver_assignments").json()["items"]
    accept(underwriter, fleet(house)["rev"])
    gone = manager.post(f"{API}/registry/driver_assignments/remove", json={"key": row["key"]})
    assert gone.json()[0]["what"] == "removed"
    (row,) = underwriter.get(f"{ONE}/changes").json()["items"]
    assert (row["old_driver"], row["driver"]) == ("D1", None)
    assert accept(underwriter, "", "couplings").status_code == 422
    done = accept(underwriter, fleet(house)["rev"]).json()
    assert (done["lines"], done["accepted"], done["changed"], done["by"]) == (0, 0, 0, "underwriter")


@pytest.fixture
def private(house):
    """A client of an underwriter who is told scores and km alone."""
    config = house.world.config
    told = replace(house.world, config=replace(config, pricing=replace(config.pricing, privacy="scores_and_km")))
    client = type(house.client("underwriter"))(create_app(told), base_url="http://console")
    client.cookies = house.client("underwriter").cookies
    return client


def test_with_privacy_no_driver_is_named(private):
    assert private.get(f"{ONE}/changes").json()["code"] == "private"
    assert private.get(LIST).status_code == 200
