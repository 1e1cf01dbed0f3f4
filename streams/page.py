"""Page: tables of detectors' pages, hours.md, alerts.md, data.md from the code; ``python -m streams.page docs``."""

import re
import sys
from pathlib import Path

from streams.conditioning import condition
from streams.desk import page as desk
from streams.detectors import DETECTORS
from streams.hours import RULES, words
from streams.journeys import tyre_history
from streams.keeping.keeping import PRESETS
from streams.kernels import quality
from streams.kernels.params import CLASSES, Param
from streams.planning import page as planning

HOURS = ("kind", "allowed", "counted", "level 1", "level 3", "source")
KEEP = ("what", "days", "at least", "who says so")
_TABLE = re.compile(r"(<!-- table: (\w+) -->\n)[^<]*<!-- end -->")


def refresh(page: str) -> str:
    """``page`` with every table between its marks made anew."""
    return _TABLE.sub(lambda found: f"{found[1]}{tables()[found[2]]}\n<!-- end -->", page)


def pages(docs: Path) -> list[Path]:
    """The pages that hold such tables: the overview, then a page a family of detectors, and three more."""
    others = [docs / f"{name}.md" for name in ("hours", "alerts", "data")]
    return [docs / "detectors.md", *sorted((docs / "detectors").glob("*.md")), *others]


def tables() -> dict[str, str]:
    """Markdown tables by name: parameters of conditioning and of each detector, kinds, quality bits, hours, alerts."""
    rooms = {"condition": condition.PARAMS, **{detector.kind: detector.params for detector in DETECTORS}}
    rooms["tyre_slow_leak"] = tyre_history.PARAMS
    bits = quality.BITS.items()
    return {
        "kinds": _rows(("kind", "unit", "what it means"), [(f"`{d.kind}`", d.unit, d.meaning) for d in DETECTORS]),
        "quality": _rows(("bit", "word", "what it means"), [(str(b), f"`{w}`", quality.MEANINGS[w]) for w, b in bits]),
        **{f"hours_{name}": _rows(HOURS, words.table(rules.limits)) for name, rules in RULES.items()},
        **{f"keep_{name}": _rows(KEEP, _kept(name)) for name in PRESETS},
        **{kind: _params(params) for kind, params in rooms.items()},
        **{name: _rows(*table) for name, table in desk.tables().items()},
    }


def _kept(preset: str) -> list[tuple[str, ...]]:
    """How long what is kept, and who says so."""
    rows = PRESETS[preset].items()
    return [(f"`{name}`", f"{one.days or 'for good'}", f"{one.least or ''}", one.source) for name, one in rows]


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
    sizing = Path(sys.argv[1]) / "scaling.md"
    sizing.write_text(planning.refresh(sizing.read_text()))
