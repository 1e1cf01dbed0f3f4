"""docker-compose.yml: its commands and settings exist; the same parts around a real Mosquitto carry a fleet's data."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import click
import pytest

import simulator.cli
import streams.cli
from streams import config
from streams.alert_rules import RULES
from streams.chain import PARAMS

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
PROGRAMS = {"tripmeter": streams.cli.tripmeter, "tripmeter-sim": simulator.cli.main}
COMMANDS = [json.loads(found) for found in re.findall(r"^    (?:command|entrypoint): (\[.*\])$", TEXT, re.MULTILINE)]
PATIENCE_S = 120.0


def test_every_command_and_option_exists():
    """Programs are asked for their options, scripts have to be files that may be run."""
    assert len(COMMANDS) == 4
    for name, *arguments in COMMANDS:
        if name in PROGRAMS:
            command, parser = chosen(PROGRAMS[name], arguments[0])
            parser.parse_args(arguments[1:])
            assert command.name
        else:
            assert (ROOT / name.lstrip("/")).stat().st_mode & 0o111, name


def chosen(program, name):
    context = click.Context(program)
    command = program.get_command(context, name)
    return command, command.make_parser(click.Context(command))


def test_every_setting_exists():
    settings = dict(re.findall(r"^    (TRIPMETER_\w+): (.*)$", TEXT, re.MULTILINE))
    assert settings
    loaded = config.load(environ=settings, params=PARAMS, kinds=RULES)
    assert loaded.mqtt.username == "tripmeter-gateway"


def test_every_file_the_image_copies_is_there_and_not_ignored():
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    for line in re.findall(r"^COPY (.*) \S+$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE):
        for name in line.split():
            assert (ROOT / name).exists(), name
            assert f"!{name}" in ignored, name


@pytest.mark.stack
def test_docker_compose_takes_the_file():
    for profile in ([], ["--profile", "simulator"]):
        subprocess.run(["docker-compose", *profile, "config", "--quiet"], cwd=ROOT, check=True)


@pytest.fixture
def folder():
    """A folder that Mosquitto can read when it has given up being root."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        (folder / "broker").mkdir()
        if os.getuid() == 0:
            shutil.chown(folder / "broker", "mosquitto")
        yield folder


@pytest.fixture
def site(folder):
    """Mosquitto and the service, as compose starts them, with other paths and ports: address, environment, registry."""
    broker, http = free_port(), free_port()
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/sbin:/usr/bin:/bin",
        "HOME": str(Path.home()),
        "TRIPMETER_DATA__DIR": str(folder / "data"),
        "TRIPMETER_MQTT__USERNAME": "tripmeter-gateway",
        "TRIPMETER_MQTT__PASSWORD": "of the service",
    }
    registry, made = str(folder / "registry"), str(folder / "site")
    subprocess.run([ROOT / "deploy/compose/site.sh", registry, made], cwd=ROOT, env=environment, check=True)
    shipped = ROOT / "deploy/mosquitto/mosquitto.conf"
    commands = (
        [ROOT / "deploy/compose/mosquitto.sh", shipped, made, folder / "broker", f"{broker} 127.0.0.1"],
        ["tripmeter", "run", "--external", "--mqtt", f"127.0.0.1:{broker}", "--http", f"127.0.0.1:{http}"],
    )
    processes = [subprocess.Popen(command, cwd=folder, env=environment) for command in commands]
    try:
        wait_until_ready(http, processes)
        yield f"127.0.0.1:{broker}", environment, folder / "registry"
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(PATIENCE_S)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(port, processes):
    end, tick = time.monotonic() + PATIENCE_S, threading.Event()
    while True:
        assert all(process.poll() is None for process in processes), "one of the two has ended"
        assert time.monotonic() < end, "the service did not become ready"
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
                if answer.status == 200:
                    return
        except (URLError, ConnectionError):
            tick.wait(0.1)


@pytest.mark.stack
def test_a_fleet_behind_mosquitto_gets_everything_acknowledged(site):
    broker, environment, registry = site
    drive = ["tripmeter-sim", "drive", "--mqtt", broker, "--users", registry / "devices.csv", "--as-fast", "--json"]
    done = subprocess.run(
        [*drive, "--vehicles", "4", "--hours", "1"],
        env=environment,
        check=True,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    sent = json.loads(done.stdout)
    assert sent["vehicles"] == 4
    assert sent["payloads"] > 0
