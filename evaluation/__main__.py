"""``python -m evaluation [name ...]``: precision and recall; evaluation/results.json and docs/accuracy.md."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evaluation import (
    agreement,
    alert_budget,
    controls,
    crashes,
    deciles,
    detectability,
    driven,
    faulty,
    hours,
    manoeuvres,
    ordered,
    ranks,
    realism,
    roads,
    simulated,
    slow_leaks,
    speeding,
    swerves,
    transfer,
)
from evaluation.measure import Fact, Finding, Section
from evaluation.page import page
from evaluation.recordings import SHARED, rules
from streams.warm import warm

RESULTS = Path(__file__).with_name("results.json")
PAGE = Path(__file__).parents[1] / "docs" / "accuracy.md"
SECTIONS: dict[str, Callable[[], Section]] = {
    "manoeuvres": manoeuvres.section,
    "agreement": agreement.section,
    "transfer": transfer.section,
    "speeding": speeding.section,
    "roads": roads.section,
    "crashes": crashes.section,
    "controls": controls.section,
    "detectability": detectability.section,
    "simulated": simulated.section,
    "swerves": swerves.section,
    "hours": hours.section,
    "ordered": ordered.section,
    "faults": faulty.section,
    "leaks": slow_leaks.section,
    "alerts": alert_budget.section,
    "calls": alert_budget.recorded,
    "ranks": ranks.section,
    "deciles": deciles.section,
    "realism": realism.section,
}


def main() -> None:
    """Evaluate what is asked for, all of it by default; what is not run keeps its last result."""
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(SECTIONS)}; all by default")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(SECTIONS):
        parser.error(f"no section {', '.join(sorted(unknown))}; there is {', '.join(SECTIONS)}")
    if not SHARED.is_dir():
        sys.exit(f"the recordings are not here: put the shared data folder at {SHARED.relative_to(SHARED.parents[1])}")
    warm()
    for name in chosen.names or SECTIONS:
        found = SECTIONS[name]()
        _keep(name, found)
        print(page([found], "").partition("## ")[2], flush=True)


def _keep(name: str, found: Section) -> None:
    """Write a section down, and the page anew; what others have written meanwhile stays."""
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
    results[name] = asdict(found) | (
        {"driven": driven.fingerprint(driven.SECTIONS[name])} if name in driven.SECTIONS else {}
    )
    version = rules().in_force.sets[-1].version
    RESULTS.write_text(json.dumps({one: results[one] for one in SECTIONS if one in results}, indent=1) + "\n")
    PAGE.write_text(page((_section(one, results[one]) for one in SECTIONS if one in results), version))


def _section(name: str, said: dict[str, Any]) -> Section:
    """A section as it was written down."""
    findings = [Finding(*row) for row in said["findings"]]
    text = driven.noted(name, said["text"], said.get("driven"))
    return Section(said["title"], text, findings, [Fact(*row) for row in said["facts"]])


if __name__ == "__main__":
    main()
