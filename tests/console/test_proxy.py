"""The proxy that is shipped: a real nginx in front of a real console, as a browser elsewhere meets it."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from console.start import Told, serving
from streams import config

from ..stack.ports import free_port
from ..stack.waiting import wait_for
from .conftest import WORD, House

ROOT = Path(__file__).parents[2]
SHIPPED = (ROOT / "deploy" / "nginx" / "tripmeter.conf").read_text("utf-8")
ELSEWHERE = "127.0.0.2"
PROGRAM = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"
AROUND = """\
daemon off;
{user}pid {folder}/nginx.pid;
error_log {folder}/start.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/tripmeter.conf;
}}
"""


def test_it_leads_to_the_port_that_the_console_has():
    assert f"proxy_pass http://127.0.0.1:{config.load(None, {}, ()).console.port};" in SHIPPED


def test_its_log_is_told_names_alone():
    """No whole address, argument, referrer or cookie."""
    said = re.search(r"log_format tripmeter '(.*)';", SHIPPED)
    assert said
    assert set(re.findall(r"\$(\w+)", said[1])) <= {
        "remote_addr",
        "time_local",
        "request_method",
        "tripmeter_what",
        "status",
        "body_bytes_sent",
        "request_time",
    }
    assert set(re.findall(r"access_log (.*);", SHIPPED)) == {"off", "/var/log/nginx/tripmeter.log tripmeter"}


@dataclass
class Front:
    """Where nginx answers, and what it writes."""

    url: str
    plain: str
    log: Path

    def client(self) -> httpx2.Client:
        """A browser at another address, which believes any certificate."""
        elsewhere = httpx2.HTTPTransport(verify=False, local_address=ELSEWHERE)
        return httpx2.Client(base_url=self.url, transport=elsewhere, timeout=20)


@pytest.fixture(scope="module")
def front(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("nginx")
    said = replace(house.world.config, console=replace(house.world.config.console, proxies="127.0.0.1"))
    with serving(replace(house.world, config=said), Told()) as shown:
        front = Front(*(f"{how}://127.0.0.1:{free_port()}" for how in ("https", "http")), folder / "access.log")
        _written(folder, front, shown.url)
        program = shutil.which("nginx", path=PROGRAM)
        assert program, "nginx is not installed: scripts/stack.sh"
        running = subprocess.Popen([program, "-p", folder, "-c", folder / "nginx.conf"])
        wait_for(lambda: _answers(front), 20, lambda: (folder / "start.log").read_text())
        yield front
        running.terminate()
        running.wait(20)


def _written(folder: Path, front: Front, console: str) -> None:
    """The file as it is shipped, but for ports, certificate and logs."""
    own = {"DAYS": "1", "PATH": os.environ["PATH"]}
    for what in (("authority",), ("server", "tripmeter", "127.0.0.1")):
        subprocess.run(["bash", ROOT / "scripts" / "certificates.sh", folder, *what], check=True, env=own)
    text = re.sub(r" +listen \[::\].*\n", "", SHIPPED)
    for old, new in (
        ("http://127.0.0.1:8788", console),
        ("listen 80;", f"listen {urlsplit(front.plain).netloc};"),
        ("listen 443 ", f"listen {urlsplit(front.url).netloc} "),
        ("/etc/nginx/tls", str(folder)),
        ("/var/log/nginx/tripmeter.log", str(front.log)),
        ("/var/log/nginx/tripmeter-errors.log", str(folder / "errors.log")),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "tripmeter.conf").write_text(text)
    user = "user root;\n" if os.geteuid() == 0 else ""  # its workers read and write in this folder
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))


def _answers(front: Front) -> bool:
    try:
        with front.client() as client:
            return client.get("/healthz").status_code == 200
    except httpx2.TransportError:
        return False


@pytest.mark.stack
def test_who_signs_in_through_it_has_a_cookie_for_tls_alone_and_comes_from_where_they_are(front):
    with front.client() as client:
        forged = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
        answer = client.post("/api/v1/session", json={"name": "manager", "password": WORD}, headers=forged)
        assert answer.status_code == 200, answer.text
        assert "secure" in answer.headers["set-cookie"].lower()
        assert "max-age" in answer.headers["strict-transport-security"]
        [own] = [one for one in client.get("/api/v1/sessions").json()["items"] if one["own"]]
        assert own["address"] == ELSEWHERE


@pytest.mark.stack
def test_the_stream_comes_through_as_it_happens(front):
    with front.client() as client:
        client.post("/api/v1/session", json={"name": "manager", "password": WORD})
        with client.stream("GET", "/api/v1/stream") as stream:
            lines = stream.iter_lines()
            assert next(line for line in lines if line.startswith("event")) == "event: hello"
            assert next(line for line in lines if line == "event: health")


@pytest.mark.stack
def test_its_log_has_no_id_of_anybody(front):
    with front.client() as client:
        client.post("/api/v1/session", json={"name": "manager", "password": WORD})
        client.get("/api/v1/drivers/a/D1")
        client.get("/api/v1/trips", params={"driver": "D1"})
    wait_for(lambda: "/api/v1/trips" in front.log.read_text(), 20)
    said = front.log.read_text()
    assert " GET /api/v1/drivers 200 " in said
    assert "D1" not in said


@pytest.mark.stack
def test_who_comes_without_tls_is_led_to_it(front):
    answer = httpx2.get(f"{front.plain}/?x=1", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (301, "https://127.0.0.1/?x=1")


@pytest.mark.stack
def test_what_is_too_long_for_the_console_is_refused(front):
    with front.client() as client:
        assert client.post("/api/v1/session", content=b" " * 1_100_000).status_code == 413
