"""docker-compose files: commands and settings exist; the same parts around a real Mosquitto carry a fleet's data."""

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
FILES = ("docker-compose.yml", "docker-compose.distributed.yml")
PROGRAMS = {"tripmeter": streams.cli.tripmeter, "tripmeter-sim": simulator.cli.main}
PATIENCE_S = 120.0


def found(name, pattern):
    return re.findall(pattern, (ROOT / name).read_text("utf-8"), re.MULTILINE)


def commands(file):
    return [json.loads(one) for one in found(file, r"^ +(?:command|entrypoint): (\[.*\])$")]


@pytest.mark.parametrize("file", FILES)
def test_every_command_and_option_exists(file):
    """Programs are asked for their options, scripts have to be files that may be run."""
    assert len(commands(file)) >= 4
    for name, *arguments in commands(file):
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


@pytest.mark.parametrize("file", FILES)
def test_every_setting_exists(file):
    settings = dict(found(file, r"^ +(TRIPMETER_\w+): (.*)$"))
    loaded = config.load(environ=settings, params=PARAMS, kinds=RULES)
    assert loaded.mqtt.username.startswith("tripmeter-")


def test_each_of_our_processes_has_a_user_name_of_its_own_at_mosquitto():
    names = found("docker-compose.distributed.yml", r"^ +TRIPMETER_MQTT__USERNAME: (.*)$")
    (site,) = found("docker-compose.distributed.yml", r"^ +command: (\[.*site.sh.*\])$")
    assert sorted(names) == sorted(json.loads(site)[3:]) == sorted(set(names))


def test_compose_and_the_stack_lane_have_the_same_kafka():
    (image,) = found("docker-compose.distributed.yml", r"^ +image: apache/kafka:(.*)$")
    assert f"<version>{image}</version>" in (ROOT / "deploy/kafka/pom.xml").read_text("utf-8")


def test_every_file_the_image_copies_is_there_and_not_ignored():
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    for line in re.findall(r"^COPY (.*) \S+$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE):
        for name in line.split():
            assert (ROOT / name).exists(), name
            assert f"!{name}" in ignored, name


@pytest.mark.stack
@pytest.mark.parametrize("file", FILES)
def test_docker_compose_takes_the_file(file):
    for profile in ([], ["--profile", "simulator"]):
        subprocess.run(["docker-compose", "--file", file, *profile, "config", "--quiet"], cwd=ROOT, check=True)


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


class Site:
    """What a compose file starts, with other paths and ports, as processes of this machine."""

    def __init__(self, folder, file, **settings):
        self.folder, self.file, self.processes = folder, file, []
        self.port = free_port()
        self.registry, self.made = folder / "registry", folder / "site"
        here = {
            "PATH": f"{Path(sys.executable).parent}:/usr/sbin:/usr/bin:/bin",
            "HOME": str(Path.home()),
            "TRIPMETER_DATA__DIR": str(folder / "data"),
            "TRIPMETER_MQTT__HOST": "127.0.0.1",
            "TRIPMETER_MQTT__PORT": str(self.port),
            "TRIPMETER_MQTT__PASSWORD": "of the service",
        }
        self.environment = dict(found(file, r"^ +(TRIPMETER_\w+): (.*)$")) | here | settings

    def __enter__(self):
        script, _, _, *users = next(command for command in commands(self.file) if "site.sh" in command[0])
        layout = [ROOT / script, self.registry, self.made, *users]
        subprocess.run(layout, cwd=ROOT, env=self.environment, check=True)
        shipped, store = ROOT / "deploy/mosquitto/mosquitto.conf", self.folder / "broker"
        self.start([ROOT / "deploy/compose/mosquitto.sh", shipped, self.made, store, f"{self.port} 127.0.0.1"])
        return self

    def start(self, command, **settings):
        """A process that is ready, if it says so by HTTP."""
        http = str(free_port())
        more = {f"TRIPMETER_{name}": str(value) for name, value in settings.items()} | {"TRIPMETER_HTTP__PORT": http}
        self.processes.append(subprocess.Popen(command, cwd=self.folder, env=self.environment | more))
        if command[0] == "tripmeter":
            wait_until_ready(http, self.processes)

    def __exit__(self, *_error):
        for process in reversed(self.processes):
            process.terminate()
            process.wait(PATIENCE_S)


@pytest.fixture(params=FILES)
def site(request, folder):
    if request.param == "docker-compose.yml":
        with Site(folder, request.param) as site:
            site.start(["tripmeter", "run", "--external"])
            yield site
        return
    kafka, postgres = (request.getfixturevalue(name) for name in ("kafka", "postgres"))
    where = {"TRIPMETER_KAFKA__BOOTSTRAP": kafka.bootstrap, "TRIPMETER_STORE__URL": postgres.create("compose")}
    few = {"TRIPMETER_KAFKA__TOPIC": "compose", "TRIPMETER_KAFKA__PARTITIONS": "2"}
    with Site(folder, request.param, **where, **few) as site:
        site.start(["tripmeter", "bridge"], MQTT__USERNAME="tripmeter-bridge")
        for name in ("worker-1", "worker-2"):
            site.start(["tripmeter", "worker"], MQTT__USERNAME=f"tripmeter-{name}", DATA__DIR=folder / name)
        yield site


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
@pytest.mark.timeout(400)
def test_a_fleet_behind_mosquitto_gets_everything_acknowledged(site):
    drive = ["tripmeter-sim", "drive", "--mqtt", f"127.0.0.1:{site.port}", "--as-fast", "--json"]
    done = subprocess.run(
        [*drive, "--users", site.registry / "devices.csv", "--vehicles", "4", "--hours", "1"],
        env=site.environment,
        check=True,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    sent = json.loads(done.stdout)
    assert sent["vehicles"] == 4
    assert sent["payloads"] > 0
