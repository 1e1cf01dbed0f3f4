"""The other side of the channels: an HTTP server and a mail server in this process, that answer as they are told."""

import ssl
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from streams.settings import Sinks

CERTIFICATE = Path(__file__).with_name("mailserver.pem")  # key and certificate of 127.0.0.1, made for these tests alone


class Hook:
    """An HTTP receiver: ``answers`` are the next status codes, 204 when there are none left; 0 hangs up instead."""

    def __init__(self):
        self.answers, self.got = [], []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.got.append((self.path, dict(self.headers), body))
                answer = hook.answers.pop(0) if hook.answers else 204
                if answer == 0:
                    self.close_connection = True
                    return
                self.send_response(answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/alerts?fleet=1"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def bodies(self):
        return [body for _, _, body in self.got]


class Mailbox:
    """A mail server: ``answers`` are its next replies to a message, 250 when there are none left."""

    def __init__(self):
        self.answers, self.got, self.sessions, self.logins = [], [], [], []

    def log_in(self, _server, _session, _envelope, _mechanism, data):
        """Lets in whoever knows the password."""
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"s3cret")

    async def handle_DATA(self, _server, session, envelope):  # noqa: N802  aiosmtpd's name for it
        self.sessions.append(session)
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            self.got.append((envelope.rcpt_tos, envelope.content.decode()))
        return answer


class AnyPort(Controller):
    """A controller that takes a free port, and knows it before it first calls itself."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def open_mailbox():
    box = Mailbox()
    controller = AnyPort(box, hostname="127.0.0.1", port=0)
    controller.start()
    box.said = Sinks(email_to="duty@example.org", smtp_port=controller.port, smtp_tls=False)
    yield box
    controller.stop()


@pytest.fixture
def hook():
    with closing(Hook()) as found:
        yield found


@pytest.fixture
def mailbox():
    with open_mailbox() as box:
        yield box


@pytest.fixture(scope="module")
def lasting():
    """Hook and mailbox for all tests of a module, which read what has come and send nothing."""
    with closing(Hook()) as found, open_mailbox() as box:
        yield found, box


@pytest.fixture
def safe():
    """A mail server that wants encryption and a password; ``context`` trusts its certificate."""
    box, tls = Mailbox(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(CERTIFICATE)
    wanted = {"tls_context": tls, "require_starttls": True, "auth_required": True, "authenticator": box.log_in}
    controller = AnyPort(box, hostname="127.0.0.1", port=0, **wanted)
    controller.start()
    login = {"smtp_username": "fleet", "smtp_password": "s3cret"}
    box.said = Sinks(email_to="duty@example.org", smtp_port=controller.port, smtp_tls=True, **login)
    box.context = ssl.create_default_context(cafile=str(CERTIFICATE))
    yield box
    controller.stop()


@pytest.fixture
def page():
    """A page as the pager writes it."""

    def made(step="major", alert_id="a1"):
        due = "2025-06-15T15:07:00.000Z"
        return {
            "alert_id": alert_id,
            "fleet_id": "north",
            "vehicle_id": "HH-1",
            "driver_id": "D1",
            "kind": "tyre_low",
            "subject": "1L",
            "priority": "major",
            "level": 3,
            "condition": "active",
            "count": 2,
            "first_seen": "2025-06-15T15:06:40.000Z",
            "last_seen": "2025-06-15T15:06:40.000Z",
            "event": {"event_id": alert_id, "peak": 27.5, "unit": "%"},
            "page": {
                "step": step,
                "due": due,
                "why": "",
                "target": "",
                "action": "check it",
            },
        }

    return made
