"""Fixtures of the stack lane: brokers of the vehicles, devices that send, bridges as processes."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import paho.mqtt.client as mqtt
import pytest

from .mosquitto import Mosquitto
from .waiting import wait_for

PATIENCE_S = 90.0
Until = Callable[..., None]


@pytest.fixture
def until() -> Until:
    """Wait for a condition; fail if it does not come true."""

    def wait(condition: Callable[[], object], within: float = PATIENCE_S) -> None:
        wait_for(condition, within, every=0.02)

    return wait


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A real Mosquitto: tests/stack/mosquitto.py."""
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    server = Mosquitto(folder).start()
    yield server
    server.stop()


class Device:
    """A device that sends again until the broker has answered; ``safe`` is what was answered."""

    def __init__(self, port: int) -> None:
        self._sent: dict[int, bytes] = {}  # by packet id
        self._answered: list[int] = []
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self.client.max_inflight_messages_set(200)
        self.client.on_publish = lambda _client, _data, mid, *_: self._answered.append(mid)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    @property
    def safe(self) -> list[bytes]:
        return [self._sent[mid] for mid in list(self._answered) if mid in self._sent]

    def send(self, vehicle: str, *bodies: bytes) -> None:
        for body in bodies:
            self._sent[self.client.publish(f"tripmeter/v1/acme/{vehicle}/telemetry", body, qos=1).mid] = body

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def device(mosquitto: Mosquitto) -> Iterator[Device]:
    made = Device(mosquitto.port)
    yield made
    made.close()


class Process:
    """A ``tripmeter`` command with settings, until it is stopped or killed."""

    def __init__(self, until: Until, *command: str, **settings: object) -> None:
        self._until = until
        said = [part for key, value in settings.items() for part in ("--set", f"{key.replace('__', '.')}={value}")]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "streams", *command, *said, "--set", "http.port=0"],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr
        self.greeting = ""
        while "http://" not in self.greeting:
            line = self.process.stderr.readline()
            assert line, f"it ended with {self.process.wait()}: {self.greeting}"
            self.greeting += line
        self.said: list[str] = []
        threading.Thread(target=lambda: self.said.extend(self.process.stderr), daemon=True).start()
        self.http = self.greeting.split("http://")[1].split("/")[0]

    def get(self, path: str) -> tuple[int, str]:
        """Status and text."""
        try:
            with urlopen(f"http://{self.http}/{path}") as answer:
                return answer.status, answer.read().decode()
        except URLError as error:
            return getattr(error, "code", 0), ""

    def ready(self) -> "Process":
        self._until(lambda: self.get("readyz")[0] == 200)
        return self

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """As an operator would; its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE_S)


@pytest.fixture
def start(until: Until) -> Iterator[Callable[..., Process]]:
    """Start a command: ``start("bridge", kafka__topic="t")``."""
    made: list[Process] = []

    def begin(*command: str, **settings: object) -> Process:
        made.append(Process(until, *command, **settings))
        return made[-1]

    yield begin
    for each in made:
        if each.process.poll() is None:
            each.kill()
