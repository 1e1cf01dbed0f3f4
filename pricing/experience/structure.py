"""Structure: how much fleets differ, and vehicles within them, from claims against the expected ones.

By moments. Claims of two vehicles of a fleet vary together by ``expected * expected * V_R``; those of one vehicle in
two periods by ``expected * expected * (V_R + tau)``. Source: Desjardins, Dionne and Pinquet 2001, section 3.
"""

from pricing.credibility.panel import Codes, Floats, sums
from pricing.experience.fleet import Effects
from pricing.experience.history import History


def lasting(history: History) -> Effects:
    """V_R and V_S of effects that last from period to period: what experience rating may charge for.

    Claims that come in clusters within a period are no reason to expect more in the next, and do not count here.
    """
    rows = history.by_period().level()
    beyond = rows.claims - rows.expected
    return _effects(_shared(rows), _together(beyond, rows.vehicle) / (_together(rows.expected, rows.vehicle) or 1.0))


def overdispersed(history: History) -> Effects:
    """V_R and V_S where all variance beyond Poisson is taken for a lasting effect; needs no second period.

    It is too large where claims come in clusters, or the prior lacks what changes from year to year.
    """
    rows = history.level()
    expected, claims = rows.totals()
    own = float((((claims - expected) ** 2) - claims).sum() / (expected**2).sum())
    return _effects(_shared(rows), own)


def _shared(rows: History) -> float:
    """V_R, at least 0, from pairs of vehicles; 0 where no fleet has two."""
    expected, claims = rows.totals()
    return max(_together(claims - expected, rows.fleet) / (_together(expected, rows.fleet) or 1.0), 0.0)


def _effects(shared: float, own: float) -> Effects:
    """``own`` is V_R + tau."""
    return Effects(shared, max(own - shared, 0.0) / (1 + shared))


def _together(x: Floats, group: Codes) -> float:
    """Sum of x_i x_j over the ordered pairs of different members of a group."""
    return float((sums(group, x) ** 2 - sums(group, x**2)).sum())
