"""Plan: enough of everything, also while a machine is missing; more vehicles never take less; the page says it too."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from streams.cli import tripmeter
from streams.planning import measured, page
from streams.planning.measured import Costs, PlanError
from streams.planning.plan import SNAPSHOT_S, Fleet, assumptions, plan
from streams.settings import Commit

GIVEN = assumptions()
SIZES = (100, 1_000, 10_000, 50_000, 200_000, 1_000_000, 10_000_000)


@pytest.fixture(scope="module")
def costs():
    """Round numbers."""
    payload = {"worker": 1e-4, "postgres": 5e-5, "body": 500.0, "frame": 560.0, "database": 700.0, "log": 900.0}
    return Costs(
        payload={1: payload, 11: {name: 3 * value for name, value in payload.items()}},
        vehicle={"worker": 5e-5, "postgres": 1e-4, "state": 5_000.0, "memory": 20_000.0, "log": 1_500.0},
        hour={"record": 50_000.0, "archive": 100_000.0},
        way={"bridge": 1e-5, "mosquitto": 1.5e-5, "kafka": 5e-5, "body": 591.0, "kept": 300.0},
    )


@pytest.mark.parametrize("vehicles", SIZES)
def test_processors_are_busy_by_three_fifths_at_most_and_bear_the_loss_of_a_machine(costs, vehicles):
    found = plan(Fleet(vehicles), costs, GIVEN)
    for name, kind in found.kinds.items():
        assert kind.busy <= GIVEN["headroom"]["utilisation"] + 1e-9, name
        assert kind.count >= 2, name
    assert found.app.one_gone <= GIVEN["headroom"]["one_gone"] + 1e-9
    assert found.kafka.count >= GIVEN["kafka"]["least"]
    left = (found.app.count - 1) * found.app.memory_gb * 1e9
    assert vehicles / found.cells * costs.vehicle["memory"] <= left


@pytest.mark.parametrize("vehicles", SIZES)
def test_every_worker_finds_partitions_and_no_worker_is_full(costs, vehicles):
    found = plan(Fleet(vehicles), costs, GIVEN)
    assert found.partitions >= GIVEN["workers"]["partitions"] * found.workers
    busy = found.payloads_s / found.cells * costs.of_payload("worker", 10)
    assert busy <= found.workers * GIVEN["headroom"]["utilisation"] + 1e-9


def test_more_vehicles_take_no_less_of_anything(costs):
    plans = [plan(Fleet(count), costs, GIVEN) for count in SIZES]
    for name in ("cells", "machines", "month", "archive_gb", "payloads_s"):
        values = [getattr(one, name) for one in plans]
        assert values == sorted(values), name
    each = [one.month / one.fleet.vehicles for one in plans]
    assert each[-1] < each[0]


def test_a_fleet_too_large_for_one_database_is_served_by_several_installations(costs):
    small, large = plan(Fleet(10_000), costs, GIVEN), plan(Fleet(10_000_000), costs, GIVEN)
    assert small.cells == 1
    assert large.cells > 1
    assert large.log_mb_s <= GIVEN["postgres"]["log_mb_s"] * GIVEN["headroom"]["utilisation"]


def test_what_lies_between_two_sizes_is_on_the_line_and_beyond_them_goes_on(costs):
    assert costs.of_payload("worker", 1) == pytest.approx(1e-4)
    assert costs.of_payload("worker", 6) == pytest.approx(2e-4)
    assert costs.of_payload("worker", 21) == pytest.approx(5e-4)


def test_a_disk_holds_what_is_kept(costs):
    found = plan(Fleet(100_000), costs, GIVEN)
    mean = 100_000 / found.cells * GIVEN["habits"]["hours"] / 24 / 10
    size = costs.of_payload("frame", 10)
    kept = mean * 86_400 * GIVEN["kafka"]["days"] * size * GIVEN["kafka"]["replicas"]
    assert found.kafka.count * found.kafka.disk_gb * 1e9 * GIVEN["headroom"]["disk"] == pytest.approx(kept)


def test_snapshots_are_as_often_as_the_service_makes_them():
    assert Commit().snapshot_s == SNAPSHOT_S


def test_own_assumptions_take_the_place_of_those_shipped(costs, tmp_path):
    (tmp_path / "mine.toml").write_text("[prices]\ncore_month = 36.0\n")
    dear = plan(Fleet(100_000), costs, assumptions(tmp_path / "mine.toml"))
    assert dear.month > plan(Fleet(100_000), costs, GIVEN).month
    (tmp_path / "mine.toml").write_text("[prices]\ncore_months = 36.0\n")
    with pytest.raises(PlanError, match=r"prices\.core_months"):
        assumptions(tmp_path / "mine.toml")


def test_costs_that_were_not_measured_are_an_error(tmp_path):
    (tmp_path / "results.json").write_text("{}")
    with pytest.raises(PlanError, match="python -m bench costs"):
        Costs.read(tmp_path / "results.json")


def test_the_command_plans_with_what_was_measured():
    asked = ["plan", "--vehicles", "10000", "--vehicles", "1000000", "--json"]
    found = json.loads(CliRunner().invoke(tripmeter, asked).output)
    assert [one["fleet"]["vehicles"] for one in found] == [10_000, 1_000_000]
    assert 0 < found[0]["machines"] < found[1]["machines"]
    shown = CliRunner().invoke(tripmeter, asked[:-1])
    assert "EUR a month" in shown.output


def test_the_sizing_tables_of_the_page_are_what_the_command_says():
    text = (measured.PLACES[1].parents[1] / "docs" / "scaling.md").read_text("utf-8")
    assert set(re.findall(r"<!-- plan: (\w+) -->", text)) == set(page.TABLES)
    assert page.refresh(text) == text


def test_the_wheel_has_the_measured_costs():
    root = Path(measured.__file__).parents[2]
    assert '"bench/results.json" = "streams/planning/measured.json"' in (root / "pyproject.toml").read_text("utf-8")
    assert measured.PLACES[0].name == "measured.json"
    assert measured.PLACES[1] == root / "bench" / "results.json"
