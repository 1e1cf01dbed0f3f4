"""Alerts: from a payload with a hard brake to the alert at an MQTT subscriber, while others send too."""

import json
import socket
import threading
import time

import numpy as np

from bench.load import AGO_S, FLEET, Plan, Sender, connect, packet
from bench.measure import Result, quantiles
from bench.running import BenchError, Running
from devices import topics

PACE_S = 0.05  # between hard brakes
SPEED = [60.0, 60.0, 60.0, 60.0, 39.0, 18.0, 0.0, 0.0, 0.0, 0.0]  # km/h, 0.6 g for 3 s


def brake(vehicle: int, first_t: int, mid: int) -> bytes:
    """The packet of a vehicle that brakes hard."""
    accel = [0.0, 0.0, 0.0, 0.0, -5.9, -5.9, -5.0, 0.0, 0.0, 0.0]
    t = [float(first_t + k) for k in range(len(SPEED))]
    body = {"v": 1, "boot": "b3f1", "seq": 1, "t": t, "speed_kmh": SPEED, "accel_long_mps2": accel, "ignition": True}
    return packet(topics.telemetry(FLEET, f"brake{vehicle}"), json.dumps(body).encode(), mid)


class Subscriber(threading.Thread):
    """Notes when the first alert of each vehicle arrives; acknowledges nothing, so it asks at QoS 0."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.arrived: dict[int, float] = {}
        self.connection = connect(port, "bench-fleet")
        name = f"tripmeter/v1/{FLEET}/+/alert/#".encode()
        content = b"\x00\x01" + len(name).to_bytes(2, "big") + name + b"\x00"
        self.connection.sendall(b"\x82" + bytes([len(content)]) + content)
        self.connection.recv(5)

    def run(self) -> None:
        """Until the connection is shut."""
        rest = b""
        while data := self.connection.recv(65_536):
            now, rest = time.monotonic(), rest + data
            while (at := rest.find(b"/brake")) >= 0 and (end := rest.find(b"/", at + 1)) >= 0:
                self.arrived.setdefault(int(rest[at + 6 : end]), now)
                rest = rest[end:]


def measure(service: Running, alerts: int, load: Plan) -> list[float]:
    """Seconds from publishing a hard brake to its alert, for each of ``alerts`` vehicles."""
    subscriber = Subscriber(service.port)
    subscriber.start()
    device = connect(service.port, "bench-brakes")
    background = Sender(service.port, load, service.folder / "load.npy")
    background.go()
    sent, first_t = {}, int(time.time()) - 60
    for vehicle in range(alerts):
        sent[vehicle] = time.monotonic()
        device.sendall(brake(vehicle, first_t, vehicle % 65_535 + 1))
        time.sleep(PACE_S)
    background.times()
    end = time.monotonic() + 10
    while len(subscriber.arrived) < alerts and time.monotonic() < end:
        time.sleep(PACE_S)
    for connection in (subscriber.connection, device):
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()
    if len(subscriber.arrived) < alerts:
        raise BenchError(f"{alerts - len(subscriber.arrived)} of {alerts} hard brakes brought no alert")
    return [subscriber.arrived[vehicle] - at for vehicle, at in sent.items()]


def run(quick: bool = False) -> Result:
    """Hard brakes twenty a second into a background of 300 payloads a second."""
    alerts, rate = (40, 300.0) if quick else (300, 300.0)
    load = Plan(int(alerts * PACE_S * rate), 300, 10, 1.0, int(time.time()) - AGO_S, 10, 1, rate)
    with Running() as service:
        service.deliver(load._replace(payloads=load.vehicles, round=0, rate=0.0))
        found = measure(service, alerts, load)
    return {
        "alerts": alerts,
        "background_messages_s": rate,
        "latency_ms": {name: 1e3 * value for name, value in quantiles(np.array(found)).items()},
    }
