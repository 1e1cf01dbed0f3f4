"""Page: the sections as Markdown; docs/accuracy.md is written by ``make evaluate`` and by nobody else."""

from collections.abc import Iterable, Sequence

from evaluation.measure import Fact, Finding, Section, wilson

HEAD = """# Accuracy

What is found, what is missed and what is told in error, on real labelled recordings where there are some and on
a simulated fleet whose truth is known. `make evaluate` makes this page and `evaluation/results.json`; the
recordings are read in place and are not part of the repository.

Limits come from published values per vehicle class ([detectors.md](detectors.md) names each source) and were not
moved for these recordings; rule version `{version}`. What is marked "ours" there was in part set with them in view
(learning a mount, the shape of a lane change, what tells a crash from shaking): for that, drives nobody has seen
are the better judge. A *truth* is what happened, an *event*
what was told. Recall is the share of truths that an event overlaps, precision the share of events that a truth
overlaps; F1 is their harmonic mean. In brackets: the 95 % interval (Wilson). Few truths, wide interval: read
the counts first. *Onset* is how many seconds later than its truth an event begins, the middle one of those found,
and in brackets how close nine in ten of them begin.
"""


def page(sections: Iterable[Section], version: str) -> str:
    """The whole page."""
    return "\n".join([HEAD.format(version=version), *map(_section, sections)])


def _section(section: Section) -> str:
    parts = [f"## {section.title}", section.text]
    if section.findings:
        parts.append(findings(section.findings))
    if section.facts:
        parts.append(facts(section.facts))
    return "\n\n".join(parts) + "\n"


def findings(rows: Sequence[Finding]) -> str:
    """A table of shares with counts and intervals."""
    timed = any(row.onset is not None for row in rows)
    onset = ("onset, s",) if timed else ()
    head = ("data", "kind", "every", "truths", "recall", "events", "precision", "F1", *onset, "")
    cells = [
        (
            row.data,
            _code(row.kind),
            row.rate,
            str(row.truths),
            _share(row.found, row.truths),
            str(row.events),
            _share(row.right, row.events),
            "" if row.f1 is None else f"{row.f1:.2f}",
            *((_onset(row),) if timed else ()),
            row.note,
        )
        for row in rows
    ]
    return _table(head, cells)


def facts(rows: Sequence[Fact]) -> str:
    """A table of other numbers."""
    cells = [(row.data, _code(row.what), f"{row.value:.3g}", row.unit, row.note) for row in rows]
    return _table(("data", "what", "value", "unit", ""), cells)


def _code(word: str) -> str:
    return f"`{word}`" if word.replace("_", "").isalpha() and " " not in word else word


def _share(hits: int, of: int) -> str:
    if not of:
        return ""
    low, high = wilson(hits, of)
    return f"{hits / of:.2f} ({low:.2f}-{high:.2f})"


def _onset(row: Finding) -> str:
    return "" if row.onset is None else f"{row.onset:+.1f} ({row.within:.1f})"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
