"""Alert budget: how often the default rules would call somebody, by kind, per 300 vehicles and day."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from evaluation.measure import Fact, Section
from evaluation.recordings import read, rules, run
from simulator import registry, roster, traffic
from streams import recording
from streams.alert_rules import AlertRule, rule_of
from streams.alerts import Alerts
from streams.desk.decisions import Said
from streams.desk.morning import listed
from streams.desk.paging import PAGED, Moment, Paging, due, is_quiet
from streams.registry import Roster, load
from streams.rules import Rules
from streams.tables import Tables

Row = dict[str, Any]

FLEET = 300  # vehicles
BUDGET = 10  # pages a day
MORNING_S = 6 * 3_600.0  # after midnight
DAY_H = 8.0  # at the wheel, of a vehicle that is used for work
VEHICLES, SEED, HOURS = 300, 300, 24.0
START = datetime(2026, 3, 2, 23, tzinfo=UTC)  # midnight in Karlsruhe
NOBODY = Said("open", "", None, 0, None)
DATA = {
    "kit": ("KIT Seat Leon", "car", "Europe/Berlin"),
    "cmap": ("CMAP Chicago", "car", "America/Chicago"),
    "rsk": ("RSK Twizy", "car", "Africa/Casablanca"),
    "driveplotr": ("DrivePlotR", "car", "America/Chicago"),
    "capmetrics": ("CapMetrics buses", "bus", "America/Chicago"),
}
TEXT = f"""How often somebody would be called with everything as shipped, per {FLEET} vehicles and day; the aim is
at most {BUDGET}. Events are folded to alerts and the shipped rules, quiet hours included, decide about each in order
of time, as the service does when data comes in at once; every page is acknowledged before it goes up. The simulated
fleet is {VEHICLES} lorries, vans and buses through a whole day, faults, harsh drivers and a crash included. The
recordings are drives, not days: {DAY_H:g} h at the wheel count as one. They have no tyre sensors, no registry and no
drivers' names, so that what is about a person (hours at the wheel) calls nobody; and but for CapMetrics they are few
days: none in four days says no more than that it is hardly one in a day and a half. What does not call waits in the
morning list; its length the morning after is how many things there are to do, one a vehicle and kind of task."""


class Page(NamedTuple):
    """Somebody is called."""

    kind: str
    priority: str
    at: float


def section() -> Section:
    """Pages by kind on the simulated fleet and on the recordings."""
    facts = list(_simulated())
    for name, (title, klass, zone) in DATA.items():
        judged = rules()
        tables = run(read(name), judged, klass=klass)
        hours = float(tables["exposure"]["hours"].sum())
        facts += _facts(f"{title}, {hours:.0f} h", pages(tables["events"], judged, zone), hours / DAY_H)
    return Section("How often somebody is called", TEXT, facts=facts)


def pages(events: pl.DataFrame, judged: Rules, zone: str) -> list[Page]:
    """Whom ``events`` would call when each is heard of at once, in order of time."""
    alerts, told, found = Alerts(judged.alerts), dict[str, list[Row]](), list[Page]()
    for event in _in_order(events):
        for alert in alerts.fold(event, lambda _alert: None):
            if alert["superseded"]:
                continue
            rule = rule_of(judged.alerts, event["kind"], event["source"])
            known = told.setdefault(alert["alert_id"], [])
            for one in _decided(alert, known, rule, judged.paging, zone):
                known.append({"step": one.step, "outcome": one.outcome, "priority": alert["priority"], "at": one.at})
                if one.outcome == PAGED:
                    found.append(Page(alert["kind"], alert["priority"], one.at))
    return found


def _decided(alert: Row, told: list[Row], rule: AlertRule | None, paging: Paging, zone: str) -> list[Any]:
    if rule is None:
        return []
    now = alert["last_start"]
    acknowledged = Paging(paging.late_s, paging.quiet, paging.morning)  # before anything goes up
    return due(alert, NOBODY, told, rule, acknowledged, Moment(now, False, is_quiet(now, zone, paging), False))


def _in_order(events: pl.DataFrame) -> Iterator[Row]:
    """Events as the fold wants them, each at every level it rose through."""
    times = [(pl.col(name).dt.epoch("ms") / 1000).alias(name) for name in ("start", "end")]
    for row in events.with_columns(times).sort("start", "event_id").iter_rows(named=True):
        for level in range(1, row["level"] + 1):
            yield row | {"level": level}


def _facts(data: str, called: list[Page], days: float) -> Iterator[Fact]:
    """Pages per fleet and day, in all and by kind."""
    scale = FLEET / days
    counts: Mapping[str, int] = Counter(page.kind for page in called)
    heard = f"{len(called)} in {days:.1f} vehicle-days"
    yield Fact(data, "all kinds", scale * len(called), f"pages a day, {FLEET} vehicles", heard)
    for kind, count in sorted(counts.items(), key=lambda one: -one[1]):
        yield Fact(data, kind, scale * count, f"pages a day, {FLEET} vehicles", f"{count}")


def _simulated() -> Iterator[Fact]:
    """Pages of a simulated day, and the list of the next morning."""
    judged = rules()
    with tempfile.TemporaryDirectory() as folder:
        known = roster.roster(VEHICLES, SEED, "karlsruhe")
        registry.write(known, START.timestamp(), Path(folder))
        who = Roster(load(Path(folder)))
        tables = _day(known, who, judged, Path(folder) / "day.parquet")
    yield from _facts("simulated fleet", pages(tables["events"], judged, "Europe/Berlin"), float(VEHICLES))
    items = listed(
        _standing(tables["alerts"]), (), START.timestamp() + HOURS * 3600 + MORNING_S, judged.alerts, who.site
    )
    yield Fact("simulated fleet", "morning list", len(items), f"things to do, {FLEET} vehicles")


def _standing(alerts: pl.DataFrame) -> list[Row]:
    """Alerts as the desk lays them out, with times in UTC epoch s."""
    times = [(pl.col(name).dt.epoch("ms") / 1000).alias(name) for name in ("first_seen", "last_seen")]
    return alerts.with_columns(*times, superseded=0).rows(named=True)


def _day(known: Any, who: Roster, judged: Rules, path: Path) -> Tables:
    whole, _ = traffic.combined(list(traffic.Traffic(known, traffic.Window(START.timestamp(), HOURS)).reports()))
    whole.write_parquet(path)
    return run(list(recording.read([path])), judged, who)
