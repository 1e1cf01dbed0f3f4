"""tariff peers."""

from datetime import UTC, date, datetime

import polars as pl
import pytest
from click.testing import CliRunner

from pricing.tariffs import parse, standard, standard_text
from pricing.tariffs.changed import with_peers
from streams.cli import source, tripmeter

TARIFF = standard()


@pytest.fixture
def asked(monkeypatch):
    """What the command says of so many scores made with a tariff."""

    def run(count, tariff_id=TARIFF.tariff_id):
        scores = [
            {"subject": "vehicle", "class": "van", "score": 50.0 + k / 4, "provisional": False, "tariff_id": tariff_id}
            for k in range(count)
        ]
        frame = pl.DataFrame(scores).with_columns(valid_to=pl.lit(datetime(2026, 7, 1, tzinfo=UTC)))
        monkeypatch.setattr(source, "read", lambda _data, _folder: {"scores": frame})
        return CliRunner().invoke(tripmeter, ["tariff", "peers"])

    return run


def test_what_it_prints_goes_into_the_tariff(asked):
    done = asked(60)
    assert done.exit_code == 0
    known = parse(with_peers(standard_text(), done.output), "ours.toml").peers
    assert known.made.isoformat() == "2026-07-01"
    assert known.percentile("vehicle", "van", 57.5) == pytest.approx(50, abs=2)


def test_too_few_and_those_of_another_tariff_are_refused(asked):
    assert "no vehicle class has 30 scores" in asked(29).output
    assert "rate them with it first" in asked(60, "other+1").output


def test_an_exposure_file_serves_as_well(tmp_path):
    rows = 60
    km = pl.Series("km_measured", [9000.0 + k for k in range(rows)])
    seen = dict.fromkeys(("observed_km", "observed_corner_km", "limit_known_km"), km)
    who = {"fleet_id": "f", "vehicle_id": [f"v{k}" for k in range(rows)], "driver_id": None, "class": "van"}
    frame = pl.DataFrame(who | {"day": date(2026, 3, 2)}).with_columns(km, moving_h=km / 50, **seen)
    frame = frame.with_columns(harsh_braking_2=pl.int_range(rows) * 3, observed_tyre_km=km)
    frame.with_columns(pl.col("driver_id").cast(pl.String)).write_parquet(tmp_path / "e.parquet")
    words = ["tariff", "peers", "--exposure", str(tmp_path / "e.parquet"), "--about", 'of "ours"']
    done = CliRunner().invoke(tripmeter, words)
    assert done.exit_code == 0, done.output
    known = parse(with_peers(standard_text(), done.output), "ours.toml").peers
    assert (known.about, list(known.scores)) == ('of "ours"', ["vehicle"])
    frame.drop("class").write_parquet(tmp_path / "e.parquet")
    assert "no column 'class'" in CliRunner().invoke(tripmeter, words).output
