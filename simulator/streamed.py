"""Streamed: a fleet's days written to files vehicle by vehicle, so that no more than a few are in memory."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from simulator import recordings
from simulator.answers import SHEET
from simulator.lasting import couples
from simulator.payloads import CODES, IDENTITY
from simulator.reports import Report
from simulator.sensors import COLUMNS
from simulator.symptoms import STEPS
from simulator.traffic import Traffic
from simulator.tyres import TRAILER


class Tally:
    """What was written so far."""

    def __init__(self) -> None:
        self.vehicles = self.samples = self.facts = 0


def schema(traffic: Traffic) -> pl.Schema:
    """The columns of a recording of the whole fleet."""
    names = [name for name in (*COLUMNS, *STEPS) if any(name in profile.signals for profile in traffic.profiles)]
    wheels = {wheel: None for vehicle in traffic.roster.vehicles for wheel, _ in vehicle.kind.tyres}
    vehicles = traffic.roster.vehicles
    if any(map(couples, vehicles)):
        wheels |= dict.fromkeys(TRAILER)
    heard = wheels if any(profile.tyres for profile in traffic.profiles) else {}
    tyres = [f"tyre_{wheel}_{name}" for wheel in heard for name in ("pressure_kpa", "temp_c")]
    kinds = {name: pl.Float64 if name == "t" else pl.String for name in IDENTITY}
    kinds |= dict.fromkeys([*names, *tyres], pl.Float64)
    listed = any(CODES in profile.signals for profile in traffic.profiles)
    return pl.Schema(kinds | ({CODES: pl.String} if listed else {}))


def write(reports: Iterator[Report], columns: pl.Schema, out: Path | None, answers: Path | None, tally: Tally) -> None:
    """One day: its recording as it comes, its sheet at the end."""
    sheets = [pl.DataFrame(schema=SHEET)]
    aligned = _aligned(reports, columns, sheets, tally)
    if out:
        recordings.stream(aligned, columns, out)
    else:
        for _ in aligned:
            pass
    sheet = pl.concat(sheets).sort("start", "vehicle_id", maintain_order=True)
    tally.facts += len(sheet)
    if answers:
        recordings.write(sheet, answers)


def _aligned(
    reports: Iterator[Report], columns: pl.Schema, sheets: list[pl.DataFrame], tally: Tally
) -> Iterator[pl.DataFrame]:
    """Recordings of the same columns; those that a vehicle has not are empty."""
    for report in reports:
        sheets.append(report.sheet)
        tally.vehicles += 1
        tally.samples += len(report.recording)
        own = report.recording.columns
        yield report.recording.select(
            pl.col(name) if name in own else pl.lit(None, kind).alias(name) for name, kind in columns.items()
        )
