"""Simulated: a fleet's day whose truth is on the answer sheet, at the rate its devices report and at slower ones."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from devices.samples import Samples
from evaluation.measure import Fact, Finding, Section, Span, marked
from evaluation.recordings import rules, run, spans, thinned
from simulator import couplings, registry, roster, traffic
from simulator.ailments import AILMENTS
from simulator.placed import Placed
from simulator.shifts import Incidents
from streams.recordings import recording
from streams.registry import Roster, load
from streams.tables import Tables

VEHICLES, SEED, REGION, HOURS = 50, 2_026, "karlsruhe", 14.0
START = datetime(2026, 3, 3, 3, tzinfo=UTC)
RATES = (0.0, 2.0, 5.0, 10.0, 30.0)  # 0: as reported
SLACK_S = 5.0
AILING_H = 3.0
OVER_KMH = 5  # the sheet's own idea of speeding
FATES = (Incidents(), Incidents(leak=True), Incidents(puncture=0.5), Incidents(tired=True), Incidents(crash=0.86))
MEANT = {  # kind: lowest level that counts, of truths and of events
    "harsh_braking": 2,
    "harsh_acceleration": 2,
    "harsh_cornering": 2,
    "speeding": 1,
    "tyre_low": 1,
    "tyre_rapid_loss": 1,
    "crash": 1,
    "continuous_driving": 2,
    "coolant_hot": 1,
    "oil_pressure_low": 1,
    "battery_low": 1,
    "brake_air_low": 1,
    "brake_lining_worn": 1,
    "fault_code": 1,
}
TEXT = f"""{VEHICLES} simulated vehicles (cars, vans, lorries and buses, devices with accelerometer and tyre sensors)
on a working day. Ten of them have nothing but their day; ten each have a slow leak, a puncture, no break, a crash:
more than a real fleet would, so that there is something to count. The sheet is written by the simulator from what it
did, not from what its devices say. An event overlaps a truth if they lie no more than {SLACK_S:g} s apart; harsh
driving counts from level 2 on, and an event is right if it overlaps a truth of any level; braking counts from 10 km/h
and cornering from 30 km/h on, the published gates below which nobody looks; a hard start counts from the standstill
on, once it comes to 10 km/h; driving without a break counts once it is an offence and begins, to both, a quarter of an
hour before, when the driver is warned; speeding is more than {OVER_KMH} km/h over the limit to both. Braking that is
missed once a second lasts a second or two and is only just harsh; how little of such a brake is seen at which rate is
in the section before. These devices know no yaw rate: a swerve is told, if at all, as the push to one side that it is
(see the next section). A slow leak is told as such after 24 h at the earliest, so on this day only as `tyre_low`; see
the section on leaks. In every other vehicle something ails from {AILING_H:g} h on, each kind in turn
(docs/simulator.md, ailments): whoever comes within a step of the bus of level 1 may be told too, and what creeps up on
a limit is told when it rounds to it. Slower rates keep every n-th report. Most of the speeding is short, and what
begins and ends between two reports leaves no trace: of a spell a tracker that reports every 5 s must happen to see two
instants. So recall of *all* spells falls with the rate however good the rule is; *for two reports or longer* are those
that it could have seen, and *time over the limit that is told* weighs each spell by how long it lasted, as km over the
limit in a price do."""


def section() -> Section:
    """Recall and precision of each kind by reporting interval."""
    with tempfile.TemporaryDirectory() as folder:
        known = eventful(roster.roster(VEHICLES, SEED, REGION))
        fleet = traffic.Traffic(known, traffic.Window(START.timestamp(), HOURS), events=ailing(known), ailments=0.0)
        registry.write(known, START.timestamp(), Path(folder), pulled=couplings.rows(fleet))
        who = Roster(load(Path(folder)))
        reports = list(fleet.reports())
        whole, sheet = traffic.combined(reports)
        path = Path(folder) / "day.parquet"
        whole.write_parquet(path)
        pieces = list(recording.read([path]))
    judged = rules(f"detectors.speeding.tolerance_kmh={OVER_KMH}")
    findings: list[Finding] = []
    facts: list[Fact] = []
    for rate in RATES:
        some = [thinned(samples, rate) for samples in pieces] if rate else pieces
        tables, title = run(some, judged, who), _title(rate, pieces[0])
        findings += [*_kinds(tables, sheet, title), _long(tables, sheet, title, rate), _trips(tables, sheet, title)]
        facts += [*_sums(tables, sheet, title), _over(tables, sheet, title)]
    findings.sort(key=lambda row: [*MEANT, LONG, "trip"].index(row.kind))
    facts.sort(key=lambda fact: fact.what)
    return Section("Simulated fleet", TEXT, findings, facts)


def eventful(known: roster.Roster) -> roster.Roster:
    """The same vehicles and drivers; each ten of them, all classes and kinds of work, with a fate of their own."""
    fates = [FATES[k // 10 % len(FATES)] for k in range(len(known.vehicles))]
    return replace(known, incidents=tuple(fates))


def ailing(known: roster.Roster) -> tuple[Placed, ...]:
    """Something in every other vehicle of all classes, each kind in turn of those that its class can have."""
    some = [k for k in range(len(known.vehicles)) if (k + k // 10) % 2]
    found = []
    for turn, k in enumerate(some):
        kinds = [kind for kind, ill in AILMENTS.items() if known.vehicles[k].kind.name in ill.classes]
        found.append(Placed(kinds[turn % len(kinds)], k, 3_600 * AILING_H))
    return tuple(found)


LONG = "speeding for two reports or longer"
ALIKE = {"harsh_cornering": ["lane_change"]}  # without a yaw rate a swerve is told as the push that it is
GATES = {"harsh_braking": 10.0, "harsh_cornering": 30.0}  # km/h below which the detector does not look


def _kinds(tables: Tables, sheet: pl.DataFrame, rate: str) -> Iterator[Finding]:
    for kind, lowest in MEANT.items():
        meant = (pl.col("level") >= lowest) & (pl.col("speed_kmh") >= GATES.get(kind, 0.0))
        truths, events = spans(sheet.filter(meant), kind=kind), tables["events"].filter(pl.col("level") >= lowest)
        strict = marked("fleet", kind, rate, truths, spans(events, kind=kind), SLACK_S)
        alike = sheet.filter(pl.col("kind").is_in([kind, *ALIKE.get(kind, ())]))
        yield strict._replace(right=marked("", kind, rate, spans(alike), spans(events, kind=kind), SLACK_S).right)


def _long(tables: Tables, sheet: pl.DataFrame, rate: str, seconds: float) -> Finding:
    """Speeding that goes on for two reports or longer: shorter spells cannot be told from two reports."""
    lasting = sheet.filter((pl.col("end") - pl.col("start")).dt.total_milliseconds() >= 2_000 * seconds)
    truths, events = spans(lasting, kind="speeding"), spans(tables["events"], kind="speeding")
    strict = marked("fleet", LONG, rate, truths, events, SLACK_S)
    return strict._replace(right=marked("", "", "", spans(sheet, kind="speeding"), events, SLACK_S).right)


def _over(tables: Tables, sheet: pl.DataFrame, rate: str) -> Fact:
    """How much of the time over the limit lies within what is told."""
    events = spans(tables["events"], kind="speeding")
    truths = spans(sheet, kind="speeding")
    within = sum(_shared(truth, event) for truth in truths for event in events)
    whole = sum(truth.end - truth.start for truth in truths)
    return Fact(f"report every {rate}", "time over the limit that is told", 100 * within / whole, "% of the sheet's")


def _shared(one: Span, other: Span) -> float:
    """s that lie in both."""
    both = max(min(one.end, other.end) - max(one.start, other.start), 0.0)
    return both if one.vehicle == other.vehicle else 0.0


def _trips(tables: Tables, sheet: pl.DataFrame, rate: str) -> Finding:
    return marked("fleet", "trip", rate, spans(sheet, kind="trip"), spans(tables["trips"]))


def _sums(tables: Tables, sheet: pl.DataFrame, rate: str) -> list[Fact]:
    """Kilometres against the sheet's, and what is left of the scores."""
    true = float(sheet.filter(kind="trip")["peak"].sum())
    driven, scores = float(tables["exposure"]["km_measured"].sum()), tables["scores"]
    return [
        Fact(f"report every {rate}", "kilometres measured", 100 * driven / true, "% of the true ones"),
        Fact(f"report every {rate}", "mean credibility of scores", _mean(scores["credibility"]), "0 to 1"),
        Fact(f"report every {rate}", "mean score", _mean(scores["score"]), "0 to 100"),
    ]


def _mean(values: pl.Series) -> float:
    return float(np.mean(values.to_numpy()))


def _title(rate: float, samples: Samples) -> str:
    if rate:
        return f"{rate:g} s"
    one = np.sort(samples.t[samples.vehicle == 0])
    return f"{float(np.median(np.diff(one))):g} s"
