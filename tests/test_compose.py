"""docker-compose.yml: commands, settings, secrets and files exist; every container is held to what it needs."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import click
import pytest
import yaml

import simulator.cli
import streams.cli
from streams import config
from streams.alert_rules import RULES
from streams.pipeline.chain import PARAMS

ROOT = Path(__file__).parents[1]
FILE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES = FILE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
PROGRAMS = {"tripmeter": streams.cli.tripmeter, "tripmeter-sim": simulator.cli.main}
ONCE = {"site", "registry", "simulator"}  # they end by themselves
# whoever may be reached from outside, and where
TLS = {"mosquitto": "8883", "grafana": "3000", "console": "8788", "tripmeter": "8788"}


def image(name):
    return SERVICES[name]["image"].partition(":")[2]


@pytest.mark.parametrize("name", OURS)
def test_its_command_and_options_exist(name):
    """Programs are asked for their options, scripts have to be files that may be run."""
    first, *arguments = SERVICES[name]["command"]
    if first in PROGRAMS:
        context = click.Context(PROGRAMS[first])
        command = PROGRAMS[first].get_command(context, arguments[0])
        command.make_parser(click.Context(command)).parse_args(arguments[1:])
    else:
        assert (ROOT / first).stat().st_mode & 0o111


def test_commands_in_scripts_exist():
    for script in (ROOT / "deploy" / "compose").glob("*.sh"):
        assert script.stat().st_mode & 0o111
        for words in re.findall(r"^(?:exec )?tripmeter ([a-z ]+)", script.read_text("utf-8"), re.MULTILINE):
            group = PROGRAMS["tripmeter"]
            for word in words.split():
                group = group.get_command(click.Context(group), word)
                assert group is not None, words


@pytest.mark.parametrize("name", OURS)
def test_its_settings_exist(name):
    said = {key: str(value) for key, value in SERVICES[name].get("environment", {}).items()}
    assert not [key for key in said if not key.startswith("TRIPMETER_")]
    plain = {key.removesuffix("__FILE"): value for key, value in said.items()}
    config.load(environ=plain, params=PARAMS, kinds=RULES)
    from_files = {Path(value).name for value in said.values() if value.startswith("/run/secrets/")}
    assert from_files <= set(SERVICES[name].get("secrets", []))
    assert not [key for key in said if re.search("PASSWORD$|SECRET$|URL$", key)], "secrets are in files"


def test_each_of_our_programs_has_a_user_name_of_its_own_at_mosquitto():
    names = [one["environment"].get("TRIPMETER_MQTT__USERNAME") for one in OURS.values() if "environment" in one]
    assert sorted(filter(None, names)) == sorted(SERVICES["site"]["command"][3:])


@pytest.mark.parametrize("name", SERVICES)
def test_it_is_held_to_what_it_needs(name):
    service = SERVICES[name]
    assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+(\.\d+)?", service["image"]), "an image of one version"
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("read_only") or name == "kafka"
    assert service["mem_limit"]
    assert service["cpus"]
    assert service["logging"]["options"]["max-size"]
    assert service["restart"] == ("no" if name in ONCE else "unless-stopped")
    assert ("healthcheck" in service) == (name not in ONCE)
    assert not {"privileged", "cap_add", "network_mode", "pid"} & service.keys()


def test_who_is_not_told_is_not_root():
    """Images of others whose own user is root are told another; ours, Kafka's, Prometheus's and Grafana's are not."""
    assert SERVICES["postgres"]["user"] == "postgres"
    assert SERVICES["mosquitto"]["user"] == "mosquitto"
    assert re.findall("^USER (.*)$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)[-1] == "tripmeter"


def test_only_doors_with_tls_lead_in():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert {name: ports[0].rpartition(":")[2] for name, ports in published.items()} == TLS
    assert all(re.match(r"(\$\{\w+:-)?127\.0\.0\.1:", port) for ports in published.values() for port in ports)
    assert SERVICES["grafana"]["environment"]["GF_SERVER_PROTOCOL"] == "https"
    for name in ("console", "tripmeter"):
        said = SERVICES[name]["environment"]
        assert said["TRIPMETER_CONSOLE__CERT_FILE"] == "/run/secrets/console.crt"
        assert {"console.crt", "console.key"} <= set(SERVICES[name]["secrets"])
    assert FILE["networks"]["inside"]["internal"]
    assert all(SERVICES[name]["networks"] == ["inside"] for name in ("kafka", "postgres", "prometheus", "bridge"))


@pytest.mark.parametrize("name", SERVICES)
def test_it_waits_until_what_it_needs_is_ready(name):
    for other, how in SERVICES[name].get("depends_on", {}).items():
        assert how["condition"] == ("service_completed_successfully" if other in ONCE else "service_healthy")


def test_all_that_is_named_is_there():
    for name, service in SERVICES.items():
        assert set(service.get("secrets", [])) <= FILE["secrets"].keys(), name
        for volume in service.get("volumes", []):
            source = re.sub(r"\$\{\w+:-(.*?)\}", r"\1", volume).partition(":")[0]
            assert (ROOT / source).exists() if source.startswith("./") else source in FILE["volumes"], volume


def test_it_has_the_versions_of_the_rest_of_the_house():
    pom = (ROOT / "deploy" / "kafka" / "pom.xml").read_text("utf-8")
    assert f"<version>{image('kafka')}</version>" in pom
    assert image("bridge") == tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


def test_every_file_the_image_copies_is_there_and_not_ignored():
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    for line in re.findall(r"^COPY (?!--from)(.*) \S+$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE):
        for name in line.split():
            assert (ROOT / name).exists(), name
            assert any(f"!{name}".startswith(one) for one in ignored if one[0] == "!"), name


@pytest.mark.stack
@pytest.mark.parametrize("profile", [[], ["--profile", "simulator"], ["--profile", "alone"]])
def test_docker_compose_takes_the_file(profile):
    subprocess.run(["docker-compose", *profile, "config", "--quiet"], cwd=ROOT, check=True)


@pytest.mark.stack
def test_secrets_are_made_once_and_certificates_hold_for_the_names_said(tmp_path):
    def made(*names):
        subprocess.run([ROOT / "scripts" / "secrets.sh", tmp_path / "s", *names], check=True, capture_output=True)
        return {path.name: path.read_bytes() for path in (tmp_path / "s").iterdir()}

    before = made("mqtt.example.org", "203.0.113.7")
    assert {Path(one["file"]).name for one in FILE["secrets"].values()} <= before.keys()
    assert (tmp_path / "s").stat().st_mode & 0o077 == 0
    assert (tmp_path / "s" / "ca.key").stat().st_mode & 0o077 == 0
    assert before["database-password"] in before["store-url"]
    for host in (
        ["-verify_hostname", "mqtt.example.org"],
        ["-verify_ip", "203.0.113.7"],
        ["-verify_hostname", "mosquitto"],
    ):
        verify = ["openssl", "verify", "-CAfile", "ca.crt", "-x509_strict", *host, "mosquitto.crt"]
        subprocess.run(verify, cwd=tmp_path / "s", check=True, capture_output=True)
    (tmp_path / "s" / "grafana-password").unlink()
    again = made()
    assert again.pop("grafana-password") != before.pop("grafana-password")
    assert again == before


@pytest.mark.stack
def test_prometheus_takes_its_configuration_and_the_rules_say_what_they_should():
    if not shutil.which("promtool"):
        pytest.fail("promtool is not installed: scripts/stack.sh")
    for words in (
        ["check", "config", "--syntax-only", "prometheus.yml"],
        ["check", "rules", "alerts.yml"],
        ["test", "rules", "alerts_test.yml"],
    ):
        done = subprocess.run(["promtool", *words], cwd=ROOT / "deploy/prometheus", capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_steps_of_the_image_are_those_of_the_script():
    steps = re.findall(r"^RUN scripts/image.sh (\w+) (\S+)$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert steps == [("install", "/opt/tripmeter/venv"), ("warm", "/opt/tripmeter/venv")]
    script = (ROOT / "scripts" / "image.sh").read_text("utf-8")
    assert set(re.findall(r"^(\w+)\(\) \{", script, re.MULTILINE)) == {"install", "warm"}


def test_where_kernels_are_compiled_is_where_a_container_reads_them():
    """For the same processor, in a folder that any user may read."""
    file = (ROOT / "Dockerfile").read_text("utf-8")
    before, _, _ = file.partition("RUN scripts/image.sh warm")
    assert "NUMBA_CPU_NAME=$CPU" in before
    assert "NUMBA_CPU_FEATURES= " in before  # else those of the machine that builds are in the name of what it made
    assert "XDG_CACHE_HOME=/opt/tripmeter/cache" in before
    said = [str(one.get("environment", {})) for one in OURS.values()]
    assert not [one for one in said if "NUMBA" in one or "XDG" in one]
    assert not [volume for one in OURS.values() for volume in one.get("volumes", []) if "/opt" in volume]
