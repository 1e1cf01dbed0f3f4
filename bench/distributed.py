"""Distributed: MQTT publishers to alerts at a subscriber through Mosquitto, bridge, Kafka, worker and PostgreSQL."""

import itertools
import signal
import socket
import time
from typing import NamedTuple

import numpy as np

from bench.alerts import PACE_S, Subscriber, brake
from bench.house import House
from bench.load import AGO_S, Plan, Sender, connect
from bench.measure import Result
from bench.running import POLL_S, BenchError
from bench.stack import Stack

TRIAL_S = 6.0
BEHIND_S = 2.0  # from the last payload sent to the last on record: more, and the lag grows
DRAIN_S = 120.0
KILLED_RATE = 20_000  # samples/s
KILLED_AT_S, RECOVERY_S = 4.0, 35.0
MISSING_S = 1.0  # the record is behind when it lacks more than has come in so long
FULL_S = 4.0
NUMBERS = itertools.count(1)  # of vehicles that brake: their alerts are retained
QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}


class Shape(NamedTuple):
    """How vehicles report, and the samples a second to try, in order."""

    meaning: str
    samples: int  # a payload
    hz: int
    rates: tuple[int, ...]
    full: int  # samples/s at which costs are looked at, whether it holds or not


SHAPES = {
    "hundreds": Shape("100 samples a payload, 10 Hz", 100, 10, (5_000, 20_000, 50_000), 20_000),
    "tens": Shape("10 samples a payload, 1 Hz", 10, 1, (2_500, 5_000, 10_000, 20_000, 40_000), 5_000),
    "five_hundreds": Shape(
        "500 samples a payload, 50 Hz", 500, 50, (100_000, 250_000, 500_000, 1_000_000, 2_000_000), 200_000
    ),
}


def run(quick: bool = False) -> Result:
    """Every shape up to the first rate that does not hold."""
    with Stack() as stack:
        if quick:
            return {"hundreds": _ladder(stack, SHAPES["hundreds"]._replace(rates=(5_000,), full=5_000), 3.0)}
        return {name: _ladder(stack, shape, TRIAL_S) for name, shape in SHAPES.items()}


