"""Prometheus: a real one with the shipped configuration, that finds processes at addresses it is told."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import yaml

from .ports import free_port
from .waiting import wait_for

SHIPPED = Path(__file__).parents[2] / "deploy" / "prometheus"
START_S = 60.0


class Prometheus:
    """Use as a context; ``targets`` are addresses by job."""

    def __init__(self, folder: Path, targets: Mapping[str, Sequence[str]], secrets: Path) -> None:
        self.folder, self.port = folder, free_port()
        folder.mkdir()
        shutil.copy(SHIPPED / "alerts.yml", folder)
        said = yaml.safe_load((SHIPPED / "prometheus.yml").read_text("utf-8"))
        said["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        for job in said["scrape_configs"]:
            (found,) = job.pop("dns_sd_configs")
            assert found["names"] == [job["job_name"]]
            token = Path(job["authorization"]["credentials_file"]).name
            job["authorization"]["credentials_file"] = str(secrets / token)
            job["static_configs"] = [{"targets": list(targets.get(job["job_name"], ()))}]
        (folder / "prometheus.yml").write_text(yaml.safe_dump(said))

    def __enter__(self) -> "Prometheus":
        where = [f"--storage.tsdb.path={self.folder}/data", f"--web.listen-address=127.0.0.1:{self.port}"]
        program = shutil.which("prometheus")
        assert program, "prometheus is not installed: scripts/stack.sh"
        with (self.folder / "log").open("wb") as log:
            command = [program, f"--config.file={self.folder}/prometheus.yml", *where]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_for(self._ready, START_S, lambda: (self.folder / "log").read_text()[-2000:])
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        self._process.wait(START_S)

    def _ready(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/-/ready") as answer:
                return bool(answer.status == 200)
        except URLError:
            return False

    def ask(self, what: str, **words: str) -> Any:
        """What its API says, ``data`` of it; an error raises."""
        with urlopen(f"http://127.0.0.1:{self.port}/api/v1/{what}?{urlencode(words)}") as answer:
            return json.load(answer)["data"]

    def value(self, expr: str) -> float:
        """Of an expression with one answer; 0 without."""
        found = self.ask("query", query=expr)["result"]
        return float(found[0]["value"][1]) if found else 0.0
