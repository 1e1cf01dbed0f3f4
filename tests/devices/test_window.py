"""Window: acknowledgements go out in the order of arrival, whatever the order of safety."""

from hypothesis import given
from hypothesis import strategies as st

from devices.window import Delivery, Message, Published, Window


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


def test_what_is_not_answered_is_sent_again_under_the_same_id():
    mids = iter([1, 2, 2, 3])
    published = Published(lambda: next(mids))
    sent = [Message("t", body, 1, False, Delivery()) for body in (b"a", b"b", b"c")]
    first = [published.packet(message) for message in sent]
    published.answered(1)
    published.answered(9)
    assert [message.delivery.done() for message in sent] == [True, False, False]
    again = b"".join(bytes([packet[0] | 0x08]) + packet[1:] for packet in first[1:])
    assert (published.again(), len(published)) == (again, 2)


def test_at_qos_0_sent_is_all_there_is():
    message = Message("t", b"a", 0, True, Delivery())
    published = Published(lambda: 1)
    assert published.packet(message) == b"\x31\x04\x00\x01ta"
    assert (message.delivery.done(), len(published)) == (True, 0)
