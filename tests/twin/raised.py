"""What devices raise, and alarms that are held, after docs/detectors/devices.md: from all reports at once."""

from itertools import groupby
from typing import Any, NamedTuple

from .twin import identify
from .words import milliseconds

Row = dict[str, Any]
LASTING = ("sos", "power_cut", "device_fault")
LEVELS_H = (2, 5, 24)


class Report(NamedTuple):
    vehicle: tuple[str, str]
    t: float
    kind: str
    level: int
    code: str = ""
    media: str = ""
    place: tuple[float, float] | None = None


def raised(reports: list[Report], ours: set[str]) -> list[Row]:
    """Rows of both kinds of event, as far as they are told here."""
    rows = []

    def about(one: Report) -> Any:
        beside = ["device"] if one.kind in ours else []
        return one.vehicle, one.kind, " ".join([*beside, *([one.code] if one.code else [])])

    for (vehicle, kind, subject), some in groupby(sorted(reports, key=lambda one: (about(one), one.t)), about):
        events = [event(vehicle, kind, subject, run) for run in runs(list(some), 120)]
        for run in runs(events, 3_900 if kind in LASTING else 900):
            rows += run
            held = holding(vehicle, kind, subject, run)
            if held:
                rows.append(held)
                for one in run:
                    one["quality"] = "doubted"
    return rows


def runs(some: list[Any], most: float) -> list[list[Any]]:
    """Cut where the next begins more than ``most`` s after the latest end so far."""
    found: list[list[Any]] = []
    end = 0.0
    for one in some:
        start, until = (one["start"], one["end"]) if isinstance(one, dict) else (one.t, one.t)
        if found and milliseconds(end, start) <= most * 1000:
            found[-1].append(one)
            end = max(end, until)
        else:
            found.append([one])
            end = until
    return found


def event(vehicle: tuple[str, str], kind: str, subject: str, run: list[Report]) -> Row:
    start = run[0].t
    places = [one.place for one in run if one.t == start and one.place]
    lat, lon = max(places) if places else (None, None)
    media = sorted({one.media for one in run if one.media})[:8]
    return {
        "event_id": identify(vehicle, f"device:{kind}", subject, start),
        "kind": kind,
        "subject": subject,
        "level": max(one.level for one in run),
        "start": start,
        "end": run[-1].t,
        "lat_deg": lat,
        "lon_deg": lon,
        "media": "\n".join(media) or None,
        "quality": "",
        "source": "device",
    }


def holding(vehicle: tuple[str, str], kind: str, subject: str, run: list[Row]) -> Row | None:
    start, end = run[0]["start"], max(one["end"] for one in run)
    reached = [hours for hours in LEVELS_H if milliseconds(start, end) >= hours * 3_600_000]
    if not reached:
        return None
    about = f"{kind} {subject}" if subject else kind
    return {
        "event_id": identify(vehicle, "alarm_held", about, start),
        "kind": "alarm_held",
        "subject": about,
        "level": len(reached),
        "start": start,
        "end": end,
        "peak": (end - start) / 3600,
        "threshold": float(reached[-1]),
        "driver_id": None,
        "quality": "",
        "source": "derived",
    }
