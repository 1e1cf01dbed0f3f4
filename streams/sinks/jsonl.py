"""JSON lines: one alert a line, appended to a file and on disk before it counts as delivered."""

import os
from collections.abc import Sequence
from pathlib import Path

from streams.sinks.base import Message, SinkError


class JsonLines:
    """Appends bodies to ``path``; an empty body (an alert taken down) is no line."""

    name = "jsonl"

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, messages: Sequence[Message]) -> None:
        lines = b"".join(message.body + b"\n" for message in messages if message.body)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as file:
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise SinkError(f"{self.path}: {error.strerror}") from error
