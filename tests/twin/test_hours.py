"""Hours: the twin's fold and the pipeline's agree on any intervals."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams import hours

from .hours import RULES, Piece, episodes

START = 1_750_000_000  # s
MINUTES = (0, 1, 14, 15, 16, 19, 20, 21, 29, 30, 31, 44, 45, 46, 120, 239, 240, 241, 254, 255, 270, 271, 300, 600)
LENGTHS = st.builds(lambda minutes, s: 60.0 * minutes + s, st.sampled_from(MINUTES), st.sampled_from((0, 0, -1, 1)))


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.tuples(LENGTHS, LENGTHS, st.integers(0, 2), st.booleans()), max_size=12), st.sampled_from(list(RULES))
)
def test_episodes_are_the_same_to_both(legs, rule) -> None:
    driven, at = [], float(START)
    for pause, length, vehicle, overlaps in legs:
        start = at + (-pause if overlaps else pause)
        at = max(at, start + length)
        driven.append(Piece(start, max(start + length, start + 1), vehicle))
    ours = hours.episodes([hours.Interval(*piece) for piece in driven], hours.RULES[rule])
    twins = episodes(driven, RULES[rule])
    assert [(one.slot, round(one.start, 3), one.end, one.level) for one in ours] == [
        (one["vehicle"], round(one["start"], 3), one["end"], one["level"]) for one in twins
    ]
    assert [one.counted_s / 3600 for one in ours] == pytest.approx([one["peak"] for one in twins], rel=1e-9)


def test_exactly_four_and_a_half_hours_are_allowed_at_any_millisecond() -> None:
    parts = [(9.652, 3643.587), (4404.698, 7852.704), (7883.155, 12318.502), (12871.761, 17554.473)]
    driven = [(START + start, START + end, 0) for start, end in parts]
    (one,) = hours.episodes([hours.Interval(*piece) for piece in driven], hours.RULES["eu"])
    assert one.level == episodes([Piece(*piece) for piece in driven], RULES["eu"])[0]["level"] == 1