class Drive:
    """A house, and rounds of payloads of its vehicles that come after each other."""

    def __init__(self, house: House, shape: Shape) -> None:
        self.house, self.shape, self.sent = house, shape, 0
        self._known, self._round, self._first_t = 0, 0, int(time.time()) - AGO_S

    def plan(self, rate: int, seconds: float) -> Plan:
        """Payloads for so long, of vehicles that are all known."""
        shape = self.shape
        span_s, payloads_s = shape.samples // shape.hz, rate / shape.samples
        vehicles = int(payloads_s * span_s)
        plan = Plan(0, vehicles, shape.samples, 1 / shape.hz, self._first_t, span_s, packed=True)
        if vehicles > self._known:
            self._known = vehicles
            self._all(self._numbered(plan._replace(payloads=vehicles)))
        return self._numbered(plan._replace(payloads=int(payloads_s * seconds), rate=payloads_s))

    def _numbered(self, plan: Plan) -> Plan:
        plan = plan._replace(round=self._round)
        self._round += -(-plan.payloads // plan.vehicles)
        self.sent += plan.payloads
        return plan

    def _all(self, plan: Plan) -> None:
        """Have newcomers on record, however long it takes."""
        sender = Sender(self.house.port, plan, self.house.folder / "known.npy")
        sender.go()
        sender.times()
        if self.on_record(DRAIN_S) is None:
            raise BenchError("vehicles were not on record in time")

    def on_record(self, within: float) -> float | None:
        """Wait until all that was sent is on record; when that was (monotonic s), None if it was not."""
        end = time.monotonic() + within
        while self.house.look.payloads() < self.sent:
            if time.monotonic() > end:
                return None
            time.sleep(POLL_S)
        return time.monotonic()

    def brakes(self, sender: Sender) -> tuple[Subscriber, dict[int, float]]:
        """Hard brakes as long as the sender sends; who listens for their alerts, and when each was sent."""
        subscriber, sent = Subscriber(self.house.port), {}
        subscriber.start()
        device, first_t = connect(self.house.port, "bench-brakes"), int(time.time()) - 60
        sender.go()
        while sender.process.poll() is None:
            number = next(NUMBERS)
            sent[number] = time.monotonic()
            device.sendall(brake(number, first_t, number % 65_535 + 1))
            time.sleep(PACE_S)
        self.sent += len(sent)
        device.shutdown(socket.SHUT_RDWR)
        return subscriber, sent


def _ladder(stack: Stack, shape: Shape, seconds: float) -> Result:
    trials: list[Result] = []
    with House(stack) as house:
        drive = Drive(house, shape)
        for rate in shape.rates:
            trials.append(trial(drive, rate, seconds))
            if not trials[-1]["held"]:
                break
        full = trial(drive, shape.full, FULL_S)
    return {"meaning": shape.meaning, "trials": trials, "full": full}


def trial(drive: Drive, rate: int, seconds: float) -> Result:
    """Send at a pace; what became of the payloads and of the hard brakes among them, and what it took whom."""
    house, shape = drive.house, drive.shape
    plan = drive.plan(rate, seconds)
    sender = Sender(house.port, plan, house.folder / "sent.npy")
    cpu, totals, begun = house.cpu(), house.totals(), time.monotonic()
    subscriber, brakes = drive.brakes(sender)
    sent = sender.times()
    there = drive.on_record(DRAIN_S)
    wall = time.monotonic() - begun
    cpu = {name: value - cpu[name] for name, value in house.cpu().items()}
    totals = {name: value - totals[name] for name, value in house.totals().items()}
    lost = drive.sent - house.look.counted()
    time.sleep(0.5)  # for the last alert
    subscriber.connection.shutdown(socket.SHUT_RDWR)
    late = [subscriber.arrived.get(number, np.inf) - at for number, at in brakes.items()]
    behind = np.inf if there is None else there - float(sent[-1])
    kept_pace = bool(sent[-1] - sent[0] < plan.payloads / plan.rate * 1.02 + 0.2)
    cpu["publisher"] = sender.cpu()
    cpu["others"] -= cpu["publisher"]
    return {
        "samples_s": rate,
        "payloads_s": plan.rate,
        "vehicles": plan.vehicles,
        "payloads": plan.payloads + len(brakes),
        "lost": lost,
        "behind_s": behind,
        "kept_pace": kept_pace,
        "held": kept_pace and behind < BEHIND_S and not lost,
        "alerts": len(late),
        "alert_ms": {name: 1e3 * float(np.quantile(late, q, method="inverted_cdf")) for name, q in QUANTILES.items()},
        "cpu_ns_sample": {name: 1e9 * spent / (plan.payloads * shape.samples) for name, spent in cpu.items()},
        "cores_others": cpu["others"] / wall,
        "mean_ms": _means(totals),
    }


def _means(totals: dict[str, float]) -> dict[str, float]:
    names = {name.removesuffix("_count") for name in totals if name.endswith("_count")}
    return {name: 1e3 * totals[f"{name}_sum"] / (totals[f"{name}_count"] or np.inf) for name in sorted(names)}


def recovery(quick: bool = False) -> Result:
    """kill -9 of a worker under load: begun anew at once, and taken over by another that runs beside it."""
    if quick:
        return {}
    with Stack() as stack:
        return _recovery(stack)


def _recovery(stack: Stack) -> Result:
    found = {}
    for name, workers in (("begun_anew", 1), ("taken_over", 2)):
        with House(stack, workers) as house:
            drive = Drive(house, SHAPES["hundreds"])
            found[name] = _killed(drive, anew=workers == 1)
    return found


def _killed(drive: Drive, anew: bool) -> Result:
    house, rate = drive.house, KILLED_RATE
    plan, before = drive.plan(rate, RECOVERY_S), house.look.payloads()
    sender = Sender(house.port, plan, house.folder / "sent.npy")
    sender.go()
    begun = time.monotonic()
    time.sleep(KILLED_AT_S)
    killed = time.monotonic()
    house.workers.pop(0).end(signal.SIGKILL)
    if anew:
        house.workers.append(house.worker())
    behind = killed  # when the record was last so far behind
    while sender.process.poll() is None:
        due = plan.rate * (time.monotonic() - begun)
        if house.look.payloads() - before < due - plan.rate * MISSING_S:
            behind = time.monotonic()
        time.sleep(POLL_S)
    sender.times()
    drive.on_record(DRAIN_S)
    return {"caught_up_s": behind - killed, "lost": drive.sent - house.look.counted(), "payloads": plan.payloads}
