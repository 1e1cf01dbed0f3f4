"""Laws: the rule sets of the European Union, China and the United States, each limit with its source."""

from streams.hours.limits import DAY, HOUR, MINUTE, Calendar, Counts, HoursRules, Limit, Rest

NIGHT = (22.0, 6.0)  # local hours, China
OFF_S = 7 * HOUR  # 49 CFR 395.1(g)(1)(i): the shortest time in a sleeper berth that counts, its engine may idle
_EU = "Regulation (EC) 561/2006, Art. "
_US = "49 CFR 395.3"
_CN = "Road Traffic Safety Law Implementing Regulations, Art. 62(7)"
_COACH = "safety management code for road passenger transport, Art. 38"


EU = HoursRules(
    "eu",
    (
        Limit(
            "continuous_driving",
            _EU + "7: 45 min, or 15 min then 30 min, after 4 h 30 of driving",
            4.5 * HOUR,
            15 * MINUTE,
            30 * MINUTE,
            rest=Rest(45 * MINUTE, split=(15 * MINUTE, 30 * MINUTE)),
        ),
        Limit(
            "daily_driving",
            _EU + "6(1): 9 h a day, 10 h twice a week",
            9 * HOUR,
            30 * MINUTE,
            HOUR,
            rest=Rest(9 * HOUR),
            extended_s=10 * HOUR,
            extended_times=2,
        ),
        Limit(
            "duty_window",
            _EU + "8(2): within 24 h of the last rest one of 11 h, of 3 h then 9 h, or three times of 9 h",
            13 * HOUR,
            HOUR,
            HOUR,
            counts="elapsed",
            rest=Rest(11 * HOUR, (3 * HOUR, 9 * HOUR), reduced_s=9 * HOUR, reduced_times=3, renew_s=24 * HOUR),
            within_s=24 * HOUR,
        ),
        Limit(
            "weekly_driving",
            _EU + "6(2): 56 h from Monday to Sunday",
            56 * HOUR,
            2 * HOUR,
            4 * HOUR,
            calendar=Calendar(7, 1, "utc"),
        ),
        Limit(
            "fortnight_driving",
            _EU + "6(3): 90 h in any two consecutive weeks",
            90 * HOUR,
            4 * HOUR,
            10 * HOUR,
            calendar=Calendar(7, 2, "utc"),
        ),
        Limit(
            "weekly_rest",
            _EU + "8(6): 45 h, or every other time 24 h, begun within six times 24 h of the last",
            144 * HOUR,
            12 * HOUR,
            3 * HOUR,
            counts="elapsed",
            rest=Rest(45 * HOUR, reduced_s=24 * HOUR, reduced_times=1, renew_s=45 * HOUR),
        ),
    ),
    "European Union",
)

_CONTINUOUS = Limit(
    "continuous_driving",
    _CN + ": 4 h without a stop of at least 20 min",
    4 * HOUR,
    15 * MINUTE,
    30 * MINUTE,
    counts="elapsed",
    rest=Rest(20 * MINUTE),
)


def _coach(only: bool) -> tuple[Limit, ...]:
    """China's limits for passenger transport, for vehicles that carry passengers ``only`` or for all."""
    return (
        Limit(
            "night_continuous",
            _COACH + ": 2 h between 22:00 and 06:00 without a stop of at least 20 min",
            2 * HOUR,
            15 * MINUTE,
            30 * MINUTE,
            counts="elapsed",
            rest=Rest(20 * MINUTE),
            night=NIGHT,
            passenger=only,
        ),
        Limit(
            "daily_driving", _COACH + ": 8 h in any 24 h", 8 * HOUR, 30 * MINUTE, HOUR, rolling_s=DAY, passenger=only
        ),
        Limit(
            "weekly_driving",
            _COACH + ": 44 h in any 7 days",
            44 * HOUR,
            2 * HOUR,
            4 * HOUR,
            rolling_s=7 * DAY,
            passenger=only,
        ),
    )


CHINA = HoursRules("china", (_CONTINUOUS, *_coach(only=True)), "China")
CHINA_PASSENGER = HoursRules(
    "china_passenger", (_CONTINUOUS, *_coach(only=False)), "China, all vehicles carry passengers"
)


def _us(hours: float, days: int) -> HoursRules:
    return HoursRules(
        f"us_{hours:g}_{days}",
        (
            Limit(
                "continuous_driving",
                _US + "(a)(3)(ii): 8 h of driving without 30 min off the wheel",
                8 * HOUR,
                15 * MINUTE,
                30 * MINUTE,
                rest=Rest(30 * MINUTE),
            ),
            Limit(
                "daily_driving",
                _US + "(a)(3)(i): 11 h after 10 h off",
                11 * HOUR,
                30 * MINUTE,
                HOUR,
                rest=Rest(10 * HOUR),
            ),
            Limit(
                "duty_window",
                _US + "(a)(2): no driving after the 14th hour since 10 h off",
                14 * HOUR,
                HOUR,
                HOUR,
                counts="elapsed",
                rest=Rest(10 * HOUR),
            ),
            Limit(
                "weekly_driving",
                _US + f"(b), (c): {hours:g} h on duty in {days} days, 34 h off start afresh",
                hours * HOUR,
                2 * HOUR,
                4 * HOUR,
                counts="duty",
                off_s=OFF_S,
                rest=Rest(34 * HOUR),
                calendar=Calendar(1, days, "fleet"),
            ),
        ),
        f"United States, {hours:g} h in {days} days",
    )


US_60_7, US_70_8 = _us(60, 7), _us(70, 8)
RULES = {rules.name: rules for rules in (EU, CHINA, CHINA_PASSENGER, US_60_7, US_70_8)}


def custom(drive_h: float, break_min: float, split_min: float = 0.0, counts: Counts = "elapsed") -> HoursRules:
    """A fleet's own rule; ``split_min`` > 0 allows a break of that length and later one of the rest."""
    split = (split_min * MINUTE, (break_min - split_min) * MINUTE) if split_min > 0 else None
    rest = Rest(break_min * MINUTE, split)
    limit = Limit("continuous_driving", "set by the fleet", drive_h * HOUR, 900.0, 1800.0, counts, rest)
    return HoursRules("custom", (limit,), "the fleet's own")
