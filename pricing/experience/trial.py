"""Trial: what each vehicle's claims in the other periods would have said of the claims of this one."""

import numpy as np

from pricing.credibility.panel import Floats
from pricing.experience.fleet import Effects, experience
from pricing.experience.history import History


def foretold(history: History, effects: Effects) -> Floats:
    """Coefficient of each row from all periods but its own; ``effects`` are those of other fleets."""
    found = np.ones_like(history.expected)
    for period in np.unique(history.period):
        coefficient = experience(*history.without(period).totals(), history.fleet, effects).coefficient
        rows = history.period == period
        found[rows] = coefficient[history.vehicle[rows]]
    return found
