"""tripmeter replay: tables, a summary, and an exit code of 0 only if all was done."""

import json

import polars as pl
import pytest

from streams import tables


def test_it_writes_the_six_tables_and_a_summary(typed, file, tmp_path):
    done = typed("replay", file, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.stderr
    six = tables.load(tmp_path / "out")
    assert set(six) == set(tables.NAMES)
    assert {"speeding", "harsh_braking"} <= set(six["events"]["kind"])
    assert "744 rows read, 744 samples run" in done.stdout
    assert "illustrative" in done.stdout
    assert "harsh_braking" in done.stdout


def test_json_is_one_object_on_stdout(typed, file, tmp_path):
    done = typed("replay", file, "--out", tmp_path / "out", "--json")
    told = json.loads(done.stdout)
    assert (told["rows"], told["samples"], told["late"], told["conflicts"]) == (744, 744, 0, 0)
    assert told["tables"]["trips"] == 1
    assert told["out"] == str(tmp_path / "out")


def test_what_was_left_out_is_told(typed, file, tmp_path):
    frame = pl.read_parquet(file).with_columns(
        pl.when(pl.int_range(pl.len()) == 3).then(5000.0).otherwise("speed_kmh").alias("speed_kmh"), spead_kmh=1.0
    )
    doubled = pl.concat([frame, frame.head(1).with_columns(speed_kmh=1.0)])
    doubled.write_parquet(tmp_path / "odd.parquet")
    done = typed("replay", tmp_path / "odd.parquet", "--out", tmp_path / "out", "--json")
    notes = " ".join(json.loads(done.stdout)["notes"])
    assert done.exit_code == 0
    assert "1 values of speed not used: out of range" in notes
    assert "1 values were told twice" in notes
    assert "spead_kmh" in notes


def test_a_setting_for_one_run(typed, file, tmp_path):
    settings = ("--set", "detectors.speeding.tolerance_kmh=60")
    assert typed("replay", file, "--out", tmp_path / "out", *settings).exit_code == 0
    assert "speeding" not in set(tables.load(tmp_path / "out")["events"]["kind"])


def test_another_class_is_judged_otherwise(typed, file, tmp_path):
    assert typed("replay", file, "--out", tmp_path / "out", "--class", "truck").exit_code == 0
    premiums = tables.load(tmp_path / "out")["premiums"]
    assert premiums.height > 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("missing.parquet",), "missing.parquet: no such file"),
        (("{file}", "--set", "detectors.speeding.tolerence_kmh=1"), "tolerance_kmh"),
        (("{file}", "--set", "nonsense"), "expected section.key=value"),
        (("{file}", "--config", "{tmp}/none.toml"), "none.toml"),
        (("{file}", "--map", "{tmp}/none.toml"), "none.toml"),
        (("{file}", "--map", "{bad}"), "speed_kph"),
        (("{file}", "--registry", "{tmp}/nowhere"), "nowhere"),
        (("{file}", "--set", "tariff.path={tmp}/none.toml"), "none.toml"),
    ],
)
def test_an_error_says_what_and_where_and_writes_nothing(typed, file, tmp_path, arguments, said):
    bad = tmp_path / "bad.toml"
    bad.write_text('[time]\ncolumn = "t"\n[vehicle]\nid = "v"\n[columns]\nspeed_kmh = "speed_kph"\n')
    filled = [one.format(file=file, tmp=tmp_path, bad=bad) for one in arguments]
    done = typed("replay", *filled, "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert said in done.stderr
    assert "Traceback" not in done.output
    assert not (tmp_path / "out").exists()


def test_without_a_file_it_says_how_to_use_it(typed, tmp_path):
    done = typed("replay", "--out", tmp_path)
    assert done.exit_code == 2
    assert "Usage" in done.stderr


def test_a_registry_says_what_places_mean(typed, file, tmp_path):
    registry = tmp_path / "registry"
    registry.mkdir()
    (registry / "fleets.csv").write_text("fleet_id,name,time_zone\nnorth,North,Europe/Berlin\n")
    (registry / "vehicles.csv").write_text("vehicle_id,fleet_id,class\nHH-1,north,N1\n")
    (registry / "geofences.csv").write_text(
        "geofence_id,fleet_id,kind,lat_deg,lon_deg,radius_m\ntown,north,forbidden,53.54,10.0,1000\n"
    )
    done = typed("replay", file, "--out", tmp_path / "out", "--registry", registry)
    assert done.exit_code == 0, done.stderr
    events = tables.load(tmp_path / "out")["events"].filter(pl.col("kind") == "geofence")
    assert events.select("subject", "level").rows() == [("town", 2)]
