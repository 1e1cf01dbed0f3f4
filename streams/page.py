"""Page: tables of docs/detectors.md, detectors/ and alerts.md from the code; ``python -m streams.page docs``."""

import re
import sys
from pathlib import Path

from streams import condition, quality
from streams.alert_rules import RULES, TASKS, AlertRule
from streams.desk import losses
from streams.desk.decisions import DISMISSALS
from streams.detectors import DETECTORS
from streams.detectors.base import Param
from streams.fleet import CLASSES
from streams.hours import RULES, words

HOURS = ("kind", "allowed", "counted", "level 1", "level 3", "source")
_TABLE = re.compile(r"(<!-- table: (\w+) -->\n)[^<]*<!-- end -->")


def refresh(page: str) -> str:
    """``page`` with every table between its marks made anew."""
    return _TABLE.sub(lambda found: f"{found[1]}{tables()[found[2]]}\n<!-- end -->", page)


def pages(docs: Path) -> list[Path]:
<<<<<<< HEAD
    """The pages that hold such tables: the overview, then a page a family of detectors, and hours at the wheel."""
    return [docs / "detectors.md", *sorted((docs / "detectors").glob("*.md")), docs / "hours.md"]
=======
    """The pages that hold such tables: alerts, the overview of detectors, then a page a family."""
    return [docs / "alerts.md", docs / "detectors.md", *sorted((docs / "detectors").glob("*.md"))]
>>>>>>> 3be7bd1 (Alerts: a page for the manager, its tables from the code; pitfalls 19, 20 and 25)


def tables() -> dict[str, str]:
    """Markdown tables by name: parameters of conditioning and of each detector, kinds, quality bits, alert rules."""
    rooms = {"condition": condition.PARAMS, **{detector.kind: detector.params for detector in DETECTORS}}
    bits = quality.BITS.items()
    return {
        "kinds": _rows(("kind", "unit", "what it means"), [(f"`{d.kind}`", d.unit, d.meaning) for d in DETECTORS]),
        "quality": _rows(("bit", "word", "what it means"), [(str(b), f"`{w}`", quality.MEANINGS[w]) for w, b in bits]),
        **{f"hours_{name}": _rows(HOURS, words.table(rules.limits)) for name, rules in RULES.items()},
        **{kind: _params(params) for kind, params in rooms.items()},
        **desk_tables(),
    }


def desk_tables() -> dict[str, str]:
    """Alert rules, what alerts may cost, why they are dismissed, what they are made into."""
    head = ("kind", "level 1", "level 2", "level 3", "calls", "new after", "what to do", "task")
    rules = [
        (f"`{kind}`", *(name or "" for name in rule.priorities), _calls(rule), _length(rule.quiet_s), rule.action, task)
        for kind, rule in RULES.items()
        for task in (f"`{rule.task}`",)
    ]
    costs = [(f"`{kind}`", f"{loss.cost:,.0f}", loss.what) for kind, loss in losses.LOSSES.items()]
    return {
        "alert_rules": _rows(head, rules),
        "losses": _rows(("kind", "EUR", "what goes wrong"), [*costs, ("others", f"{losses.OTHER.cost:,.0f}", "")]),
        "chances": _rows(("priority", "chance in a day"), [(name, f"{p:g}") for name, p in losses.CHANCE.items()]),
        "dismissals": _rows(("reason", "meaning"), [(f"`{name}`", why) for name, why in DISMISSALS.items()]),
        "tasks": _rows(("task", "meaning"), [(f"`{name}`", what) for name, what in TASKS.items()]),
    }


def _calls(rule: AlertRule) -> str:
    """From which priority on somebody is called."""
    if not any(said and rule.pages_at(said) for said in rule.priorities):
        return ""
    return f"from {rule.pages}" + (", if it is known who drove" if rule.of_driver else "")


def _length(seconds: float) -> str:
    for unit, name in ((86_400, "d"), (3_600, "h")):
        if seconds >= unit:
            return f"{seconds / unit:g} {name}"
    return f"{seconds / 60:g} min"


def _params(params: tuple[Param, ...]) -> str:
    return _rows(("parameter", *CLASSES, "source"), [(f"`{p.name}`", *_values(p), p.source) for p in params])


def _values(param: Param) -> list[str]:
    values = param.values if isinstance(param.values, tuple) else (param.values,) * len(CLASSES)
    return ["none" if value != value else f"{value:g}" for value in values]


def _rows(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    for path in pages(Path(sys.argv[1])):
        path.write_text(refresh(path.read_text()))
