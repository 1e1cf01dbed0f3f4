"""Page: the tables of docs/alerts.md - alert rules, what alerts may cost, why they are dismissed, what they become."""

from streams.alert_rules import RULES, TASKS, AlertRule
from streams.desk import losses
from streams.desk.decisions import DISMISSALS

Rows = list[tuple[str, ...]]

HEAD = ("kind", "level 1", "level 2", "level 3", "calls", "new after", "what to do", "task")


def tables() -> dict[str, tuple[tuple[str, ...], Rows]]:
    """Head and rows by name."""
    costs: Rows = [(f"`{kind}`", f"{loss.cost:,.0f}", loss.what) for kind, loss in losses.LOSSES.items()]
    return {
        "alert_rules": (HEAD, [_rule(kind, rule) for kind, rule in RULES.items()]),
        "losses": (("kind", "EUR", "what goes wrong"), costs),
        "chances": (("priority", "chance in a day"), [(name, f"{p:g}") for name, p in losses.CHANCE.items()]),
        "dismissals": (("reason", "meaning"), [(f"`{name}`", why) for name, why in DISMISSALS.items()]),
        "tasks": (("task", "meaning"), [(f"`{name}`", what) for name, what in TASKS.items()]),
    }


def _rule(kind: str, rule: AlertRule) -> tuple[str, ...]:
    priorities = [name or "" for name in rule.priorities]
    return f"`{kind}`", *priorities, _calls(rule), _length(rule.quiet_s), rule.action, f"`{rule.task}`"


def _calls(rule: AlertRule) -> str:
    """From which priority on somebody is called."""
    if not any(said and rule.pages_at(said) for said in rule.priorities):
        return ""
    night = ", at night too" if rule.at_night else ""
    return f"from {rule.pages}{night}" + (", if it is known who drove" if rule.of_driver else "")


def _length(seconds: float) -> str:
    for unit, name in ((86_400, "d"), (3_600, "h")):
        if seconds >= unit:
            return f"{seconds / unit:g} {name}"
    return f"{seconds / 60:g} min"
