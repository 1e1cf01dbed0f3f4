"""Client: what of paho we stand on, beside its public interface."""

from paho.mqtt.client import Client


def test_paho_still_has_the_hooks_we_stand_on():
    assert callable(Client._sock_recv)
    assert callable(Client._packet_queue)
    assert callable(Client._mid_generate)
