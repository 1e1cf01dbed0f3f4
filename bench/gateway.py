"""Gateway: CPU time a message of 10 samples from the broker to a table, PUBACK included.

A publisher of prebuilt packets runs in a process of its own; what is counted is this process alone.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from bench.measure import Result
from devices import topics
from devices.broker import Broker
from devices.codecs import decode
from devices.columns import Received, collect
from devices.gateway import Gateway
from devices.packets import split
from devices.samples import Payload

WINDOW = 100  # of rumqttd
NOW = 1_763_786_400.0
READING = {
    "speed_kmh": [62.1 + k for k in range(10)],
    "lat_deg": [31.23001 + k / 10_000 for k in range(10)],
    "lon_deg": [121.471 + k / 1_000 for k in range(10)],
    "accel_long_mps2": [-0.31] * 10,
    "accel_lat_mps2": 0.0,
    "ignition": True,
}
BODY = json.dumps(
    {"v": 1, "boot": "b3f1", "seq": 4711, "driver": "D-17", "t": [NOW + k for k in range(10)], **READING},
    separators=(",", ":"),
).encode()


def flood(port: int, count: int) -> None:
    """Publish ``count`` payloads of 100 vehicles at QoS 1, a window at a time."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(b"\x10\x11\x00\x04MQTT\x04\x02\x00\x3c\x00\x05bench")
    connection.recv(4)
    packets = []
    for k in range(WINDOW):
        topic = topics.telemetry("bench", f"v{k}").encode()
        content = len(topic).to_bytes(2, "big") + topic + (k + 1).to_bytes(2, "big") + BODY
        packets.append(b"\x32" + bytes([len(content) & 0x7F | 0x80, len(content) >> 7]) + content)
        assert split(packets[-1], 0) is not None
    burst = b"".join(packets)
    for _ in range(count // WINDOW):
        connection.sendall(burst)
        answered = 0
        while answered < 4 * WINDOW:
            answered += len(connection.recv(4096))
    sys.stdin.read()  # a client that leaves too early takes its session along


def read(payloads: Sequence[Payload]) -> None:
    """Payloads to one table, as the service does."""
    received = []
    for payload in payloads:
        topic = topics.parse(payload.topic)
        received.append(Received(payload, topic.fleet, topic.vehicle, decode(payload.body)))
    collect(received, ahead=None)


def measure(work: Callable[[Sequence[Payload]], None], count: int = 40_000) -> dict[str, float]:
    """CPU µs a message, messages a second and a core, and messages a second as it went."""
    with Broker(port=0) as broker, Gateway(broker.host, broker.port).start(within=10) as gateway:
        command = [sys.executable, "-m", "bench.gateway", str(broker.port), str(count)]
        publisher = subprocess.Popen(command, stdin=subprocess.PIPE)
        taken = len(first := gateway.take(WINDOW, 30.0, 0.005))
        gateway.acknowledge(first)
        counted, wall, cpu = -taken, time.perf_counter(), time.process_time()
        while taken < count:
            payloads = gateway.take(WINDOW, 30.0, 0.005)
            work(payloads)
            gateway.acknowledge(payloads)
            taken += len(payloads)
        counted += taken
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        publisher.communicate()
    return {"cpu_us_message": cpu / counted * 1e6, "messages_s_core": counted / cpu, "messages_s_wall": counted / wall}


def run(quick: bool = False) -> Result:
    """Decoding alone, then from the broker."""
    start = time.process_time()
    for _ in range(200):
        read([Payload(topics.telemetry("bench", f"v{k}"), BODY, NOW) for k in range(WINDOW)])
    alone = (time.process_time() - start) / 200 / WINDOW
    steps = {"decode and collect alone": {"cpu_us_message": alone * 1e6, "messages_s_core": 1 / alone}}
    for name, work in (("take and PUBACK", lambda _: None), ("take, decode, collect and PUBACK", read)):
        steps[name] = measure(work, 5_000 if quick else 40_000)
    return {"payload_bytes": len(BODY), "steps": steps}


if __name__ == "__main__":
    flood(int(sys.argv[1]), int(sys.argv[2]))
