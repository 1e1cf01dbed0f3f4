"""Insured: vehicle-years, km and what the tariff expects of each vehicle, cover and year of an experience."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from pricing.credibility.panel import Codes
from pricing.exposure import YEAR, Exposure, vehicle_days
from pricing.ladder import pure
from pricing.premium import Risk
from pricing.rating import rate
from pricing.reports.losses import COVER, ReportError
from pricing.reports.span import Year
from pricing.risks import risk_of
from pricing.score import score
from pricing.tariff import Tariff

Vehicle = tuple[str, str]  # fleet, vehicle
EXPOSED: dict[str, Any] = {
    **dict.fromkeys(("fleet_id", "vehicle_id", "cover"), pl.String),
    "age": pl.Int64,
    "days": pl.Int64,
    "vehicle_years": pl.Float64,
    "km": pl.Float64,
    "declared": pl.Float64,  # of these: declared, for days before the vehicle was first heard of
    "expected": pl.Float64,  # cost of its claims by the tariff, without own driving and experience; null: not known
}
# a risk, from, to before, km driven: cost of its claims; None: not known
Expects = Callable[[Mapping[str, Any], date, date, float], float | None]
KM = 1e6  # that a rate a km is taken from
PERIOD = ("valid_from", "valid_to")


class Odometer:
    """Km of vehicles by day, in whole metres; before a vehicle was first heard of, what was declared."""

    def __init__(self, exposure: pl.DataFrame) -> None:
        seen = [pl.col(name).fill_null(0.0) for name in ("km_measured", "km_gap") if name in exposure.columns]
        metres = (pl.sum_horizontal(seen) * 1000).round().cast(pl.Int64) if seen else pl.lit(0, pl.Int64)
        rows = exposure.select("fleet_id", "vehicle_id", pl.col("day").cast(pl.Date), metres=metres).sort("day")
        self._of: dict[Vehicle, tuple[Codes, Codes]] = {}
        for key, own in rows.partition_by("fleet_id", "vehicle_id", as_dict=True, include_key=False).items():
            days = own["day"].cast(pl.Int32).cast(pl.Int64).to_numpy()
            self._of[str(key[0]), str(key[1])] = (days, np.append(0, np.cumsum(own["metres"].to_numpy())))

    def between(self, vehicle: Vehicle, start: date, end: date) -> float:
        """Km from ``start`` to before ``end``; a row of a week counts on its first day."""
        if vehicle not in self._of:
            return 0.0
        days, metres = self._of[vehicle]
        epoch = date(1970, 1, 1).toordinal()
        first, last = np.searchsorted(days, [start.toordinal() - epoch, end.toordinal() - epoch])
        return float(metres[last] - metres[first]) / 1000

    def declared(self, risk: Mapping[str, Any], start: date, end: date) -> float:
        """Km declared for the days from ``start`` to before ``end`` on which the vehicle had not been heard of."""
        days, _ = self._of.get((risk["fleet_id"], risk["vehicle_id"]), (None, None))
        first = end if days is None else date.fromordinal(date(1970, 1, 1).toordinal() + int(days[0]))
        unheard = vehicle_days(start, min(end, first))
        return unheard * (risk.get("annual_km") or 0.0) / YEAR


def heard(exposure: pl.DataFrame, covers: Sequence[str]) -> pl.DataFrame:
    """Insured periods where no policies are given: each vehicle, every cover, from the first to the last day seen."""
    days = pl.col("days") if "days" in exposure.columns else pl.lit(1)
    end = pl.col("day").cast(pl.Date) + pl.duration(days=days)
    spans = exposure.group_by("fleet_id", "vehicle_id").agg(
        valid_from=pl.col("day").cast(pl.Date).min(),
        valid_to=end.max(),
        **({"class": pl.col("class").drop_nulls().first()} if "class" in exposure.columns else {}),
    )
    return spans.join(pl.DataFrame({"cover": list(covers)}), how="cross")


def periods(frame: pl.DataFrame) -> pl.DataFrame:
    """Insured periods as reports read them; ``from`` and ``to`` are taken for ``valid_from`` and ``valid_to``."""
    named = frame.rename({old: new for old, new in zip(("from", "to"), PERIOD, strict=True) if old in frame.columns})
    missing = [name for name in ("vehicle_id", *PERIOD) if name not in named.columns]
    if missing:
        raise ReportError(f"policies: no column {missing[0]!r}; there is {', '.join(frame.columns[:20])}")
    absent = {"fleet_id": "", "cover": COVER, "policy_id": ""}
    full = named.with_columns(pl.lit(value).alias(name) for name, value in absent.items() if name not in named.columns)
    texts = [name for name in (*absent, "vehicle_id") if full.schema[name] != pl.String]
    return full.with_columns(pl.col(texts).cast(pl.String), pl.col(PERIOD).cast(pl.Date)).filter(
        pl.col("valid_from") < pl.col("valid_to")
    )


def exposed(
    insured: pl.DataFrame, exposure: pl.DataFrame, years: Sequence[Year], tariff: Tariff | None
) -> pl.DataFrame:
    """A row of ``EXPOSED`` a vehicle, cover and year in which it was insured."""
    clock, rows = Odometer(exposure), []
    expects = _expects(insured, tariff)
    for risk in insured.sort("fleet_id", "vehicle_id", "cover", *PERIOD).iter_rows(named=True):
        rows += [_row(risk, piece, clock, expects) for piece in _pieces(risk, years)]
    pieces = pl.DataFrame(rows, EXPOSED, orient="row")
    keys = ["fleet_id", "vehicle_id", "cover", "age"]
    lists = pieces.group_by(keys, maintain_order=True).agg("days", "vehicle_years", "km", "declared", "expected")
    known = pl.col("expected").list.drop_nulls().list.len() == pl.col("expected").list.len()
    summed = lists.with_columns(
        pl.col("days", "vehicle_years", "km", "declared").list.sum(),
        expected=pl.when(known).then(pl.col("expected").list.sum()),
    )
    return summed.sort(keys)


def _pieces(risk: Mapping[str, Any], years: Sequence[Year]) -> Iterator[tuple[Year, date, date]]:
    for year in years:
        start, end = max(risk["valid_from"], year.start), min(risk["valid_to"], year.end)
        if start < end:
            yield year, start, end


def _row(risk: Mapping[str, Any], piece: tuple[Year, date, date], clock: Odometer, expects: Expects) -> list[Any]:
    year, start, end = piece
    vehicle, days = (risk["fleet_id"], risk["vehicle_id"]), vehicle_days(start, end)
    declared = clock.declared(risk, start, end)
    km = clock.between(vehicle, start, end) + declared
    return [*vehicle, risk["cover"], year.age, days, days / year.days, km, declared, expects(risk, start, end, km)]


def _nothing(_risk: Mapping[str, Any], _start: date, _end: date, _km: float) -> float | None:
    """Neither policies nor a tariff say what is expected."""
    return None


def _said(risk: Mapping[str, Any], start: date, end: date, _km: float) -> float | None:
    """By the policies' own column ``expected``, of their whole period, by the day."""
    share = vehicle_days(start, end) / vehicle_days(risk["valid_from"], risk["valid_to"])
    return None if risk["expected"] is None else float(risk["expected"]) * share


