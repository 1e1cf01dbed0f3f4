"""Sheet: whatever order driving is heard of in and however much was put away, it tells what one fold of all would."""

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.hours import IDLE, RULES, SPARSE, Interval, Sheet, always, episodes

MIN, HOUR, DAY = 60.0, 3600.0, 86_400.0
START = 1_748_822_400.0  # Monday
HELD = 30 * DAY


def row_of(episode):
    return {"event_id": f"{episode.kind} {episode.start}", **episode._asdict()}


def make(slot, start, end, bits):
    return Interval(start, end, f"V{slot}", "Europe/Berlin", True, bool(bits & SPARSE), bool(bits & IDLE))


def bits_of(slot):
    """The third vehicle only ever stands with its engine on."""
    return IDLE if slot == 2 else 0


class Told:
    """A sheet, and the rows that stand by what it told."""

    def __init__(self, window=HELD):
        self.sheet, self.rows, self.window = Sheet(0, make), {}, window
        self.folds = 0

    def hear(self, rules, *intervals):
        for slot, start, end in intervals:
            assert self.sheet.put(slot, make(slot, start, end, bits_of(slot)))
        self.fold(rules)

    def fold(self, rules):
        told = self.sheet.fold(always(rules), row_of)
        for row in told.retracted:
            del self.rows[row["event_id"]]
        self.rows |= {row["event_id"]: row for row in told.rows}
        self.sheet.put_away(self.window, 0.0, row_of)
        return told


def whole(rules, driven):
    return {
        row["event_id"]: row for row in map(row_of, episodes([make(*one, bits_of(one[0])) for one in driven], rules))
    }


legs = st.lists(
    st.tuples(st.sampled_from([5, 20, 45, 180, 540, 660, 1500, 2760]), st.sampled_from([10, 40, 100, 250])),
    min_size=1,
    max_size=30,
)
sets = st.sampled_from(list(RULES.values()))


def driven(legs):
    found, t = [], START
    for k, (pause, length) in enumerate(legs):
        t += pause * MIN
        found.append((k % 3, t, t + length * MIN))
        t += length * MIN
    return found


@settings(deadline=None)
@given(legs, sets, st.randoms(use_true_random=False))
def test_driving_may_be_heard_of_in_any_order_and_twice(legs, rules, chance):
    told, them = Told(), driven(legs)
    for one in chance.sample(them, len(them)):
        told.hear(rules, one)
        if chance.random() < 0.2:
            told.hear(rules, one)
    assert told.rows == whole(rules, them)


@settings(deadline=None)
@given(legs, sets, st.sampled_from([0.0, HOUR, 3 * DAY]))
def test_what_is_put_away_is_remembered(legs, rules, window):
    told, them = Told(window), driven(legs)
    for one in them:
        told.hear(rules, one)
    assert told.rows == whole(rules, them)
    held = [one.interval for one in told.sheet._held()]
    last = max((end for slot, _, end in them if not bits_of(slot)), default=-float("inf"))
    assert all(interval.end >= last - window for interval in held)


@settings(deadline=None)
@given(legs, sets, st.randoms(use_true_random=False))
def test_a_sheet_loaded_from_the_record_goes_on(legs, rules, chance):
    told, them = Told(), driven(legs)
    cut = chance.randrange(len(them))
    for one in them[:cut]:
        told.sheet.load(*one, bits_of(one[0]))
    told.hear(rules, *them[max(cut - 2, 0) :])  # the last ones are run once more
    assert told.rows == whole(rules, them)


@settings(deadline=None)
@given(legs, sets, st.randoms(use_true_random=False))
def test_what_is_taken_back_never_was(legs, rules, chance):
    told, them = Told(), driven(legs)
    told.hear(rules, *them)
    slot, since = chance.randrange(3), chance.choice(them)[1]
    told.sheet.drop(slot, since, set())
    told.fold(rules)
    assert told.rows == whole(rules, [one for one in them if one[0] != slot or one[2] <= since])


def test_an_open_drive_of_a_silent_vehicle_holds_nothing_up_and_may_still_go_on():
    rules, told = RULES["eu"], Told()
    told.sheet.open[1] = make(1, START, START + HOUR, False)
    told.hear(rules, (0, START + 5 * HOUR, START + 9 * HOUR))
    assert [one.slot for one in told.sheet._held()] == [0]
    assert told.rows == {}
    told.sheet.open[1] = make(1, START, START + 5 * HOUR, False)  # it had gone on all the while
    told.fold(rules)
    assert told.rows == whole(rules, [(1, START, START + 5 * HOUR), (0, START + 5 * HOUR, START + 9 * HOUR)])


def test_driving_in_order_is_folded_once_and_what_was_told_is_not_told_again():
    rules, told = RULES["eu"], Told()
    news = []
    for one in driven([(60, 280)] * 40):
        told.sheet.put(one[0], make(*one, False))
        news.append(len(told.fold(rules).rows))
    assert len(told.rows) > 30
    assert max(news) <= 12


def test_driving_from_before_what_is_held_is_not_taken():
    told = Told(window=DAY)
    told.hear(RULES["eu"], (0, START, START + HOUR))
    told.hear(RULES["eu"], (0, START + 3 * DAY, START + 3 * DAY + HOUR))
    assert not told.sheet.put(0, make(0, START + HOUR, START + 2 * HOUR, False))


def test_other_rules_fold_all_that_is_held_anew():
    told, them = Told(), driven([(60, 250)] * 12)
    told.hear(RULES["eu"], *them)
    told.fold(RULES["china_passenger"])
    assert told.rows == whole(RULES["china_passenger"], them)
