"""Hours at the wheel: limits as data, and the fold of one person's driving over them; docs/hours.md has the letter."""

from streams.hours.counts import Episode
from streams.hours.fold import Fold, Interval, episodes, person
from streams.hours.laws import RULES, custom
from streams.hours.limits import ESTIMATE, KINDS, SELDOM, WINDOW_S, HoursRules, Limit, Rest, RuleBook
from streams.hours.sheet import IDLE, SPARSE, Sheet
from streams.hours.succession import Dated, Succession, always, rules_at, succession

__all__ = [
    "ESTIMATE",
    "IDLE",
    "KINDS",
    "RULES",
    "SELDOM",
    "SPARSE",
    "WINDOW_S",
    "Dated",
    "Episode",
    "Fold",
    "HoursRules",
    "Interval",
    "Limit",
    "Rest",
    "RuleBook",
    "Sheet",
    "Succession",
    "always",
    "custom",
    "episodes",
    "person",
    "rules_at",
    "succession",
]
