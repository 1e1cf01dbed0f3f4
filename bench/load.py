"""Load: payloads of a made-up fleet as MQTT packets, sent by a process of its own at a pace or as fast as they go."""

import json
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from bench import drives
from devices import topics
from devices.samples import Floats

FLEET = "bench"
STYLES = 64  # different stretches of a journey that payloads are made from
WINDOW = 1_000  # unanswered at once
KEEPALIVE = 600  # s
AGO_S = 300  # how old the first samples are: with older ones all vehicles would be reported silent


Body = Callable[[int, int, int], bytes]  # of a vehicle, its round and the first instant
"""Makes payloads."""


class Plan(NamedTuple):
    """Which payloads: ``payloads`` of them, in turn from vehicle 0, 1, ...; then its next round."""

    payloads: int
    vehicles: int
    samples: int  # a payload
    step_s: float  # between samples
    first_t: int  # UTC epoch s of round 0
    span_s: int  # from round to round
    round: int = 0  # first
    rate: float = 0.0  # payloads a second; 0 as fast as they are answered
    packed: bool = False  # msgpack with packed numbers instead of JSON


def packet(topic: str, body: bytes, mid: int) -> bytes:
    """PUBLISH at QoS 1."""
    name = topic.encode()
    content = len(name).to_bytes(2, "big") + name + mid.to_bytes(2, "big") + body
    size, length = len(content), b""
    while size > 127:
        length, size = length + bytes([size & 127 | 128]), size >> 7
    return b"\x32" + length + bytes([size]) + content


def templates(samples: int, step_s: float = 1.0) -> list[bytes]:
    """Payloads, about 560 bytes for ten samples; seq, driver and t are still to be filled in."""
    seconds = np.arange(STYLES * samples) * step_s
    coarse = drives.journey(int(seconds[-1]) + 2, seed=3)
    way = drives.Journey(*[np.interp(seconds, np.arange(column.size), column) for column in coarse])
    found = []
    for k in range(0, STYLES * samples, samples):
        here = slice(k, k + samples)
        columns = {
            "speed_kmh": [round(v * 3.6, 1) for v in way.speed[here].tolist()],
            "lat_deg": way.lat[here].round(6).tolist(),
            "lon_deg": way.lon[here].round(6).tolist(),
            "heading_deg": (way.lon[here] * 1e4 % 360).round(0).tolist(),
            "accel_long_mps2": way.accel[here].round(2).tolist(),
            "ignition": True,
        }
        text = json.dumps(columns, separators=(",", ":"))[1:]
        found.append(f'{{"v":1,"boot":"b3f1","seq":%d,"driver":"D-%d","t":[%s],{text}'.encode())
    return found


def packets(plan: Plan) -> list[bytes]:
    """All packets of a plan."""
    said = _packed(plan) if plan.packed else _text(plan)
    names = [topics.telemetry(FLEET, f"v{vehicle}") for vehicle in range(plan.vehicles)]
    found = []
    for k in range(plan.payloads):
        vehicle, turn = k % plan.vehicles, plan.round + k // plan.vehicles
        body = said(vehicle, turn, plan.first_t + turn * plan.span_s)
        found.append(packet(names[vehicle], body, k % 65_535 + 1))
    return found


def _text(plan: Plan) -> Body:
    bodies = templates(plan.samples, plan.step_s)

    def said(vehicle: int, turn: int, first: int) -> bytes:
        t = b",".join(b"%.1f" % (first + n * plan.step_s) for n in range(plan.samples))
        return bodies[(vehicle + turn) % STYLES] % (turn, vehicle, t)

    return said


def _packed(plan: Plan) -> Body:
    readings = [json.loads(body % (0, 0, b"0")) for body in templates(plan.samples, plan.step_s)]
    for reading in readings:
        reading |= {name: np.array(one, "<f4").tobytes() for name, one in reading.items() if isinstance(one, list)}
    ticks = np.arange(plan.samples) * plan.step_s

    def said(vehicle: int, turn: int, first: int) -> bytes:
        who = {"seq": turn, "driver": f"D-{vehicle}", "t": (first + ticks).tobytes()}
        return msgspec.msgpack.encode(readings[(vehicle + turn) % STYLES] | who)

    return said


def connect(port: int, client_id: str) -> socket.socket:
    """A connection with a clean session, at MQTT 3.1.1."""
    name = client_id.encode()
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    head = b"\x00\x04MQTT\x04\x02" + KEEPALIVE.to_bytes(2, "big") + len(name).to_bytes(2, "big") + name
    connection.sendall(b"\x10" + bytes([len(head)]) + head)
    if connection.recv(4)[3:] != b"\x00":
        raise ConnectionError("the broker refused the bench's client")
    return connection


def send(connection: socket.socket, ready: list[bytes], rate: float) -> Floats:
    """Send packets, ``WINDOW`` unanswered at most; monotonic s at which each went out."""
    sent, answered, times = 0, 0, np.empty(len(ready))
    begun = time.monotonic()
    while answered < 4 * len(ready):
        now = time.monotonic()
        due = min(len(ready), int((now - begun) * rate) + 1) if rate else len(ready)
        end = min(due, answered // 4 + WINDOW)
        if end > sent:
            connection.sendall(b"".join(ready[sent:end]))
            times[sent:end], sent = now, end
        if select.select([connection], [], [], 0.002 if sent < len(ready) else 1.0)[0]:
            answered += len(connection.recv(65_536))
    return times


class Sender:
    """A process that sends a plan; ``times`` waits until it has."""

    def __init__(self, port: int, plan: Plan, out: Path) -> None:
        self.out = out
        command = [sys.executable, "-m", "bench.load", str(port), str(out), json.dumps(plan)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        if not self.process.stdout.readline():
            raise ConnectionError("the bench's sender did not start")

    def go(self) -> None:
        """Its packets are ready: begin."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"go\n")
        self.process.stdin.flush()

    def times(self) -> Floats:
        """Monotonic s at which each payload went out."""
        if self.process.wait():
            raise ConnectionError("the bench's sender failed")
        return np.asarray(np.load(self.out)[1:])

    def cpu(self) -> float:
        """CPU seconds that sending took, once it is done."""
        return float(np.load(self.out)[0])


def main(port: str, out: str, plan: str) -> None:
    """Make the packets, wait for a line, send."""
    chosen = Plan(*json.loads(plan))
    ready = packets(chosen)
    connection = connect(int(port), f"bench-{time.time_ns()}")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    cpu = time.process_time()
    times = send(connection, ready, chosen.rate)
    np.save(out, np.concatenate([[time.process_time() - cpu], times]))


if __name__ == "__main__":
    main(*sys.argv[1:])
