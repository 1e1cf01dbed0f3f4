"""Doors: how the vehicles' broker is spoken to."""

import ssl

import pytest

from streams.doors import tls
from streams.layers import ConfigError
from streams.settings import Mqtt


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
