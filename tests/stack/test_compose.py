"""What docker-compose.yml starts, as processes of this machine: its commands, settings, secrets, and who watches."""

import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.error import URLError
from urllib.request import HTTPCookieProcessor, HTTPSHandler, Request, build_opener, urlopen

import pytest
import yaml

from .ports import free_port
from .prometheus import Prometheus
from .waiting import wait_for

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]

ROOT = Path(__file__).parents[2]
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
BOARD = json.loads((ROOT / "deploy/grafana/dashboards/tripmeter.json").read_text("utf-8"))
PATIENCE_S = 120.0


class Site:
    """Services of the file; folders, ports and addresses are this machine's."""

    def __init__(self, folder, **addresses):
        self.folder, self.running = folder, []
        self.devices, self.ours = free_port(), free_port()
        subprocess.run([ROOT / "scripts/secrets.sh", folder / "secrets"], check=True, capture_output=True)
        (folder / "secrets").chmod(0o755)  # a container is given single files
        self.here = {
            "/run/secrets": str(folder / "secrets"),
            "/registry": str(folder / "registry"),
            "/site": str(folder / "site"),
            "/data": str(folder / "data"),
            "mosquitto:8883": f"127.0.0.1:{self.devices}",
            **addresses,
        }

    def __exit__(self, *_error):
        for process in reversed(self.running):
            process.terminate()
            assert process.wait(PATIENCE_S) is not None

    def __enter__(self):
        self.once("site")
        made = [self.folder / "site", self.folder / "broker", self.folder / "secrets"]
        doors = (f"{self.devices} 127.0.0.1", f"{self.ours} 127.0.0.1")
        script = ROOT / SERVICES["mosquitto"]["entrypoint"][0].lstrip("/")
        self.running.append(subprocess.Popen([script, ROOT / "deploy/mosquitto/mosquitto.conf", *made, *doors]))
        return self

    def said(self, text):
        """With what is here in place of what is in a container."""
        for theirs, mine in self.here.items():
            if text == theirs or text.startswith(f"{theirs}/"):
                return text.replace(theirs, mine, 1)
        return text

    def command(self, name):
        return [self.said(word) for word in SERVICES[name]["command"]]

    def environment(self, name):
        told = {key: self.said(str(value)) for key, value in SERVICES[name].get("environment", {}).items()}
        if "TRIPMETER_MQTT__HOST" in told:
            told |= {"TRIPMETER_MQTT__HOST": "127.0.0.1", "TRIPMETER_MQTT__PORT": str(self.ours)}
        here = {"PATH": f"{Path(sys.executable).parent}:/usr/sbin:/usr/bin:/bin", "HOME": str(Path.home())}
        return here | told

    def once(self, name, command=()):
        """Run a service that ends; what it says."""
        environment, words = self.environment(name), command or self.command(name)
        done = subprocess.run(words, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, timeout=PATIENCE_S)
        return done.stdout

    def start(self, name, **settings):
        """Start a service, and return its address when its health check would be content."""
        port = free_port()
        self.begin(name, TRIPMETER_HTTP__HOST="127.0.0.1", TRIPMETER_HTTP__PORT=str(port), **settings)
        wait_for(lambda: ready(port, self.running), PATIENCE_S, every=0.1)
        return f"127.0.0.1:{port}"

    def begin(self, name, **settings):
        """Start a service; what it says is in a file."""
        with (self.folder / f"{name}.log").open("ab") as log:
            environment = self.environment(name) | settings
            self.running.append(subprocess.Popen(self.command(name), cwd=ROOT, env=environment, stderr=log))

    def console(self, port):
        """Wait until a console's health check is content; whoever is the first to sign in there, and what they see."""
        *words, asked = SERVICES["console"]["healthcheck"]["test"][1:]
        here = asked.replace(":8788", f":{port}").replace("/run/secrets", self.here["/run/secrets"])
        path = {"PATH": str(Path(sys.executable).parent)}
        wait_for(lambda: not subprocess.run([*words, here], env=path, capture_output=True).returncode, PATIENCE_S)
        return Visitor(f"localhost:{port}", Path(self.here["/run/secrets"]) / "ca.crt")

    def drive(self):
        """What the simulator service does, for an hour in a moment; what was acknowledged."""
        *words, start, now = self.command("simulator")
        assert (start, now) == ("--start", "now")
        return json.loads(self.once("simulator", [*words, "--as-fast", "--json", "--vehicles", "4", "--hours", "1"]))


