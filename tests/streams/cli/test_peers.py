"""tariff peers."""

from datetime import UTC, datetime

import polars as pl
import pytest
from click.testing import CliRunner

from pricing.tariffs import parse, standard, standard_text
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
    known = parse(standard_text() + "\n" + done.output, "ours.toml").peers
    assert known.made.isoformat() == "2026-07-01"
    assert known.percentile("vehicle", "van", 57.5) == pytest.approx(50, abs=2)


def test_too_few_and_those_of_another_tariff_are_refused(asked):
    assert "no vehicle class has 30 scores" in asked(29).output
    assert "rate them with it first" in asked(60, "other+1").output
