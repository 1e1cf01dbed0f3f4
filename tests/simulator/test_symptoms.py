"""What ails a vehicle stands on the sheet, whoever measures it, and is found of it; a sound fleet raises nothing."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from devices.codecs import decode
from simulator import ailments, recordings, registry
from simulator.ailments import AILMENTS, LONGEST, Ailment, ailment, lasting, ordinary
from simulator.payloads import Cut, codes, payloads
from simulator.placed import Placed, PlacingError
from simulator.profiles import PROFILES
from simulator.roster import roster
from simulator.symptoms import SYMPTOMS
from simulator.traffic import Traffic, Window, combined
from streams.recordings import recording
from streams.registry import Roster, load

START, HOURS = 1_762_920_000.0, 8.0
VEHICLES = 10
KINDS = [*SYMPTOMS, "coolant_hot", "fault_code"]
ILL = dict(zip(AILMENTS, (0, 1, 2, 3, 4, 7, 5, 8), strict=True))  # whose; the others are sound
BEGIN = 5_400.0
SOON = 120.0  # s with the ignition on: codes are listed once a minute, a step of the bus is long of what creeps
MAKES = {"coolant_leak": "coolant_hot", "thermostat_shut": "coolant_hot", "alternator_fails": "battery_low"}
MAKES |= {"oil_leak": "oil_pressure_low", "brake_air_leak": "brake_air_low", "lining_worn": "brake_lining_worn"}


@pytest.fixture(scope="module")
def traffic():
    events = tuple(Placed(kind, k, BEGIN, {"hours": 2.0}) for kind, k in ILL.items())
    return Traffic(roster(VEHICLES, 7), Window(START, HOURS), events=events, ailments=0.0)


@pytest.fixture(scope="module")
def day(tmp_path_factory, rivers, traffic):
    """(recording, events, answer sheet), of a report every ten seconds."""
    folder = tmp_path_factory.mktemp("fleet")
    registry.write(traffic.roster, traffic.window.start, folder)
    whole, sheet = combined(list(traffic.reports()))
    whole.filter(pl.col("t") % 10 == 0).write_parquet(folder / "day.parquet")
    pieces = list(recording.read([folder / "day.parquet"]))
    tables = rivers.replayed(pieces, rivers.judged(), Roster(load(folder)))
    return whole, tables["events"].filter(pl.col("kind").is_in(KINDS)), sheet


def of(frame, traffic, k):
    return frame.filter(vehicle_id=traffic.roster.vehicles[k].vehicle_id)


@pytest.mark.parametrize("kind", AILMENTS)
def test_each_is_found_soon_after_it_shows(day, traffic, kind):
    whole, events, sheet = day
    own, told = of(sheet, traffic, ILL[kind]), of(events, traffic, ILL[kind])
    awake = of(whole, traffic, ILL[kind]).filter(pl.col("ignition") > 0)["t"]
    (fact,) = own.filter(kind=kind).iter_rows(named=True)
    assert fact["start"].timestamp() == START + BEGIN and fact["peak"] == 1.0
    wanted = ["fault_code", *([MAKES[kind]] if kind in MAKES else [])]
    for symptom in wanted:
        truth, event = own.filter(pl.col("kind") == symptom, pl.col("level") > 0), told.filter(kind=symptom)
        assert truth["start"].min() >= fact["start"]
        between = sorted(one["start"].min().timestamp() for one in (truth, event))
        assert awake.is_between(*between).sum() <= SOON
    assert set(told["kind"]) == set(wanted)
    assert set(told.filter(kind="fault_code")["subject"]) == {AILMENTS[kind].code}


def test_of_sound_vehicles_nothing_is_found_nor_true(day, traffic):
    _, events, sheet = day
    ill = [traffic.roster.vehicles[k].vehicle_id for k in ILL.values()]
    assert set(events["vehicle_id"]) == set(ill)
    assert set(sheet.filter(pl.col("kind").is_in([*KINDS, *AILMENTS]))["vehicle_id"]) == set(ill)


def test_payloads_list_codes_from_when_they_are_set(day, traffic):
    whole, _, sheet = day
    own = of(whole, traffic, ILL["lining_worn"])
    bodies = [decode(one.body) for one in payloads(own, 0, "b", Cut())]
    said = [(one.t[0], one.fault_codes) for one in bodies if one.fault_codes is not None]
    (fact,) = of(sheet, traffic, ILL["lining_worn"]).filter(kind="fault_code").iter_rows(named=True)
    assert {tuple(codes) for _, codes in said} == {(), ("C1102",)}
    assert min(t for t, codes in said if codes) == fact["start"].timestamp()
    assert max(t for t, codes in said if not codes) < fact["start"].timestamp()
    assert codes("none") == [] and codes("P0217 C1101") == ["P0217", "C1101"] and codes(None) is None


@pytest.mark.parametrize("name", ["day.csv", "day.parquet", "lists.parquet"])
def test_a_recording_keeps_its_codes_on_the_way(tmp_path, name):
    said = pl.Series(
        [None, "none", "P0217", "C1101 P0217"] if name != "lists.parquet" else [None, [], ["P0217"], ["C1101", "P0217"]]
    )
    t = [1_000.0, 1_001.0, 1_002.0, 1_003.0]
    recordings.write(pl.DataFrame({"t": t, "vehicle_id": "a", "speed_kmh": 50.0, "fault_codes": said}), tmp_path / name)
    read = recordings.read(tmp_path / name)
    listed = [decode(one.body).fault_codes for one in payloads(read, 0, "b", Cut())]
    assert listed == [None, [], ["P0217"], ["C1101", "P0217"]]
    assert recordings.ignored(tmp_path / name) == []


def test_numbers_come_as_a_bus_says_them(day, traffic):
    own = of(day[0], traffic, ILL["oil_leak"])
    asleep = own.filter(pl.col("ignition") == 0)
    assert asleep["battery_v"].is_not_nan().all() and asleep["coolant_c"].is_nan().all()
    assert asleep["fault_codes"].null_count() == len(asleep)
    for name, step in (("coolant_c", 1.0), ("oil_pressure_kpa", 4.0), ("brake_air_kpa", 8.0), ("engine_rpm", 0.125)):
        said = own.filter(pl.col(name).is_not_nan())[name].to_numpy()
        assert said.size > 1_000 and (said % step == 0).all()


def test_the_truth_is_the_same_whoever_measures_it():
    sheets = []
    for name in ("standard", "can_gateway_10hz", "tracker_30s"):
        event = Placed("alternator_fails", 1, 300.0, {"hours": 0.2, "days": 0.05})
        fleet = Traffic(roster(2, 7), Window(START, 1.5), events=(event,), profiles=(PROFILES[name],), ailments=0.0)
        report = list(fleet.reports())[1]
        sheets.append(report.sheet.filter(pl.col("kind").is_in([*KINDS, "alternator_fails"])))
    assert sheets[0].equals(sheets[1]) and sheets[0].equals(sheets[2])
    assert {"battery_low", "fault_code", "alternator_fails"} == set(sheets[0]["kind"])
    ends = sheets[0].filter(pl.col("kind") != "battery_low")["end"].unique().to_list()
    assert [end.timestamp() for end in ends] == [START + 300.0 + 0.05 * 86_400]


def test_it_goes_on_over_the_night_until_it_is_mended():
    one = Ailment("oil_leak", 50_000.0, 50_000.0 + 86_400, 4.0)
    left = [list(lasting([(1, one)], day, lambda day: 86_400.0 * day)) for day in range(1, 4)]
    assert left == [[one], [one._replace(start=one.start - 86_400, end=one.end - 86_400)], []]
    assert left[1][0].severity(np.array([0.0, 49_999.0, 50_001.0])).tolist() == [1.0, 1.0, 0.0]


def test_they_are_seldom_and_as_often_as_asked():
    found = [one for day in range(400) for one in ordinary(1, 5, "truck", day, 50_000.0, 500.0)]
    usual = 500 * sum(known.yearly for known in AILMENTS.values()) * 400 / 365
    assert 0.6 * usual < len(found) < 1.5 * usual and {one.kind for one in found} == set(AILMENTS)
    assert not [one for day in range(400) for one in ordinary(1, 5, "truck", day, 50_000.0, 0.0)]
    assert {one.kind for day in range(400) for one in ordinary(1, 5, "car", day, 50_000.0, 500.0)} == (
        set(AILMENTS) - {"brake_air_leak"}
    )
    assert ailment("oil_leak", 1.0, {"hours": 2, "days": 0.5}) == Ailment("oil_leak", 1.0, 43_201.0, 2.0)


def test_of_a_year_only_the_days_are_drawn_on_which_something_may_not_be_mended_yet(monkeypatch):
    drawn = []
    monkeypatch.setattr(ailments, "ordinary", lambda *words: drawn.append(words[3]) or ordinary(*words))
    early = Placed("lining_worn", 0, 60.0, {"days": 400.0})
    fleet = Traffic(roster(1, 7), Window(START, 10.0), events=(early,), ailments=800.0)
    for day in (0, 2, 300):
        drawn.clear()
        today = replace(fleet, day=day, window=fleet.window.later(day, "Europe/Berlin"))
        found = today.ills(0)
        assert drawn == list(range(max(0, day - 2 * LONGEST), day + 1))
        whole = [(one, ill) for one in range(day + 1) for ill in ordinary(7, 0, "van", one, 36_000.0, 800.0)]
        whole.append((0, ailment("lining_worn", 60.0, early.options)))
        assert sorted(found) == sorted(lasting(whole, day, today.begins)) and len(found) > 1


def test_a_car_has_no_air_to_lose():
    fleet = Traffic(roster(3, 7), Window(START, 1.0), events=(Placed("brake_air_leak", 2, 60.0),))
    with pytest.raises(PlacingError, match="CAR-003 has no brakes that work by air"):
        _ = fleet.fitted
