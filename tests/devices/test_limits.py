"""Limits: a device gets what its limit allows and no more, whatever others send."""

from hypothesis import given
from hypothesis import strategies as st

from devices.frames import MAX_BODY
from devices.limits import THROTTLED, TRACES, Edge, Limiter
from devices.samples import Payload

RATE, BYTES, BURST = 2.0, 1000.0, 10.0
arrivals = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 3000), st.floats(0, 3).filter(lambda s: s == 0 or s > 1e-3)),
    max_size=200,
)


def limiter():
    return Limiter(RATE, BYTES, BURST)


def admitted(made, some):
    """(who, size, when) of those let in."""
    now, found = 1e9, []
    for who, size, pause in some:
        now += pause
        if made.admits(who, size, now):
            found.append((who, size, now))
    return found


@given(arrivals)
def test_in_any_stretch_of_time_no_more_than_the_rate_and_one_burst(some):
    found = [one for one in admitted(limiter(), some) if one[0] == "a"]
    for first, (_, _, since) in enumerate(found):
        for last, (_, _, until) in enumerate(found[first:], first + 1):
            span = until - since + BURST
            assert last - first <= span * RATE + 1 + 1e-6
            assert sum(size for _, size, _ in found[first : last - 1]) <= span * BYTES + 1e-3


@given(arrivals)
def test_a_device_within_its_limit_is_never_held_up_and_nobody_disturbs_another(some):
    alone = admitted(limiter(), [(who, size, pause if who == "a" else 0) for who, size, pause in some if who == "a"])
    now, calm, together = 1e9, [], limiter()
    for who, size, pause in some:
        if who == "a":
            now += pause
            calm.append((who, size, now)) if together.admits(who, size, now) else None
        else:
            together.admits("b", 10**9, now)
    assert calm == alone


@given(st.lists(st.floats(0.5, 100), min_size=1, max_size=300))
def test_at_the_rate_itself_everything_is_let_in(pauses):
    made, now = limiter(), 0.0
    for pause in pauses:
        now += pause
        assert made.admits("a", 400, now)


def test_a_clock_set_back_shuts_nobody_out():
    made = limiter()
    while made.admits("a", 0, 1e6):
        pass
    assert not made.admits("a", 0, 1e6)
    assert made.admits("a", 0, 10.0)


def test_no_limit_is_no_limit():
    made = Limiter(0.0, 0.0, 0.0)
    assert all(made.admits("a", MAX_BODY, 1.0) for _ in range(10_000))


def test_who_owes_nothing_is_forgotten():
    made = limiter()
    for k in range(50_000):
        made.admits(f"v{k}", 100, float(k))
    assert len(made._paid) <= 10_001


def test_of_a_flood_a_trace_goes_on_and_the_rest_to_nobody():
    edge = Edge(limiter())
    flood = [Payload("flood", b"%d" % k, 5.0, token=k) for k in range(1000)]
    calm = [Payload("calm", b"hello", 5.0, token=k) for k in range(5)]
    call = Payload("flood", b"sos", 5.0, token=1000)
    on, over = edge.sort([*flood, *calm, call])
    regular = [payload for payload in on if payload.topic == "flood"]
    marked = [payload for payload in on if payload.topic.startswith(THROTTLED)]
    assert [payload for payload in on if payload.topic == "calm"] == calm
    assert regular[-1] == call
    assert len(regular) == RATE * BURST + 1 + 1
    assert len(marked) == TRACES + 1
    assert len(on) + len(over) == 1006
    assert (edge.told(), edge.told()) == (len(over) + len(marked) + 1, 0)
    assert {payload.token for payload in [*on, *over]} == set(range(1001))
