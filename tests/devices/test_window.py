"""Window: acknowledgements go out in the order of arrival, whatever the order of safety."""

from hypothesis import given
from hypothesis import strategies as st

from devices.window import Window


@given(st.integers(0, 30).flatmap(lambda n: st.permutations(range(n))), st.integers(1, 7))
def test_mids_come_back_in_order_of_arrival_and_only_when_safe(order, step):
    window = Window()
    window.renew(1)
    tokens = [window.arrive(100 + k) for k in range(len(order))]
    out = []
    for at in range(0, len(order), step):
        out += window.settle(tokens[k] for k in order[at : at + step])
        safe = set(order[: at + step])
        held_back = next((k for k in range(len(order)) if k not in safe), len(order))
        assert out == [100 + k for k in range(held_back)]


def test_tokens_of_an_earlier_connection_acknowledge_nothing():
    window = Window()
    window.renew(1)
    old = [window.arrive(7), window.arrive(8)]
    window.renew(2)
    new = window.arrive(7)
    assert window.settle(old) == []
    assert window.settle([new]) == [7]


def test_a_token_counts_once():
    window = Window()
    window.renew(1)
    first, second = window.arrive(7), window.arrive(8)
    assert window.settle([first, first]) == [7]
    assert window.settle([first]) == []
    assert window.settle([second]) == [8]
