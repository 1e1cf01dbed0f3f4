"""Morning: one list a site of what needs doing today, what costs most first, each with what to do."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from streams.alert_rules import PRIORITIES, RAISED, TASKS, AlertRule, rule_of
from streams.desk import losses
from streams.desk.decisions import GONE, OPEN
from streams.desk.tasks import OPEN as TO_DO
from streams.desk.tasks import is_unfinished
from streams.hours import KINDS as HOURS
from streams.messages import plain

Row = dict[str, Any]

DAY_S = 86_400.0
SHOWN = 25
TALK = "coach"
WEIGHTY = PRIORITIES[: PRIORITIES.index("minor") + 1]
WORTH = PRIORITIES[: PRIORITIES.index("warning") + 1]
OFTEN = 3


class Item(NamedTuple):
    """One thing to do: all that asks for the same at one vehicle."""

    fleet_id: str
    site: str
    vehicle_id: str
    task: str  # of TASKS
    what: str
    why: str  # paged, held, digest, task: what brought it here
    action: str
    priority: str | None  # the most urgent of its alerts
    assignee: str | None
    since: float
    due: float | None
    loss: float  # EUR, illustrative
    alert_ids: tuple[str, ...]
    kinds: tuple[tuple[str, str, int, bool], ...]  # of these alerts: kind, subject, how often, an estimate or not
    task_id: str | None


def listed(
    alerts: Iterable[Row],
    tasks: Iterable[Row],
    now: float,
    rules: Mapping[str, AlertRule],
    site: Callable[[str, str, float], str],
) -> list[Item]:
    """What needs doing at ``now``, by fleet and site, the greatest expected loss first.

    ``alerts`` as ``desk.laid_out`` has those that stand, ``tasks`` as ``tasks.fold``; ``site`` says that of a
    vehicle at an instant.
    """
    due = [alert for alert in alerts if wanted(alert, now, rules)]
    by_vehicle: dict[tuple[str, str, str], list[Row]] = {}
    for alert in due:
        key = (alert["fleet_id"], alert["vehicle_id"], _rule(rules, alert).task)
        by_vehicle.setdefault(key, []).append(alert)
    open_ = filter(is_unfinished, tasks)
    made: dict[tuple[str, str, str], Row] = {(t["fleet_id"], t["vehicle_id"], t["kind"]): t for t in open_}
    items = [
        _item(key, by_vehicle.get(key, ()), made.get(key), now, rules, site) for key in sorted(by_vehicle.keys() | made)
    ]
    return sorted(items, key=lambda item: (item.fleet_id, item.site, -item.loss, item.vehicle_id, item.task))


def wanted(alert: Row, now: float, rules: Mapping[str, AlertRule]) -> bool:
    """Whether an alert belongs on today's list.

    What lasts, until it is put away; what called somebody or would have, until it is acknowledged; the rest for a day,
    though what is only to be talked over must have been more than a warning, or have come again and again.
    """
    if alert["state"] in GONE or alert["superseded"] or alert["shelved_until"] is not None:
        return False
    if alert["condition"] == "active":
        return True
    if alert["state"] != OPEN:
        return False
    rule = _rule(rules, alert)
    if rule.pages_at(alert["priority"], alert["driver_id"]):
        return True
    weighty = alert["priority"] in (WEIGHTY if rule.task == TALK else WORTH)
    return now - alert["last_seen"] <= DAY_S and (weighty or alert["count"] >= OFTEN)


def text(items: Sequence[Item], shown: int = SHOWN) -> str:
    """The list as a mail."""
    lines: list[str] = []
    for number, item in enumerate(items[:shown], 1):
        lines += [f"{number:2}. {plain(item.vehicle_id)}: {item.what} ({_mark(item)})", f"    {item.action}"]
    if len(items) > shown:
        lines += ["", f"and {len(items) - shown} more: tripmeter alerts morning"]
    return "\n".join([*lines, ""])


def _rule(rules: Mapping[str, AlertRule], alert: Row) -> AlertRule:
    return rule_of(rules, alert["kind"], RAISED) or AlertRule((None, None, None), 0.0, "look at it")


def _item(
    key: tuple[str, str, str],
    alerts: Sequence[Row],
    task: Row | None,
    now: float,
    rules: Mapping[str, AlertRule],
    site: Callable[[str, str, float], str],
) -> Item:
    ordered = sorted(alerts, key=lambda alert: -losses.expected(alert, now))
    worst = min((alert["priority"] for alert in alerts), key=PRIORITIES.index, default=None)
    assignee = [row["assignee"] for row in (*filter(None, [task]), *ordered) if row["assignee"]]
    since = [alert["first_seen"] for alert in alerts] + ([task["created"]] if task else [])
    about = TASKS[key[2]] + (f" {task['subject']}" if task and task["subject"] else "") if task else ""
    return Item(
        key[0],
        site(*key[:2], now),
        key[1],
        key[2],
        ", ".join(map(_named, ordered)) or about,
        _why(alerts, task),
        _rule(rules, ordered[0]).action if ordered else TASKS[key[2]],
        worst,
        next(iter(assignee), None),
        min(since),
        task["due"] if task else None,
        round(sum(losses.expected(alert, now) for alert in alerts), 2),
        tuple(alert["alert_id"] for alert in ordered),
        tuple((alert["kind"], alert["subject"], alert["count"], alert["kind"] in HOURS) for alert in ordered),
        task["task_id"] if task else None,
    )


def _named(alert: Row) -> str:
    times = f" x{alert['count']}" if alert["count"] > 1 else ""
    estimate = " (estimate)" if alert["kind"] in HOURS else ""
    return plain(f"{alert['kind']} {alert['subject']}").strip().replace("_", " ") + estimate + times


def _why(alerts: Sequence[Row], task: Row | None) -> str:
    if task is not None:
        return "task" if task["state"] == TO_DO else "task, to be verified"
    if any(alert["paged"] is not None and alert["state"] == OPEN for alert in alerts):
        return "paged, not acknowledged"
    held = [alert["held"] for alert in alerts if alert["held"]]
    return f"held: {held[0]}" if held else "digest"


def _mark(item: Item) -> str:
    return ", ".join(filter(None, [item.priority, item.why, item.assignee]))
