"""Succession: rules that follow one another judge what begins in their time, and nothing that began before."""

import math

from streams.hours import Dated, Interval, Sheet, always, custom, episodes, rules_at, succession

HOUR = 3600.0
LONG, SHORT = custom(4, 30, counts="driving"), custom(1, 30, counts="driving")


def row_of(episode):
    return {"event_id": f"{episode.kind} {episode.start}", **episode._asdict()}


def told(rules, *drives):
    """What a sheet tells of drives (start, end in h) with rests between them."""
    sheet, rows = Sheet(0, lambda slot, start, end, _bits: Interval(start, end, slot)), {}
    for start, end in drives:
        sheet.put(0, Interval(start * HOUR, end * HOUR, 0))
        rows |= {row["event_id"]: row for row in sheet.fold(rules, row_of).rows}
    return [(row["start"] / HOUR, len(row["reached"])) for row in rows.values()]


def test_what_began_before_a_change_is_judged_by_what_held_then():
    dated = (Dated(-math.inf, LONG), Dated(10.0 * HOUR, SHORT))
    drives = ((0.0, 2.0), (3.0, 5.0), (9.0, 12.0), (20.0, 22.0))  # 2 h, 2 h, 3 h across the change, 2 h
    whole = told(always(SHORT), *drives)
    assert len(whole) == 4
    assert told(dated, *drives) == [one for one in whole if one[0] >= 10.0]
    assert told((Dated(-math.inf, SHORT), Dated(10.0 * HOUR, LONG)), *drives) == [one for one in whole if one[0] < 10.0]


def test_one_rule_set_for_all_time_is_a_plain_fold():
    drives = [Interval(k * 2 * HOUR, (k * 2 + 1.5) * HOUR, 0) for k in range(5)]
    plain = [(one.start / HOUR, one.level) for one in episodes(drives, SHORT)]
    assert told(always(SHORT), *[(one.start / HOUR, one.end / HOUR) for one in drives]) == plain


def test_a_rule_set_that_only_repeats_is_none():
    some = succession([Dated(-math.inf, LONG), Dated(5.0, LONG), Dated(7.0, SHORT), Dated(9.0, SHORT)])
    assert some == (Dated(-math.inf, LONG), Dated(7.0, SHORT))
    assert [rules_at(some, t) for t in (-1.0, 6.9, 7.0)] == [LONG, LONG, SHORT]
