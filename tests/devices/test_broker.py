"""Broker: on this machine only, with a credential for everybody, and it ends with its parent but not by Ctrl-C."""

import os
import resource
import signal
import socket
import subprocess
import sys

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from devices import broker
from devices.broker import Broker, BrokerError

PARENT = """
import signal, sys
from devices.broker import Broker
signal.signal(signal.SIGINT, lambda *_: print("interrupted", flush=True))
print(Broker(port=0).start().port, flush=True)
for line in sys.stdin:
    pass
"""


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
    except OSError:
        return False
    return True


def let_in(port, user, password, until):
    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(user, password)
    ended = []
    client.on_connect = lambda _client, _data, _flags, reason, _properties: ended.append(not reason.is_failure)
    client.on_disconnect = lambda *_: ended.append(False)
    client.connect("127.0.0.1", port)
    until(lambda: client.loop(0.02) is None or ended)
    client.disconnect()
    return ended[0]


def test_it_starts_on_a_free_port_and_stops():
    with Broker(port=0) as broker:
        assert broker.running
        assert accepts(broker.port)
    assert not broker.running
    assert not accepts(broker.port)


def test_everyone_has_a_password_of_their_own(until):
    users = {"gateway": "secret", "fleet/truck": 'q"\\ü'}
    with Broker(port=0, users=users) as broker:
        assert [let_in(broker.port, user, word, until) for user, word in users.items()] == [True, True]
        assert not let_in(broker.port, "gateway", 'q"\\ü', until)
        assert not let_in(broker.port, "stranger", "", until)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.org", ""])  # noqa: S104
def test_listening_wider_is_refused_with_an_explanation(host):
    with pytest.raises(BrokerError, match=r"this machine only.*\n.*Mosquitto"):
        Broker(host)


def test_a_taken_port_is_an_error(broker):
    with pytest.raises(BrokerError, match=f"port {broker.port} on 127.0.0.1 is taken"):
        Broker(port=broker.port).start()


def test_ctrl_c_leaves_it_alone_and_the_parents_death_does_not(until):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    port = int(parent.stdout.readline())
    os.killpg(parent.pid, signal.SIGINT)  # what the terminal does
    assert parent.stdout.readline() == "interrupted\n"
    assert accepts(port)
    parent.kill()
    until(lambda: not accepts(port))
    parent.communicate()


ENDLESS = resource.RLIM_INFINITY


@pytest.mark.parametrize(
    ("limits", "asked"),
    [
        ((1_024, 4_096), [(4_096, 4_096)]),
        ((1_024, 20_000), [(10_200, 20_000)]),
        ((256, ENDLESS), [(10_200, ENDLESS)]),
        ((20_000, 20_000), []),
        ((ENDLESS, ENDLESS), []),
    ],
)
def test_it_asks_for_the_open_files_that_its_connections_take(monkeypatch, limits, asked):
    said = []
    monkeypatch.setattr(broker.resource, "getrlimit", lambda _what: limits)
    monkeypatch.setattr(broker.resource, "setrlimit", lambda _what, both: said.append(both))
    broker._allow_files()
    assert said == asked
