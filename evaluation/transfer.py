"""Transfer: would thresholds tuned on some data sets do better on one that was left out than the published ones?"""

from collections.abc import Callable, Mapping

import polars as pl

from evaluation.ferreira import MANOEUVRES, trips
from evaluation.manoeuvres import FERREIRA, beyond, fared
from evaluation.measure import Fact, Section, per_100_km
from evaluation.recordings import read, rules, run
from streams.detectors import DETECTORS
from streams.kernels.params import CLASSES
from streams.rules import Rules

SCALES = (0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3)
KLASS = "car"
TEXT = """All acceleration thresholds of the manoeuvre detectors are multiplied by one factor. For each data set the
factor with the best mean F1 on the *other* sets is taken, and F1 on the set left out is put beside that of the
published thresholds (factor 1). What a lower factor costs in everyday driving is in the last rows: harsh events per
100 km of CMAP, where nobody was asked to drive hard. The published limits stay."""


def section() -> Section:
    """F1 of the data set left out, tuned on the others and as published."""
    sets = _sets()
    table = {name: [_f1(judge, scale) for scale in SCALES] for name, judge in sets.items()}
    facts = []
    for left in sets:
        others = [table[name] for name in sets if name != left]
        means = [sum(row[k] for row in others) / len(others) for k in range(len(SCALES))]
        best = means.index(max(means))
        published = table[left][SCALES.index(1.0)]
        facts.append(Fact(left, "F1, published thresholds", published, "0 to 1"))
        facts.append(Fact(left, "F1, tuned on the others", table[left][best], "0 to 1", f"factor {SCALES[best]:g}"))
    facts += [_everyday(scale) for scale in (min(SCALES), 1.0)]
    return Section("Thresholds on data they have not seen", TEXT, facts=facts)


def _everyday(scale: float) -> Fact:
    """Manoeuvres found in CMAP's everyday drives with scaled thresholds."""
    tables = run(read("cmap"), rules(*scaled(scale)))
    km = float(tables["exposure"]["km_measured"].sum())
    count = tables["events"].filter(pl.col("kind").is_in(MANOEUVRES)).height
    return per_100_km("CMAP", f"manoeuvres told, factor {scale:g}", count, km)


def _sets() -> Mapping[str, Callable[[Rules], float | None]]:
    """F1 of each labelled data set under given rules."""

    def felt(number: int) -> Callable[[Rules], float | None]:
        return lambda judged: fared("", drives[number].labels, run([drives[number].samples], judged)).f1

    drives = {trip.number: trip for trip in trips(FERREIRA)}
    recorded = read("driveplotr")
    sets = {f"Ferreira {number}": felt(number) for number in drives}
    return sets | {"DrivePlotR": lambda judged: beyond(run(recorded, judged)).f1}


def _f1(judge: Callable[[Rules], float | None], scale: float) -> float:
    return judge(rules(*scaled(scale))) or 0.0


def scaled(scale: float) -> list[str]:
    """Settings that multiply every level of the manoeuvre detectors for cars."""
    settings = []
    for detector in DETECTORS:
        for param in detector.params if detector.kind in MANOEUVRES else ():
            if param.name.startswith("level") and param.name.endswith("_g"):
                value = param.by_class()[CLASSES.index(KLASS)] / param.scale * scale
                settings.append(f"detectors.{detector.kind}.{param.name}.{KLASS}={value:.6f}")
    return settings