class Rated:
    """By a tariff: pure premium of its class and factors, own driving and experience 1, as renewal expects it.

    Without off-balance, which makes up for what own driving does to the sum of the premiums.

    At the tariff's own level, whenever it was. Days and km enter it in proportion, so one rate a day and one a km serve
    all risks that are described alike: 17 -> 3 s for 2,000 vehicles of five covers and years.
    """

    def __init__(self, tariff: Tariff) -> None:
        self.tariff, self._rates = tariff, dict[str, tuple[float, float] | None]()

    def __call__(self, risk: Mapping[str, Any], start: date, end: date, km: float) -> float | None:
        """The amount before expense; None where the tariff has no rate."""
        same = {"fleet_id": "", "vehicle_id": "", "policy_id": "", "experience": None, "previous": None}
        described = risk_of({**risk, **same, "valid_from": start, "valid_to": end})
        alike = replace(described, valid_from=self.tariff.valid_from, valid_to=self._until, inception=None)
        key = repr(alike)
        if key not in self._rates:
            self._rates[key] = self._found(alike)
        rates = self._rates[key]
        return None if rates is None else rates[0] * vehicle_days(start, end) + rates[1] * km

    @property
    def _until(self) -> date:
        return self.tariff.valid_from + timedelta(days=YEAR)

    def _found(self, risk: Risk) -> tuple[float, float] | None:
        """Rates a day and a km."""
        cover = self.tariff.covers.get(risk.cover)
        if cover is None or risk.klass not in cover.per_day:
            return None
        own = score({risk.klass: Exposure()}, self.tariff, "vehicle")
        parked, driven = (
            float(pure(rate(risk, Exposure({"km_measured": km}), self.tariff, own).factors)) for km in (0.0, KM)
        )
        return parked / YEAR, (driven - parked) / KM


def _expects(insured: pl.DataFrame, tariff: Tariff | None) -> Expects:
    if "expected" in insured.columns:
        return _said
    return Rated(tariff) if tariff is not None and "class" in insured.columns else _nothing
