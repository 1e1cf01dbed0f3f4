"""tripmeter explain: why an alert, an event, a trip, a score or a premium is what it is; rate: all of them."""

import json

import polars as pl
import pytest

from streams import tables


def ids(folder, table, column):
    return tables.load(folder)[table][column].to_list()


@pytest.mark.parametrize(
    ("table", "column", "said"),
    [
        ("alerts", "alert_id", ["do:", "seen 1 time", "rule ", "version"]),
        ("events", "event_id", ["threshold", "level", "2025-06-15"]),
        ("trips", "trip_id", ["drove", "km"]),
        ("scores", "score_id", ["score"]),
        ("premiums", "premium_id", ["illustrative"]),
    ],
)
@pytest.mark.parametrize("place", ["replay", "service"])
def test_by_the_beginning_of_an_id(typed, replayed, data, table, column, said, place):
    option = ("--tables", replayed) if place == "replay" else ("--data", data)
    taken = ids(replayed, "alerts", "alert_id") if table == "events" else []  # an alert is named like its first event
    name = next(name for name in ids(replayed, table, column) if name not in taken)
    done = typed("explain", name[:10], *option)
    assert done.exit_code == 0, done.stderr
    assert all(word in done.stdout for word in said), done.stdout
    assert json.loads(typed("explain", name, *option, "--json").stdout)[column] == name


def test_an_alert_is_explained_with_its_events(typed, replayed):
    alerts = tables.load(replayed)["alerts"]
    name = alerts.filter(pl.col("kind") == "speeding")["alert_id"][0]
    text = typed("explain", name, "--tables", replayed).stdout
    assert "speeding of north/HH-1, driver D1" in text
    assert "talk to the driver" in text
    assert "limit  the posted one, from the device" in text


@pytest.mark.parametrize(("name", "said"), [("ff", "too short"), ("zzzz", "nothing has the id 'zzzz'")])
def test_what_is_not_there_is_an_error(typed, replayed, name, said):
    done = typed("explain", name, "--tables", replayed)
    assert (done.exit_code, said in done.stderr) == (1, True)


def test_a_folder_without_tables_is_an_error(typed, tmp_path):
    done = typed("explain", "abcd", "--tables", tmp_path)
    assert (done.exit_code, "has no events.parquet" in done.stderr) == (1, True)


def test_a_data_folder_and_a_replay_are_rated_alike(typed, replayed, data, tmp_path, rivers):
    done = typed("rate", "--data", data, "--out", tmp_path / "rated")
    assert done.exit_code == 0, done.stderr
    both = [tables.load(folder) for folder in (replayed, tmp_path / "rated")]
    for six in both:  # the service knows the fleet's time zone, the replay none
        six["exposure"] = six["exposure"].drop("hour_9_16_km", "hour_16_19_km")
    assert rivers.differences(*both) == {}
    told = [json.loads(typed("rate", *where, "--json").stdout) for where in (("--data", data), ("--tables", replayed))]
    assert told[0] == told[1]
    assert {"scores", "premiums"} == set(told[0])


def test_whose_an_alert_is_and_until_when_it_is_shelved_is_said(typed, data):
    (first, *_) = json.loads(typed("alerts", "list", "--data", data, "--json").stdout)
    typed("alerts", "assign", first["alert_id"], "--to", "Bo", "--data", data)
    typed("alerts", "shelve", "--fleet", "north", "--for", "1d", "--reason", "roadworks", "--data", data)
    text = typed("explain", first["alert_id"], "--data", data).stdout
    assert "assigned to: Bo" in text
    assert "shelved until: 2025-06-16" in text
