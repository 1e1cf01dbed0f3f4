"""A scenario file is checked to the letter, and what is wrong with it is said where it stands."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator import asked, scenario
from simulator.cli import main
from simulator.faults import BY_NAME
from simulator.placed import KINDS
from simulator.regions import REGIONS
from simulator.reports import Window
from simulator.roster import roster
from simulator.scenario import ScenarioError

REGION = REGIONS["karlsruhe"]
START = scenario.begins(datetime(2025, 11, 12, 4), REGION)
WINDOW = Window(START, 14.0)
IDS = [vehicle.vehicle_id for vehicle in roster(10, 7).vehicles]
MANUAL = Path(__file__).parents[2] / "docs" / "simulator.md"


def told(tmp_path: Path, text: str) -> scenario.Scenario:
    path = tmp_path / "day.toml"
    path.write_text(text)
    return scenario.read(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hours = ", "Invalid value"),
        ("hour = 5", "no key is called 'hour'; did you mean hours"),
        ('hours = "long"', "hours is 'long', expected a number"),
        ("hours = 25", "hours is 25, expected 0.05 to 24"),
        ("ailments = -1", "ailments is -1, expected a number from 0"),
        ("vehicles = true", "vehicles is True, expected a whole number"),
        ("vehicles = 0", "expected at least 1"),
        ('region = "paris"', "region is 'paris', expected one of karlsruhe, shanghai, austin"),
        ("start = 2025-11-12", "start is .*, expected a date and time"),
        ("[faults]\nlos = 1", "no fault is called 'los'; did you mean loss"),
        ("[faults]\nloss = -1", "fault loss: the rate is -1, expected a number from 0, times an hour"),
        ("[[event]]\nvehicle = 1", "event 1: it has no kind"),
        (
            '[[event]]\nkind = "punture"\nvehicle = 1',
            "event 1: no kind of event is called 'punture'; did you mean puncture",
        ),
        ('[[event]]\nkind = "crash"\nat = "10:12"', "event 1: vehicle is missing"),
        ('[[event]]\nkind = "crash"\nvehicle = 1', 'event 1: at is missing, expected a local time such as "10:12"'),
        ('[[event]]\nkind = "no_break"\nvehicle = 1\nday = 0', "day is 0, expected a number from 1"),
        ('[[event]]\nkind = "leak"\nvehicle = 1\nday = 2\nat = 2025-11-13T10:12:00', "at has a date"),
        ('[[event]]\nkind = "no_break"\nvehicle = 1\nat = "10:12"', "no key is called 'at'"),
        ('[[event]]\nkind = "leak"\nvehicle = 1\nat = "10:12"\nwheel = 2', "wheel is 2, expected text"),
        (
            '[[event]]\nkind = "unplugged"\nvehicle = 1\nat = "10:12"\nminutes = 0',
            "minutes is 0, expected a number above 0",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        told(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('vehicle = 11\nat = "10:12"', r"event 1 \(crash\): there is no vehicle 11; the fleet has 10"),
        ('vehicle = "VAN-01"\nat = "10:12"', "no vehicle is called 'VAN-01'; did you mean VAN-001"),
        ('vehicle = 1\nat = "noon"', "at is 'noon', expected a local time"),
        ('vehicle = 1\nat = "20:00"', "20:00 is not within the window, 12 Nov 04:00 to 12 Nov 18:00 local time"),
        ('vehicle = 1\nday = 2\nat = "10:12"', "day is 2, but 1 are driven; see --days"),
        ("vehicle = 1\nat = 2025-11-13T10:12:00", "not within the window"),
    ],
)
def test_what_does_not_fit_the_fleet_or_its_day_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        scenario.place(told(tmp_path, f'[[event]]\nkind = "crash"\n{text}'), IDS, REGION, WINDOW)


def test_times_are_local_and_a_vehicle_has_a_number_or_an_id(tmp_path: Path) -> None:
    text = '[[event]]\nkind = "crash"\nvehicle = 7\nat = "10:12"\n'
    text += '[[event]]\nkind = "leak"\nvehicle = "VAN-007"\nat = 2025-11-12T09:12:00Z\npercent_per_hour = 3\n'
    one, two = scenario.place(told(tmp_path, text), IDS, REGION, WINDOW)
    assert one.vehicle == two.vehicle == 6
    assert one.at == two.at == 6.2 * 3600
    assert two.options == {"percent_per_hour": 3}
    assert datetime.fromtimestamp(START + one.at, UTC).hour == 9


def test_a_day_is_a_number_or_a_date(tmp_path: Path) -> None:
    text = '[[event]]\nkind = "crash"\nvehicle = 7\nday = 3\nat = "10:12"\n'
    text += '[[event]]\nkind = "crash"\nvehicle = 7\nat = 2025-11-14T10:12:00\n'
    text += '[[event]]\nkind = "no_break"\nvehicle = 7\nday = 2\n'
    one, two, whole = scenario.place(told(tmp_path, text), IDS, REGION, WINDOW, 3)
    assert (one.day, one.at) == (two.day, two.at) == (2, 6.2 * 3600)
    assert whole.day == 1


@pytest.mark.parametrize(
    ("text", "often"),
    [("", 1.0), ("incidents = false", 0.0), ("incidents = false\nailments = 2", 2.0), ("ailments = 0", 0)],
)
def test_without_the_usual_nothing_ails_unless_it_is_said(tmp_path: Path, text: str, often: float) -> None:
    assert told(tmp_path, text).ailments == often


def test_true_is_a_faults_own_rate(tmp_path: Path) -> None:
    found = told(tmp_path, "[faults]\nloss = true\nbacklog = false\nduplicates = 2")
    assert found.faults == {"loss": BY_NAME["loss"].rate, "backlog": 0.0, "duplicates": 2.0}


@pytest.mark.parametrize("name", asked.shipped())
def test_those_shipped_fit_their_fleets(name: str) -> None:
    found = scenario.read(asked.SHIPPED / f"{name}.toml")
    assert found.region and found.start and found.hours and found.vehicles
    region, fleet = REGIONS[found.region], roster(found.vehicles, found.seed or 0, found.region)
    ids = [vehicle.vehicle_id for vehicle in fleet.vehicles]
    placed = scenario.place(found, ids, region, Window(scenario.begins(found.start, region), found.hours))
    assert len(placed) == len(found.events)
    assert placed or found.faults


def test_an_option_on_the_command_line_wins(tmp_path: Path) -> None:
    (tmp_path / "day.toml").write_text("vehicles = 5\nhours = 0.1\nincidents = false")
    words = ["record", "--scenario", str(tmp_path / "day.toml"), "--registry", str(tmp_path / "reg"), "--json"]
    assert '"vehicles": 5' in CliRunner().invoke(main, words).output
    assert '"vehicles": 2' in CliRunner().invoke(main, [*words, "--vehicles", "2"]).output


def test_a_scenario_that_cannot_be_read_is_said_plainly(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["record", "x.csv", "--scenario", "no_such"])
    assert result.exit_code == 1 and "no_such" in result.output and "Traceback" not in result.output


def test_every_kind_of_event_is_in_the_manual() -> None:
    text = MANUAL.read_text("utf-8")
    assert [kind for kind in KINDS if f"| `{kind}` |" not in text] == []


def test_what_cannot_happen_on_a_later_day_is_said_before_anything_is_written(tmp_path: Path) -> None:
    event = '[[event]]\nkind = "crash"\nvehicle = 1\nday = 2\nat = "06:29"\n'
    (tmp_path / "two.toml").write_text(
        f"vehicles = 1\nhours = 0.5\nstart = 2025-11-12T06:00:00\nincidents = false\n{event}"
    )
    words = ["record", str(tmp_path / "out"), "--days", "2", "--scenario", str(tmp_path / "two.toml")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 1 and "Error: event 1 (crash): VAN-001 does not drive fast enough" in result.output
    assert not (tmp_path / "out").exists()
