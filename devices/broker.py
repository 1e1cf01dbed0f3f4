"""Broker: the embedded MQTT broker (rumqttd), a child process that listens on this machine only."""

import json
import logging
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Self

from iotcore import IotCoreBroker

logger = logging.getLogger(__name__)

MAX_PAYLOAD = 1 << 20  # bytes; a larger publish closes its connection
MAX_CONNECTIONS = 10_100  # 10,000 devices, and whoever listens beside them
SPARE = 100  # open files of the broker's own

_WIDER = """the embedded broker listens on this machine only, not on {host!r}: it cannot bind a device to its own topic.
Run Mosquitto with the configuration in deploy/mosquitto, and point --mqtt at it"""

_CONFIG = """\
id = 0
[router]
id = 0
max_connections = {connections}
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10
[v4.1]
name = "tripmeter"
listen = {listen}
next_connection_delay_ms = 1
[v4.1.connections]
connection_timeout_ms = 60000
max_payload_size = {payload}
max_inflight_count = 100
dynamic_filters = true
"""


class BrokerError(RuntimeError):
    """The broker cannot be had as asked: why, and what to do."""


class Broker:
    """An MQTT 3.1.1 broker on loopback; port 0 takes a free one.

    ``users`` maps user names to passwords, which then are required; None lets everybody on this machine in.
    It keeps everything in memory and dies with this process, but not of its terminal's Ctrl-C, so that what is
    on its way can still be drained.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 1883, users: Mapping[str, str] | None = None) -> None:
        self.host = _loopback(host)
        self.port = port
        self.users = None if users is None else dict(users)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether the child process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self, timeout: float = 10.0) -> Self:
        """Start the child and return once it accepts connections; raises ``BrokerError`` if it does not."""
        if self.running:
            return self
        self.port = self.port or _free_port(self.host)
        with tempfile.TemporaryDirectory(prefix="tripmeter-broker-") as folder:  # private to this user
            config = Path(folder) / "broker.toml"
            config.touch(mode=0o600)
            config.write_text(self._config(), encoding="utf-8")
            try:
                IotCoreBroker(config_path=str(config)).check_ports()
            except OSError as error:
                raise BrokerError(f"port {self.port} on {self.host} is taken: {error}; choose another") from None
            self._process = _spawn(config)
            self._await(timeout)  # it has read the file by then
        logger.info("broker listens on %s:%d", self.host, self.port)
        return self

    def stop(self, timeout: float = 5.0) -> None:
        """End the child; safe to call twice."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin:
            process.stdin.close()
        logger.info("broker stopped")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _config(self) -> str:
        listen = f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
        config = _CONFIG.format(connections=MAX_CONNECTIONS, listen=json.dumps(listen), payload=MAX_PAYLOAD)
        if self.users is not None:
            users = "".join(f"{_quoted(user)} = {_quoted(word)}\n" for user, word in self.users.items())
            config += f"[v4.1.connections.auth]\n{users}"
        return config

    def _await(self, timeout: float) -> None:
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if not self.running:
                break
            try:
                socket.create_connection((self.host, self.port), timeout=0.2).close()
                return
            except OSError:
                time.sleep(0.02)
        self.stop()
        raise BrokerError(f"the broker did not come up on {self.host}:{self.port} within {timeout:g} s")


def _spawn(config: Path) -> subprocess.Popen[bytes]:
    """The child: it ends when our end of its stdin closes, however we end; a session of its own keeps Ctrl-C away."""
    _allow_files()
    command = [sys.executable, "-P", "-m", "iotcore._serve", json.dumps({"config_path": str(config)})]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, start_new_session=True
    )


def _allow_files() -> None:
    """As many open files as connections, if that may be; the child has our limit, often 1,024 unless asked for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MAX_CONNECTIONS + SPARE if hard == resource.RLIM_INFINITY else min(hard, MAX_CONNECTIONS + SPARE)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _loopback(host: str) -> str:
    """The address of a host name on this machine; raises ``BrokerError`` for any other."""
    address = "127.0.0.1" if host == "localhost" else host
    try:
        if ip_address(address).is_loopback:
            return address
    except ValueError:
        pass
    raise BrokerError(_WIDER.format(host=host))


def _free_port(host: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _quoted(text: str) -> str:
    """A TOML string; JSON's quoting is TOML's but for DEL and characters beyond the first plane."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
