"""Speeding: RSK's posted limits against the events, at the rate recorded and at slower ones."""

from itertools import pairwise

import numpy as np

from devices.samples import Samples
from evaluation.measure import Finding, Section, Span, marked
from evaluation.recordings import read, rules, run, spans, thinned

RATES = (1.0, 2.0, 5.0, 10.0, 30.0)
LEAST_S = 5.0
TEXT = f"""RSK Twizy (225 km in Morocco, 1 Hz, the posted limit on every row). A truth is a spell of at least
{LEAST_S:g} s above the posted limit in the full recording; events are found with `tolerance_kmh` = 0, because
the truth knows no tolerance. At a slower rate every n-th row is kept, as a slower tracker would send it; the
truths stay those of the full recording."""


def section() -> Section:
    """Recall and precision of speeding by sampling rate."""
    pieces = read("rsk")
    truths = [truth for samples in pieces for truth in spells(samples)]
    judged = rules("detectors.speeding.tolerance_kmh=0")
    findings: list[Finding] = []
    for rate in RATES:
        events = run([thinned(samples, rate) for samples in pieces], judged)["events"]
        findings.append(marked("RSK", "speeding", f"{rate:g} s", truths, spans(events, kind="speeding")))
    return Section("Speeding", TEXT, findings)


def spells(samples: Samples) -> list[Span]:
    """Stretches of at least ``LEAST_S`` in which each row is over its posted limit, none 10 s from the next."""
    order = np.lexsort((samples.t, samples.vehicle))
    vehicle, t = samples.vehicle[order], samples.t[order]
    over = samples.columns["speed"][order] > samples.columns["speed_limit"][order]
    new = np.ones(t.size, bool)
    new[1:] = (vehicle[1:] != vehicle[:-1]) | (over[1:] != over[:-1]) | (np.diff(t) > 10.0)
    edges = [*np.flatnonzero(new).tolist(), t.size]
    found = []
    for a, b in pairwise(edges):
        if over[a] and t[b - 1] - t[a] >= LEAST_S:
            found.append(Span(samples.vehicles[vehicle[a]][1], float(t[a]), float(t[b - 1])))
    return found
