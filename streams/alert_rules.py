"""Alert rules: which events of a kind a human must see, how urgent each level is, and what to do."""

from dataclasses import dataclass

PRIORITIES = ("critical", "major", "minor", "warning", "info")


@dataclass(frozen=True)
class AlertRule:
    """Which events of a kind become alerts, how urgent each level is, and what the manager is asked to do."""

    priorities: tuple[str | None, str | None, str | None]  # for level 1, 2, 3; None: the event alone is enough
    quiet_s: float  # a repeat after a longer pause than this is a new alert
    action: str

    def priority(self, level: int) -> str | None:
        """Priority of a level; None where it is no alert."""
        return self.priorities[level - 1]


RULES = {
    "crash": AlertRule((None, "critical", "critical"), 600, "call the driver; send help if there is no answer"),
    "tyre_low": AlertRule(
        ("warning", "minor", "major"), 43_200, "check the tyre at the next stop; below 25 % stop now"
    ),
    "continuous_driving": AlertRule((None, "major", "major"), 3_600, "have the driver take the break now"),
    "speeding": AlertRule((None, "warning", "major"), 3_600, "talk to the driver"),
    "harsh_braking": AlertRule((None, "warning", "minor"), 3_600, "look at the drive; coach if it repeats"),
    "harsh_acceleration": AlertRule((None, "warning", "minor"), 3_600, "look at the drive; coach if it repeats"),
    "harsh_cornering": AlertRule((None, "warning", "minor"), 3_600, "look at the drive; coach if it repeats"),
}
