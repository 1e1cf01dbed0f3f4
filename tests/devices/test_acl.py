"""ACL: the file for Mosquitto says exactly whose topic is whose (tests/devices/test_mosquitto.py tries it)."""

import pytest

from devices.acl import Account, AclError, acl
from devices.topics import TopicError


def test_each_device_has_its_own_block_and_the_gateway_the_last():
    text = acl([Account("box-1", "acme", "truck-1"), Account("box-2", "acme", "truck-2")])
    blocks = text.split("\n\n")
    assert blocks[1] == (
        "user box-1\n"
        "topic write tripmeter/v1/acme/truck-1/telemetry\n"
        "topic read tripmeter/v1/acme/truck-1/ack\n"
        "topic read tripmeter/v1/acme/truck-1/alert/#"
    )
    assert blocks[3] == (
        "user tripmeter-gateway\n"
        "topic read tripmeter/v1/+/+/telemetry\n"
        "topic write tripmeter/v1/+/+/ack\n"
        "topic write tripmeter/v1/+/+/alert/#\n"
    )


def test_a_bridge_only_listens_and_a_worker_only_speaks():
    _, bridge, worker = acl([], ["tripmeter-bridge-2", "tripmeter-worker"]).split("\n\n")
    assert bridge == "user tripmeter-bridge-2\ntopic read tripmeter/v1/+/+/telemetry"
    assert [line.split()[1] for line in worker.splitlines()[1:]] == ["write", "write"]


def test_an_office_hears_the_alerts_of_its_fleet():
    _, office, _ = acl([], offices={"office": "acme"}).split("\n\n")
    assert office == "user office\ntopic read tripmeter/v1/acme/+/alert/#"
    with pytest.raises(TopicError):
        acl([], offices={"office": "+"})


@pytest.mark.parametrize("name", ["tripmeter-gateway", "office"])
def test_a_device_with_the_name_of_somebody_else_is_refused(name):
    with pytest.raises(AclError, match=r"need names of their own"):
        acl([Account(name, "acme", "truck-1")], offices={"office": "acme"})
    with pytest.raises(AclError, match=r"need names of their own"):
        acl([], offices={"tripmeter-gateway": "acme"})


def test_each_of_several_gateways_has_a_block():
    text = acl([], ["tripmeter-bridge", "tripmeter-worker-1"])
    assert [line for line in text.splitlines() if line.startswith("user")] == [
        "user tripmeter-bridge",
        "user tripmeter-worker-1",
    ]


@pytest.mark.parametrize("username", ["", " box", "box\n", "a:b", "a\ntopic readwrite #", "+", "a#"])
def test_a_name_that_would_change_the_file_is_refused(username):
    with pytest.raises(AclError):
        acl([Account(username, "f", "v")])


@pytest.mark.parametrize("vehicle", ["+", "#", "a/b", ""])
def test_a_vehicle_that_would_open_other_topics_is_refused(vehicle):
    with pytest.raises(TopicError):
        acl([Account("box", "f", vehicle)])
