"""Results: what a long test found, as a file to be committed, and on the screen."""

import json
import os
import platform
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .kafka import JARS
from .postgres import programs

UNSAID = ("every blow", "recovery by kind, s", "versions", "machine")  # in the file only


def write(path: Path, found: dict[str, Any]) -> None:
    """Keep what was found, with what it was found on."""
    whole = {"on": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine(), "versions": versions()} | found
    path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", "utf-8")


def tell(title: str, found: dict[str, Any]) -> None:
    """In short."""
    lines = [f"{key}: {value}" for key, value in found.items() if key not in UNSAID]
    sys.stdout.write("\n".join(["", title, *lines, ""]))


def machine() -> dict[str, Any]:
    """Its processor, and how busy it is."""
    named = (line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    cpu = next(named, "").partition(": ")[2] or platform.machine()
    return {"cpu": cpu, "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}


def versions() -> dict[str, str]:
    """Of servers and of what talks to them."""
    kafka = next(JARS.glob("kafka-clients-*.jar")).stem.removeprefix("kafka-clients-")
    postgres = subprocess.run([programs() / "postgres", "--version"], capture_output=True, text=True).stdout.split()[2]
    found = {"python": platform.python_version(), "kafka": kafka, "postgresql": postgres, "mosquitto": _mosquitto()}
    return found | {name: version(name) for name in ("tripmeter", "faust-streaming", "confluent-kafka", "pg8000")}


def _mosquitto() -> str:
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    said = subprocess.run([str(program), "-h"], capture_output=True, text=True).stdout
    return said.split()[2] if len(said.split()) > 2 else "unknown"
