"""tripmeter roads: a map is taken over and shown, replay uses it, and what it covers is told."""

import json

import polars as pl
import pytest

MAP = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": [[10.0, 53.4], [10.0, 53.7]]},
            "properties": {"highway": "primary", "maxspeed": "50", "maxspeed:hgv": "30", "source:maxspeed": "DE:urban"},
        },
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": [[10.1, 53.4], [10.1, 53.7]]},
            "properties": {"highway": "footway"},
        },
    ],
}


@pytest.fixture
def map_file(tmp_path):
    path = tmp_path / "map.geojson"
    path.write_text(json.dumps(MAP))
    return path


@pytest.fixture
def unposted(file, tmp_path):
    """The drive of a device that knows no limits."""
    path = tmp_path / "unposted.parquet"
    pl.read_parquet(file).drop("speed_limit_kmh").write_parquet(path)
    return path


def test_import_says_what_was_taken_and_what_was_left_out(typed, map_file, tmp_path):
    done = typed("roads", "import", map_file, "--data", tmp_path / "data")
    assert done.exit_code == 0, done.output
    assert "1 of 2 ways taken" in done.stdout
    assert "1 x highway=footway: no road for through traffic" in done.stdout
    shown = typed("roads", "show", "--data", tmp_path / "data", "--json")
    urban = json.loads(shown.stdout)["classes"]["urban"]
    assert urban["km"] == urban["limit"] == urban["truck"] == pytest.approx(33.4, abs=0.1)
    assert urban["night"] == 0


def test_replay_finds_the_limit_on_the_map(typed, map_file, unposted, tmp_path):
    without = typed("replay", unposted, "--out", tmp_path / "a", "--json")
    assert json.loads(without.stdout)["limits"]["limit"]["none"] == 1
    for given in (map_file, tmp_path / "kept.parquet"):
        if given != map_file:
            assert typed("roads", "import", map_file, "--out", given).exit_code == 0
        done = typed("replay", unposted, "--roads", given, "--out", tmp_path / "b", "--json")
        told = json.loads(done.stdout)["limits"]
        assert told["limit"]["road"] > 0.95
        assert told["road"]["urban"] > 0.95
        events = pl.read_parquet(tmp_path / "b" / "events.parquet").filter(pl.col("kind") == "speeding")
        assert events["limit_source"].to_list() == ["road"] * events.height != []
        assert events["rule_version"].str.contains(r"\+roads\.").all()


def test_the_summary_says_where_limits_came_from(typed, map_file, unposted, tmp_path):
    done = typed("replay", unposted, "--roads", map_file, "--out", tmp_path / "b")
    assert "km with a speed limit from: device 0.0%, road 9" in done.stdout
    assert "km by class of road: " in done.stdout


def test_show_tells_what_of_the_driving_is_covered(typed, data, map_file):
    assert typed("roads", "import", map_file, "--data", data).exit_code == 0
    told = json.loads(typed("roads", "show", "--data", data, "--json").stdout)
    assert told["driven"]["limit"]["device"] == pytest.approx(1, abs=0.01)
    assert "km with a speed limit from: device" in typed("roads", "show", "--data", data).stdout


def test_what_is_wrong_is_said_in_words(typed, tmp_path):
    (tmp_path / "a.osm.pbf").write_bytes(b"x")
    for arguments, said in (
        (("import", tmp_path / "a.osm.pbf"), "osmium tags-filter"),
        (("import", tmp_path / "nothing.osm"), "no such file"),
        (("show", "--data", tmp_path), "import some with 'tripmeter roads import FILE'"),
    ):
        done = typed("roads", *arguments)
        assert done.exit_code == 1
        assert said in " ".join(done.stderr.split())


def test_a_map_that_is_none_stops_a_replay(typed, file, tmp_path):
    done = typed("replay", file, "--roads", tmp_path / "no.geojson", "--out", tmp_path / "b")
    assert done.exit_code == 1
    assert "no such file" in done.stderr