class Visitor:
    """A browser that trusts our authority."""

    def __init__(self, host, authority):
        trusting = HTTPSHandler(context=ssl.create_default_context(cafile=authority))
        self.host, self.opener, self.csrf = host, build_opener(trusting, HTTPCookieProcessor()), ""

    def asks(self, path, body=None):
        told = {"Content-Type": "application/json", "X-CSRF-Token": self.csrf}
        text = None if body is None else json.dumps(body).encode()
        with self.opener.open(Request(f"https://{self.host}/api/v1/{path}", text, told)) as answer:
            return json.loads(answer.read() or b"null")

    def signs_in(self, log):
        """With the password that was printed once, and chooses another."""
        (password,) = re.findall(r"sign in as admin with (\S+?):", log.read_text("utf-8"))
        self.csrf = self.asks("session", {"name": "admin", "password": password})["csrf"]
        self.asks("session/password", {"old": password, "new": "a long word of my own"})
        self.csrf = self.asks("session", {"name": "admin", "password": "a long word of my own"})["csrf"]


def ready(port, running):
    assert all(process.poll() is None for process in running), "a process has ended"
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
            return answer.status == 200
    except (URLError, ConnectionError):
        return False


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


def test_alone_behind_mosquitto_a_fleet_gets_everything_acknowledged(folder):
    with Site(folder) as site:
        door = free_port()
        site.start("tripmeter", TRIPMETER_CONSOLE__PORT=str(door))
        sent = site.drive()
        visitor = site.console(door)
        visitor.signs_in(folder / "tripmeter.log")
        assert len([one for one in visitor.asks("vehicles")["items"] if one["place"]]) == 4
    assert sent["vehicles"] == 4
    assert sent["payloads"] > 0


def test_all_of_it_carries_a_fleet_and_prometheus_sees_it(folder, kafka, postgres):
    with Site(folder, **{"kafka:9092": kafka.bootstrap}) as site:
        (folder / "secrets" / "store-url").write_text(postgres.create("compose"))
        site.once("registry")
        few = {"TRIPMETER_KAFKA__TOPIC": "compose", "TRIPMETER_KAFKA__PARTITIONS": "2"}
        bridge = site.start("bridge", **few)
        workers = [site.start("worker", **few, TRIPMETER_DATA__DIR=str(folder / name)) for name in "ab"]
        with Prometheus(folder / "prometheus", {"bridge": [bridge], "worker": workers}, folder / "secrets") as watch:
            sent = site.drive()
            assert sent["vehicles"] == 4
            wait_for(lambda: watch.value("count(up == 1)") == 3, PATIENCE_S, lambda: watch.ask("targets"))
            wait_for(lambda: watch.value("sum(tripmeter_samples_total)") >= sent["samples"], PATIENCE_S)
            wait_for(lambda: watch.value("sum(tripmeter_lag_frames)") == 0, PATIENCE_S)
            assert watch.value("count(tripmeter_position_frames)") == 2
            assert watch.value("sum(tripmeter_vehicles)") == 4
            door = free_port()
            site.begin("console", TRIPMETER_CONSOLE__PORT=str(door))
            visitor = site.console(door)
            visitor.signs_in(folder / "console.log")
            assert len({one["vehicle_id"] for one in visitor.asks("trips")["items"]}) == 4
            wait_for(lambda: {rule["health"] for rule in rules(watch)} == {"ok"}, PATIENCE_S, lambda: rules(watch))
            asked = [target["expr"] for panel in BOARD["panels"] for target in panel.get("targets", [])]
            wait_for(lambda: len(silent(watch, asked)) < 10, PATIENCE_S, lambda: silent(watch, asked), every=1.0)
            paging = [rule for rule in rules(watch) if rule.get("state") == "firing"]
            assert [rule["name"] for rule in paging if rule["labels"]["severity"] == "page"] == []


def rules(watch):
    return [rule for group in watch.ask("rules")["groups"] for rule in group["rules"]]


def silent(watch, asked):
    """Expressions without an answer: what they ask for has not happened."""
    return [expr for expr in asked if not watch.ask("query", query=expr)["result"]]
