"""Page: the last long chaos and soak, as docs/scaling.md quotes them; ``python -m tests.stack.page``."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE, RESULTS = ROOT / "docs" / "scaling.md", ROOT / "bench"
Result = dict[str, Any]


def chaos(found: Result) -> str:
    """Blows and recovery by kind."""
    recovery, times = found["recovery, s"], found["recovery by kind, s"]
    rows = [("what", "times", "recovery p50", "longest")]
    for what, times_struck in found["by kind"].items():
        some = times.get(what, {"n": 0})
        seconds = (f"{some['p50']:g} s", f"{some['max']:g} s") if some["n"] else ("", "")
        rows.append((what, str(times_struck), *seconds))
    rows.append(("**all waited for**", str(recovery["n"]), f"{recovery['p50']:g} s", f"{recovery['max']:g} s"))
    starts, payloads = sum(found["starts"].values()) - len(found["starts"]), found["payloads"]
    said = (
        f"{found['seconds'] / 60:g} minutes, seed {found['seed']}, {found['blows']} blows, {starts} restarts; "
        f"{payloads['sent']:,} payloads, {payloads['lost']} lost, {payloads['double']} double. {_where(found)}"
    )
    return f"{_table(rows)}\n\n{said}"


def soak(found: Result) -> str:
    """What each process took, in the middle and at the end."""
    load, rows = found["load"], [("process", "memory, middle third", "last third", "files", "threads")]
    for name, one in found["processes"].items():
        _, middle, last = one["memory_mb"]
        rows.append((name, f"{middle:g} MB", f"{last:g} MB", f"{one['files'][-1]:g}", f"{one['threads'][-1]:g}"))
    said = (
        f"{found['seconds'] / 60:g} minutes of {load['samples_per_second']:g} samples/s in "
        f"{load['payloads_per_second']:g} payloads/s: {load['payloads']:,} payloads, {load['lost']} lost; "
        f"{load['alerts_planted']} alerts, none missed, after {load['alert_ms']['p50']:g} ms (p50), "
        f"{load['alert_ms']['p99']:g} ms (p99). {_where(found)}"
    )
    return f"{_table(rows)}\n\n{said}"


def refresh() -> None:
    """Put what there is into the page."""
    text = PAGE.read_text("utf-8")
    tables: dict[str, Callable[[Result], str]] = {"chaos": chaos, "soak": soak}
    for name, table in tables.items():
        head, foot, path = f"<!-- result: {name} -->\n", "<!-- end -->", RESULTS / f"{name}.json"
        before, found, rest = text.partition(head)
        if found and path.is_file():
            made = table(json.loads(path.read_text("utf-8")))
            text = f"{before}{head}\n{made}\n\n{foot}{rest.partition(foot)[2]}"
    PAGE.write_text(text, "utf-8")


def _where(found: Result) -> str:
    machine, versions = found["machine"], found["versions"]
    servers = ", ".join(f"{name} {versions[name]}" for name in ("mosquitto", "kafka", "postgresql"))
    return f"{machine['cpu']}, {machine['cores']} cores, load {machine['load']:g} at the end; {servers}."


def _table(rows: list[tuple[str, ...]]) -> str:
    head, *rest = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, f"|---|{'---:|' * (len(rows[0]) - 1)}", *rest])


if __name__ == "__main__":
    refresh()
