"""Manoeuvres: video-labelled drives felt by a device in an unknown mount, and a logger with a threshold of its own."""

from collections.abc import Iterator, Sequence

import polars as pl

from devices.samples import Samples
from evaluation.ferreira import CALM, KINDS, MANOEUVRES, trips
from evaluation.measure import Fact, Finding, Section, Span, marked
from evaluation.recordings import SHARED, read, rules, run, spans
from streams.rules import Rules
from streams.tables import Tables

FERREIRA = SHARED / "driving" / "ferreira2017_labelled_imu"
DRIVEPLOTR = SHARED / "driving" / "driveplotr_nds" / "drives.parquet"
SLACK_S = 1.0  # DrivePlotR has a row a second
TEXT = """Ferreira 2017 (a car, 50 Hz, manoeuvres driven on request and labelled from video): the recording's earth
frame is turned back into that of a device fixed in the car at an angle nobody tells; there is no speed, no position
and no heading. A label is found if any manoeuvre of level 1 or more overlaps it; *named right* says how many were
also called what they are: without speed a brake and a start are told apart only after a turn has shown where
forward is, else they are `harsh_manoeuvre`. The labelled accelerations peak at 1.3 to 2.5 m/s², below level 1 for
cars, 2.3 m/s², for most of their length. Precision counts events inside labels, calm ones included: time without a
label is not known to be calm. DrivePlotR (1 Hz) labels every row beyond 0.35 g, most of them a single row; our rule
wants 0.6 s, so single rows are not meant to be found: the agreement with that other rule is shown, not an error."""


def section() -> Section:
    """Recall and precision by label."""
    facts: list[Fact] = []
    findings: list[Finding] = []
    for trip in trips(FERREIRA):
        tables, name = run([trip.samples], rules()), f"Ferreira {trip.number}"
        findings += _by_label(name, trip.labels, tables)
        inside = spans(_manoeuvres(tables))
        calm = _spans(trip.labels.filter(event_type=CALM), trip.samples)
        hits = marked(name, CALM, "50 Hz", calm, inside)
        facts.append(Fact(name, "calm labels with an event", hits.found, f"of {hits.truths}"))
    findings += _driveplotr(rules())
    return Section("Manoeuvres", TEXT, findings, facts)


def _by_label(name: str, labels: pl.DataFrame, tables: Tables) -> Iterator[Finding]:
    """A row a kind of label; precision over all of them in the last."""
    events = _manoeuvres(tables)
    vehicle = events["vehicle_id"][0] if events.height else ""
    for label in sorted(set(labels["event_type"]) - {CALM}):
        truths = [Span(vehicle, *row) for row in labels.filter(event_type=label).select("start", "end").rows()]
        told = marked(name, label, "50 Hz", truths, spans(events))
        right = marked(name, label, "50 Hz", truths, spans(events, kind=KINDS[label])).found
        yield told._replace(events=0, right=0, note=f"named right: {right}")
    yield fared(name, labels, tables)


def fared(name: str, labels: pl.DataFrame, tables: Tables) -> Finding:
    """All aggressive labels, and the events that lie in any label."""
    events = _manoeuvres(tables)
    vehicle = events["vehicle_id"][0] if events.height else ""
    every = [Span(vehicle, *row) for row in labels.select("start", "end").rows()]
    truths = [Span(vehicle, *row) for row in labels.filter(pl.col("event_type") != CALM).select("start", "end").rows()]
    labelled = [one for one in spans(events) if marked("", "", "", every, [one]).right]
    return marked(name, "all aggressive labels", "50 Hz", truths, labelled)


def _driveplotr(judged: Rules) -> Iterator[Finding]:
    tables = run(read("driveplotr"), judged)
    for severity in ("low", "med", "high"):
        yield beyond(tables, severity)
    yield beyond(tables)


def beyond(tables: Tables, severity: str | None = None) -> Finding:
    """Events against DrivePlotR's own rule, of one severity or of all."""
    frame = pl.read_parquet(DRIVEPLOTR).filter(pl.col("label_accel_event_id").is_not_null())
    t = pl.col("timestamp_utc").dt.epoch("ms") / 1000
    rank = pl.col("label_accel_event_severity").replace_strict({"low": 1, "med": 2, "high": 3}, default=0)
    own = frame.group_by("drive_id", "label_accel_event_id").agg(start=t.min(), end=t.max(), rank=rank.max())
    if severity is not None:
        own = own.filter(rank=("low", "med", "high").index(severity) + 1)
    truths = [Span(str(drive), start, end) for drive, start, end in own.select("drive_id", "start", "end").rows()]
    found = marked("DrivePlotR", "its own rule", "1 s", truths, spans(_manoeuvres(tables)), SLACK_S)
    return found if severity is None else found._replace(kind=f"its own rule, {severity}", events=0, right=0)


def _manoeuvres(tables: Tables) -> pl.DataFrame:
    return tables["events"].filter(pl.col("kind").is_in(MANOEUVRES))


def _spans(labels: pl.DataFrame, samples: Samples) -> Sequence[Span]:
    return [Span(samples.vehicles[0][1], *row) for row in labels.select("start", "end").rows()]
