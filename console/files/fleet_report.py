"""Fleet report: what is known of the vehicles a reader may see, as the report of a fleet wants it, and as a paper."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import polars as pl

from pricing.reports.paper import Paper, Section, Table
from streams import words
from streams.desk.made import Last
from streams.desk.report import MOST, Blind, Change, Rated, Record, Report, Span
from streams.registry import Registry, Roster
from streams.registry.rows import FleetRow
from streams.tables import Tables

Row = dict[str, Any]

STYLES = {
    **dict.fromkeys(("before", "now", "difference", "low", "high", "rate", "silent_h"), "number"),
    "score": "count",
    "seen": "share",
}

RATED = ("name", "events", "km", "rate", "low", "high", "above", "urgent")
NO_RATE = (None, None, None)
NONE = {"score": "fleet_report.none_harsh_driver", "overdue": "fleet_report.none_harsh"}
PAGE = ("sections", "table", "more", "yes", "no")  # words of the page itself


class Made(NamedTuple):
    """Of what, by whom and when a report is made."""

    fleet: str
    sites: Sequence[str]  # empty: all of the fleet
    by: str
    at: float  # UTC epoch s
    until: float  # what was known then
    zone: str  # time zone of the fleet
    last: Last | None = None  # the report it is held against; None: as many days before


def gathered(
    fleet_id: str, six: Tables, tasks: Sequence[Row], roster: Roster, now: float, sees: Callable[[str], bool]
) -> Record:
    """What is known of those vehicles of a fleet that ``sees`` says."""
    heard = six["exposure"].filter(pl.col("fleet_id") == fleet_id)["vehicle_id"].unique().to_list()
    registered = [vehicle for fleet, vehicle in roster.vehicles() if fleet == fleet_id]
    seen = sorted(one for one in {*heard, *registered} if sees(one))
    of = (pl.col("fleet_id") == fleet_id) & pl.col("vehicle_id").is_in(seen)
    return Record(
        sites={one: roster.site(fleet_id, one, now) for one in seen},
        exposure=six["exposure"].filter(of),
        events=six["events"].filter(of),
        alerts=six["alerts"].filter(of),
        scores=six["scores"].filter(pl.col("fleet_id") == fleet_id),
        tasks=[task for task in tasks if task["fleet_id"] == fleet_id and task["vehicle_id"] in seen],
        now=now,
    )


def zone_of(registry: Registry, fleet_id: str) -> str:
    """Time zone of a fleet."""
    row = registry.rows["fleets"].get(fleet_id)
    return row.time_zone if isinstance(row, FleetRow) else "UTC"


def paper(found: Report, made: Made, language: str) -> Paper:
    """The report in a language."""
    t = words.texts(language)
    sections = [
        _changes(found, t),
        *[_worst(getattr(found, name), name, t, found) for name in ("sites", "worst", "drivers")],
        _blind(found, t),
        _tasks(found.overdue, "overdue", found, made, language),
        _tasks(found.done, "done", found, made, language),
        Section(
            "reading",
            t("fleet_report.reading"),
            [t(f"fleet_report.reading.{name}") for name in ("rates", "change", "worst", "sites")],
        ),
    ]
    known = words.catalogue(language)
    page = {name: known[f"fleet_report.page.{name}"] for name in PAGE} | {"lang": language}
    title = t("fleet_report.title", fleet=made.fleet)
    foot = t(
        "fleet_report.foot", by=made.by, at=_clock(made.at, made.zone), first=found.span.first, last=_last(found.span)
    )
    return Paper(title, _facts(found, made, t), sections, page, foot)


def _facts(found: Report, made: Made, t: words.Text) -> list[tuple[str, str]]:
    span = found.span
    said = {
        "fleet": made.fleet,
        "sites": ", ".join(made.sites) or t("fleet_report.all_sites"),
        "period": t("fleet_report.days", first=span.first, last=_last(span)),
        "before": _against(found.before, made, t),
        "vehicles": f"{found.vehicles:,}",
        "km": f"{found.km:,.0f}",
        "made": t("fleet_report.made_by", by=made.by, at=_clock(made.at, made.zone)),
        "until": _clock(made.until, made.zone),
    }
    return [(t(f"fleet_report.fact.{name}"), text) for name, text in said.items()]


def _against(before: Span, made: Made, t: words.Text) -> str:
    """Which days it is held against, and why those."""
    days = t("fleet_report.days", first=before.first, last=_last(before))
    if made.last is None:
        return t("fleet_report.against.equal", days=days)
    return t("fleet_report.against.last", days=days, by=made.last.by, at=_clock(made.last.at, made.zone))


def _changes(found: Report, t: words.Text) -> Section:
    rows = [_change(one, t) for one in found.changes]
    heads = {name: t(f"fleet_report.col.{name}") for name in rows[0]}
    frame = pl.DataFrame(
        rows, schema_overrides=dict.fromkeys(("before", "now", "difference", "low", "high"), pl.Float64)
    )
    return Section(
        "changes", t("fleet_report.changes"), [_said(one, t) for one in found.changes], (), Table(frame, heads, STYLES)
    )


def _change(one: Change, t: words.Text) -> Row:
    difference = one.difference
    return {
        "what": t(f"fleet_report.what.{one.name}"),
        "n_before": one.before.events,
        "before": one.old.value if one.old else None,
        "n_now": one.now.events,
        "now": one.new.value if one.new else None,
        "difference": difference.value if difference else None,
        "low": difference.low if difference else None,
        "high": difference.high if difference else None,
        "says": t(f"fleet_report.word.{one.word if difference else 'unknown'}"),
    }


def _said(one: Change, t: words.Text) -> str:
    """A change in a sentence."""
    what = t(f"fleet_report.what.{one.name}")
    if one.difference is None or one.old is None or one.new is None:
        return t("fleet_report.no_change_known", what=what)
    numbers = {"new": one.new.value, "old": one.old.value, "low": one.difference.low, "high": one.difference.high}
    return t(f"fleet_report.said.{one.word}", what=what, **{name: f"{value:,.2f}" for name, value in numbers.items()})


def _worst(rated: Sequence[Rated], name: str, t: words.Text, found: Report) -> Section:
    last = "score" if name == "drivers" else "overdue"
    if not rated:
        return Section(name, t(f"fleet_report.{name}"), [t(NONE[last] if found.km > 0 else "fleet_report.none_seen")])
    rows = [(*one[:3], *(one.rate or NO_RATE), one.above, one.urgent, getattr(one, last)) for one in rated]
    frame = pl.DataFrame(rows, [*RATED, last], orient="row", infer_schema_length=None)
    named = frame.with_columns(pl.col("name").replace("", t("fleet_report.no_site")))
    status = t(f"filed.{found.status}")
    heads = {one: t(f"fleet_report.col.{one}", status=status) for one in frame.columns[1:]}
    heads["name"] = t(f"fleet_report.name.{name}")
    return Section(name, t(f"fleet_report.{name}"), (), (), Table(named, heads, STYLES))


def _blind(found: Report, t: words.Text) -> Section:
    unheard = found.vehicles - found.heard
    share = found.gap_km / (found.km + found.gap_km) if found.km + found.gap_km else 0.0
    numbers = {
        "n": f"{unheard:,}",
        "of": f"{found.vehicles:,}",
        "hours": f"{found.silent_h:,.0f}",
        "km": f"{found.gap_km:,.0f}",
    }
    frame = pl.DataFrame(found.blind, list(Blind._fields), orient="row", infer_schema_length=None)
    heads = {name: t(f"fleet_report.col.{name}") for name in Blind._fields}
    table = Table(frame, heads, STYLES, 2 * MOST) if found.blind else None
    return Section(
        "blind",
        t("fleet_report.blind"),
        [t("fleet_report.blind.said", **numbers, share=f"{share:.1%}"), t("fleet_report.blind.lead")],
        (),
        table,
    )


def _tasks(tasks: Sequence[Row], name: str, found: Report, made: Made, language: str) -> Section:
    t = words.texts(language)
    counts = {"made": found.made, "done": len(found.done), "overdue": len(found.overdue)}
    at = "due" if name == "overdue" else "done_at"
    rows = [_task(one, language) | {at: _local(one[at], made.zone)} for one in tasks]
    heads = {column: t(f"fleet_report.col.{column}") for column in (rows[0] if rows else {})}
    table = Table(pl.DataFrame(rows, infer_schema_length=None), heads, STYLES, 2 * MOST) if rows else None
    return Section(name, t(f"fleet_report.{name}"), [t(f"fleet_report.{name}.said", **counts)], (), table)


def _task(one: Row, language: str) -> Row:
    return {
        "task": f"{words.word(language, 'task', one['kind'])} {one['subject']}".strip(),
        "vehicle_id": one["vehicle_id"],
        "assignee": one["assignee"],
        "outcome": words.word(language, "outcome", one["outcome"]) if one["outcome"] else one["finding"],
    }


def _last(span: Span) -> str:
    return str(span.end.fromordinal(span.end.toordinal() - 1))


def _local(t: float | None, zone: str) -> datetime | None:
    return None if t is None else datetime.fromtimestamp(t, UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _clock(t: float, zone: str) -> str:
    return f"{_local(t, zone):%Y-%m-%d %H:%M} {zone}"
