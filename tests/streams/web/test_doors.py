"""Doors: how the vehicles' broker is spoken to, and who may look over HTTP."""

import ssl
from dataclasses import replace
from ipaddress import ip_address

import pytest

from streams import config
from streams.layers import ConfigError
from streams.settings import Mqtt
from streams.web import doors
from streams.web.doors import tls

ANYWHERE = str(ip_address(0))
LINE = "prometheus metrics sha256:" + "0a" * 32


def test_without_tls_there_is_nothing_to_verify():
    assert tls(Mqtt(ca_file="nowhere")) is None


def test_with_tls_the_broker_has_to_show_a_certificate_for_its_name():
    context = tls(Mqtt(tls=True))
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_a_file_that_is_none_is_told(tmp_path):
    with pytest.raises(ConfigError, match=r"mqtt.ca_file: .*nowhere is no PEM file that can be read"):
        tls(Mqtt(tls=True, ca_file=str(tmp_path / "nowhere")))
    (tmp_path / "text").write_text("no certificate")
    with pytest.raises(ConfigError, match="text is no PEM file"):
        tls(Mqtt(tls=True, ca_file=str(tmp_path / "text")))
    with pytest.raises(ConfigError, match=r"mqtt.cert_file, mqtt.key_file: .*text, the same are no certificate"):
        tls(Mqtt(tls=True, cert_file=str(tmp_path / "text")))


def test_a_certificate_of_our_own_is_shown_to_nobody_in_the_clear():
    with pytest.raises(ConfigError, match=r"mqtt.cert_file is set, but not mqtt.tls"):
        tls(Mqtt(cert_file="ours.crt"))


def http(environ, *sets):
    loaded = config.load(None, {f"TRIPMETER_HTTP__{name}": value for name, value in environ.items()}, sets)
    health = doors.http(replace(loaded, http=replace(loaded.http, port=0)), dict, dict)
    health._server.server_close()
    return health


@pytest.mark.parametrize("host", [ANYWHERE, "", "::", "192.0.2.1", "metrics.example.org"])
def test_beyond_this_machine_nobody_is_answered_without_tokens(host):
    with pytest.raises(ConfigError, match=r"Set http.tokens - 'tripmeter token"):
        http({"HOST": host})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_on_this_machine_it_needs_none(host):
    assert host in http({"HOST": host}).url


def test_with_tokens_it_may_listen_anywhere():
    assert http({"HOST": ANYWHERE, "TOKENS": LINE}).port


def test_a_token_itself_is_taken_from_the_environment_and_from_no_file(tmp_path):
    plain = "prometheus metrics a-token-long-enough"
    assert http({"TOKENS": plain})
    (tmp_path / "tokens").write_text(plain)
    with pytest.raises(ConfigError, match="the token itself is in a file") as error:
        http({"TOKENS__FILE": str(tmp_path / "tokens")})
    assert "long-enough" not in str(error.value)
    with pytest.raises(ConfigError, match="the token itself is in a file"):
        http({}, f"http.tokens={plain}")
    (tmp_path / "tokens").write_text(LINE)
    assert http({"TOKENS__FILE": str(tmp_path / "tokens")})


def test_a_certificate_for_http_that_is_none_is_told(tmp_path):
    with pytest.raises(ConfigError, match=r"http.cert_file, http.key_file"):
        http({"CERT_FILE": str(tmp_path / "nowhere")})


def test_tokens_are_not_shown():
    shown = config.show(config.load(None, {"TRIPMETER_HTTP__TOKENS": LINE}))
    assert LINE not in str(shown)
