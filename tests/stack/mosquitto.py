"""Mosquitto: a real one in a folder, on a free port, that keeps what it has taken."""

import shutil
import socket
import subprocess
from pathlib import Path

from .ports import free_port
from .waiting import wait_for

CONF = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
max_inflight_messages 1000
max_queued_messages 0
max_packet_size 1052672
set_tcp_nodelay true
user root
"""


class Mosquitto:
    """One broker for whoever asks; it lets everybody in."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "mosquitto.conf").write_text(CONF.format(port=self.port, folder=folder))

    def start(self) -> "Mosquitto":
        """Start, and return when it listens."""
        program = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
        assert program, "mosquitto is not installed: scripts/stack.sh"
        self._process = subprocess.Popen([program, "-c", str(self.folder / "mosquitto.conf")])
        wait_for(self._listens, 20)
        return self

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    @property
    def pid(self) -> int:
        """Of its process."""
        assert self._process
        return self._process.pid

    def kill(self) -> None:
        """As a power cut would: what it has not saved is gone."""
        assert self._process
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """As an operator would: it saves what waits."""
        assert self._process
        self._process.terminate()
        self._process.wait(20)
