"""Detectability: which harsh brakings a tracker can show, by how often it reports; and what its noise makes up."""

import numpy as np

from devices.samples import Floats, Samples
from evaluation.measure import Fact, Finding, Section, Span, marked
from evaluation.recordings import rules, run, spans

START = 1_750_000_000.0
RATES = (0.1, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0)
BRAKES = ((0.45, 2.0), (0.45, 1.0), (0.60, 2.0))  # g, s
NOISES = (0.3, 0.6, 1.0)  # m/s
TRIALS, GRID_S, G, CRUISE = 100, 0.01, 9.80665, 20.0
UNREST = 0.05  # m/s, one sigma: nobody holds a speed to the last digit
TEXT = """Made-up drives of a car: cruising at 72 km/h, one brake of the given strength and length, cruising on; 100 of
each, the tracker's clock at a random phase, the speed rounded to 0.1 km/h. What is seldom reported cannot be seen: at
2 s a few of the hardest brakes are left, from 3 s on none, however hard somebody brakes. So a tracker that reports
every 2 or 10 s has few harsh events or none for want of sight, not for want of harshness: the km on which harsh
braking would have been seen (`observed_km`, reports at most 1.2 s apart) are what its credibility comes from, and at 0
the score holds the class mean and says *not observable with this device*. The last rows are false events of an hour's
cruise at 1 Hz whose speed carries that much noise (one sigma)."""


def section() -> Section:
    """Recall of braking by reporting interval, the share of km observed, and false events by noise."""
    findings, facts = [], []
    for rate in RATES:
        for strength, lasting in BRAKES:
            finding, share = _brakes(strength, lasting, rate)
            findings.append(finding)
        facts.append(Fact(f"report every {rate:g} s", "km on which harsh braking would be seen", 100 * share, "%"))
    facts += [_noise(sigma) for sigma in NOISES]
    return Section("Detectability by reporting interval", TEXT, findings, facts)


def _brakes(strength: float, lasting: float, rate: float) -> tuple[Finding, float]:
    rng = np.random.default_rng([int(100 * strength), int(10 * lasting), int(10 * rate)])
    fine = np.arange(0, 240, GRID_S)
    parts, truths = [], []
    for trial in range(TRIALS):
        begins = 60 + rng.uniform(0, 60)
        speed = _slowed(fine, begins, strength * G, lasting)
        t = np.round(np.arange(rng.uniform(0, rate), 240, rate), 2)
        parts.append((t, np.interp(t, fine, speed)))
        truths.append(Span(f"v{trial}", START + begins, START + begins + lasting))
    tables = run([_samples(parts)], rules())
    title, every = f"{strength:.2f} g for {lasting:g} s", f"{rate:g} s"
    exposure = tables["exposure"]
    share = float(exposure["observed_km"].sum()) / float(exposure["km_measured"].sum())
    events = spans(tables["events"], kind="harsh_braking")
    return marked(title, "harsh_braking", every, truths, events, slack=rate), share


def _slowed(t: Floats, begins: float, brake: float, lasting: float) -> Floats:
    """Cruise, brake, cruise on at what is left."""
    return np.asarray(CRUISE - brake * np.clip(t - begins, 0, lasting), np.float64).clip(0)


def _samples(parts: list[tuple[Floats, Floats]]) -> Samples:
    vehicle = np.concatenate([np.full(t.size, k) for k, (t, _) in enumerate(parts)])
    t = START + np.concatenate([t for t, _ in parts])
    rng = np.random.default_rng(t.size)
    driven = np.concatenate([v for _, v in parts]) + rng.normal(0, UNREST, t.size)
    speed = np.round(driven.clip(0) * 3.6, 1) / 3.6
    return Samples([("f", f"v{k}") for k in range(len(parts))], vehicle, np.round(t, 3), {"speed": speed})


def _noise(sigma: float) -> Fact:
    rng = np.random.default_rng(int(10 * sigma))
    hours = [(np.arange(3600.0), CRUISE + rng.normal(0, sigma, 3600)) for _ in range(10)]
    events = run([_samples(hours)], rules())["events"]
    count = events.filter(kind="harsh_braking").height + events.filter(kind="harsh_acceleration").height
    return Fact(f"noise {sigma:g} m/s at 1 Hz", "false harsh events", count / 10, "per hour")
