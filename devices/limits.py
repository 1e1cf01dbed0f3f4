"""Limits: how much one device may send; what is beyond goes no further, but for a trace of it."""

from collections.abc import Iterable

from devices.frames import MAX_BODY
from devices.samples import Payload

THROTTLED = "$throttled/"  # before the topic of a payload that is only to be set aside; no device can say such a one
TRACE_S, TRACES = 60.0, 20  # of what is beyond, one payload a minute, after so many at once
FORGET = 10_000  # topics, before those that owe nothing are forgotten
URGENT = (b"crash", b"sos", b"rollover", b"accident")


def urgent(payload: Payload) -> bool:
    """Whether a payload may tell of a crash or a call for help: that waits for nothing, and is held up by no limit."""
    return any(word in payload.body for word in URGENT)


class Limiter:
    """A token bucket a topic, counted in time: a payload costs 1/``payloads_s`` s or its size over ``bytes_s``,
    whichever is more, and a topic may be ``burst_s`` behind.

    Only what is admitted costs, so that a device beyond its limit still gets through what the limit allows. 0 is no
    limit.
    """

    def __init__(self, payloads_s: float, bytes_s: float, burst_s: float) -> None:
        self._payload_s = 1.0 / payloads_s if payloads_s else 0.0
        self._byte_s = 1.0 / bytes_s if bytes_s else 0.0
        self._burst_s = burst_s
        self._most_s = burst_s + max(self._payload_s, MAX_BODY * self._byte_s)  # nobody owes more, by one clock
        self._paid: dict[str, float] = {}  # by topic: the time up to which what it has sent is paid for
        self._forget_at = FORGET

    def admits(self, topic: str, size: int, now: float) -> bool:
        """Whether a payload of ``size`` bytes that came ``now`` (s) is within the limit of its topic."""
        owed = self._paid.get(topic, now) - now
        if owed > self._burst_s and owed <= self._most_s:  # if it is more, the clock was set back
            return False
        cost = size * self._byte_s
        if cost < self._payload_s:
            cost = self._payload_s
        self._paid[topic] = now + cost + owed if 0.0 < owed <= self._most_s else now + cost
        if len(self._paid) > self._forget_at:
            self._forget(now)
        return True

    def _forget(self, now: float) -> None:
        self._paid = {topic: paid for topic, paid in self._paid.items() if paid > now}
        self._forget_at = max(FORGET, 2 * len(self._paid))


class Edge:
    """Where payloads come in: each device within its limit, whatever the others send.

    What is beyond it is no more than a trace: now and then a payload goes on to be set aside (its topic says so), the
    rest is for nobody. It is acknowledged to the broker all the same - else the broker's window, which all devices
    share, would fill with it - and never to its device, which sends it again if it keeps what is not acknowledged.
    An urgent payload goes on as it is, a few at once.
    """

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter
        self._traces, self._calls = (Limiter(1 / TRACE_S, 0.0, TRACES * TRACE_S) for _ in range(2))
        self._beyond = 0  # payloads that ``told`` has not told yet

    def sort(self, arrived: Iterable[Payload]) -> tuple[list[Payload], list[Payload]]:
        """What goes on, in order, and what does not."""
        on: list[Payload] = []
        over: list[Payload] = []
        admits = self._limiter.admits
        for payload in arrived:
            if admits(payload.topic, len(payload.body), payload.received_at):
                on.append(payload)
            else:
                self._divide(payload, on, over)
        return on, over

    def told(self) -> int:
        """How many payloads were beyond the limit since the last time."""
        many, self._beyond = self._beyond, 0
        return many

    def _divide(self, payload: Payload, on: list[Payload], over: list[Payload]) -> None:
        self._beyond += 1
        said = payload.topic, 0, payload.received_at
        if urgent(payload) and self._calls.admits(*said):
            on.append(payload)
        elif self._traces.admits(*said):
            on.append(Payload(THROTTLED + payload.topic, payload.body, payload.received_at, payload.token))
        else:
            over.append(payload)
