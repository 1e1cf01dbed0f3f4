"""Gateway: nothing is acknowledged before it is safe, nothing is lost, and order is kept."""

import functools
import socket
import threading

import pytest

from devices.broker import Broker
from devices.gateway import Gateway, GatewayError
from devices.packets import split
from devices.samples import Payload

TELEMETRY = "tripmeter/v1/f/v/telemetry"


def bodies(first, last):
    return [b"%d" % k for k in range(first, last + 1)]


def take(gateway, count, until):
    """Exactly ``count`` payloads."""
    taken: list[Payload] = []
    until(lambda: taken.extend(gateway.take(count - len(taken), 1.0)) or len(taken) == count)
    return taken


class TestOnARealBroker:
    """The embedded broker, with one session name a test."""

    @pytest.fixture
    def gateway(self, broker, request):
        made = []

        def make(client_id="", **more):
            gateway = Gateway(broker.host, broker.port, client_id=client_id or request.node.name, **more)
            made.append(gateway)
            return gateway.start(within=10)

        yield make
        for each in made:
            each.stop()

    def test_payloads_come_in_the_order_sent_with_topic_and_time(self, broker, gateway, device, until):
        gate = gateway(now=lambda: 17.5)
        device(broker.port).publish(TELEMETRY, *bodies(0, 299))
        taken = []
        while len(taken) < 300:
            taken += (batch := gate.take(100, 10.0, linger=0.005))
            assert 0 < len(batch) <= 100
            gate.acknowledge(batch)
        assert [payload.body for payload in taken] == bodies(0, 299)
        assert {(payload.topic, payload.received_at) for payload in taken} == {(TELEMETRY, 17.5)}
        until(lambda: gate.acked == 300)
        assert (gate.received, gate.reconnects) == (300, 0)

    def test_what_was_not_acknowledged_comes_again_and_the_rest_does_not(self, broker, gateway, device, until):
        gate = gateway()
        device(broker.port).publish(TELEMETRY, *bodies(1, 9))
        taken = take(gate, 9, until)
        gate.acknowledge(taken[:4])
        gate.stop()
        again = take(gateway(), 5, until)
        assert [payload.body for payload in again] == bodies(5, 9)

    def test_safe_out_of_order_still_acknowledges_all(self, broker, gateway, device, until):
        gate, truck = gateway(), device(broker.port)
        truck.publish(TELEMETRY, *bodies(1, 9))
        taken = take(gate, 9, until)
        gate.acknowledge(taken[5:][::-1])
        truck.publish(TELEMETRY, b"10")
        gate.acknowledge(take(gate, 1, until))
        gate.acknowledge(taken[:5])
        until(lambda: gate.acked == 10)
        assert gate.reconnects == 0
        gate.stop()
        gate = gateway()
        truck.publish(TELEMETRY, b"11")
        assert [payload.body for payload in take(gate, 1, until)] == [b"11"]

    def test_a_full_inbox_holds_the_rest_back_and_drops_nothing(self, broker, gateway, device, until):
        gate = gateway(inbox=10)
        device(broker.port).publish(TELEMETRY, *bodies(1, 60))  # all with the broker now
        taken: list[Payload] = []
        while len(taken) < 60:
            until(functools.partial(lambda expected: gate.received == expected, min(60, len(taken) + 10)))
            taken += (batch := gate.take(5, 1.0))
            assert gate.received <= len(taken) + 10
            gate.acknowledge(batch)
        assert [payload.body for payload in taken] == bodies(1, 60)

    def test_a_message_of_qos_0_is_handed_over_too(self, broker, gateway, device, until):
        gate, truck = gateway(), device(broker.port)
        truck.client.publish(TELEMETRY, b"fire and forget", qos=0)
        truck.publish(TELEMETRY, b"and safe")
        taken = take(gate, 2, until)
        gate.acknowledge(taken)
        until(lambda: gate.acked == 2)
        assert sorted(payload.body for payload in taken) == [b"and safe", b"fire and forget"]
        assert gate.reconnects == 0

    def test_what_is_published_arrives_and_is_known_to(self, broker, gateway, device, until):
        gate, phone = gateway(), device(broker.port, subscribe="tripmeter/v1/f/v/alert/#")
        sent = [gate.publish("tripmeter/v1/f/v/alert/speeding", body) for body in bodies(1, 250)]
        sent.append(gate.publish("tripmeter/v1/f/v/alert/speeding", b"251", qos=0))
        until(lambda: all(delivery.done() for delivery in sent))
        until(lambda: len(phone.heard) == 251)
        assert sorted(int(body) for _, body in phone.heard) == list(range(1, 252))

    def test_one_that_listens_to_nothing_publishes_and_leaves_no_session(self, broker, gateway, device, until):
        device(broker.port).publish(TELEMETRY, b"early")
        speaker = gateway("speaker", topic="")
        assert speaker.connected
        delivery = speaker.publish("tripmeter/v1/f/v/ack", b"{}")
        until(delivery.done)
        device(broker.port).publish(TELEMETRY, b"late")
        assert speaker.take(1, 0.2) == []

    def test_an_open_alert_is_kept_for_who_comes_later_until_it_is_cleared(self, broker, gateway, device, until):
        gate, topic = gateway(), "tripmeter/v1/f/kept/alert/tyre_low/1L"
        until(gate.publish(topic, b"low", retain=True).done)
        phone = device(broker.port, subscribe="tripmeter/v1/f/kept/#")
        until(lambda: phone.heard == [(topic, b"low")])
        until(gate.publish(topic, b"", retain=True).done)
        later = device(broker.port, subscribe="tripmeter/v1/f/kept/#")
        until(gate.publish("tripmeter/v1/f/kept/ack", b"x").done)
        until(lambda: later.heard == [("tripmeter/v1/f/kept/ack", b"x")])

    def test_a_large_payload_is_taken_whole(self, broker, gateway, device, until):
        gate = gateway()
        device(broker.port).publish(TELEMETRY, bytes(1_000_000))
        assert [len(payload.body) for payload in take(gate, 1, until)] == [1_000_000]

    def test_taking_from_an_empty_inbox_gives_nothing(self, gateway):
        assert gateway().take(10, 0.01) == []


class TestComingAndGoing:
    """A broker that is not there, comes back, or does not let us in."""

    def test_it_finds_the_broker_when_it_comes_back_and_subscribes_again(self, device, until):
        with Broker(port=0) as broker:
            gate = Gateway(broker.host, broker.port).start(within=10)
            broker.stop()
            until(lambda: not gate.connected)
            waiting = gate.publish("tripmeter/v1/f/v/ack", b"held until there is a broker")
            assert not waiting.done()
            broker.start()
            until(lambda: gate.connected)
            until(waiting.done)
            device(broker.port).publish(TELEMETRY, b"hello again")
            assert [payload.body for payload in take(gate, 1, until)] == [b"hello again"]
            assert gate.reconnects == 1
            gate.stop()

    def test_an_absent_broker_is_waited_for_unless_asked_otherwise(self, until):
        broker = Broker(port=0).start()
        broker.stop()
        gate = Gateway(broker.host, broker.port).start()
        with pytest.raises(GatewayError, match=f"127.0.0.1:{broker.port} did not let us in within 0.2 s: .*refused"):
            Gateway(broker.host, broker.port, client_id="impatient").start(within=0.2)
        with broker:
            until(lambda: gate.connected)
            gate.stop()

    def test_a_wrong_password_is_told(self):
        with Broker(port=0, users={"gateway": "right"}) as broker:

            def gateway(word):
                return Gateway(broker.host, broker.port, username="gateway", password=word)

            gateway("right").start(within=10).stop()
            with pytest.raises(GatewayError, match="user name and password"):
                gateway("wrong").start(within=0.5)


class Script:
    """A broker that does as it is told: one connection after the other, and a list of what each acknowledged."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.connections: list[socket.socket] = []
        self.acked: list[list[int]] = []
        self.subscribed = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            self.acked.append([])
            threading.Thread(target=self._answer, args=(connection, self.acked[-1]), daemon=True).start()

    def _answer(self, connection: socket.socket, acked: list[int]) -> None:
        data = b""
        while more := self._heard(connection):
            data += more
            while packet := split(data, 0):
                head, start, end = packet
                if head == 0x10:
                    connection.sendall(b"\x20\x02\x01\x00")
                elif head == 0x82:
                    connection.sendall(b"\x90\x03" + data[start : start + 2] + b"\x01")
                    self.subscribed += 1
                elif head == 0x40:
                    acked.append(int.from_bytes(data[start:end], "big"))
                elif head == 0xE0:
                    connection.shutdown(socket.SHUT_RDWR)
                data = data[end:]

    @staticmethod
    def _heard(connection: socket.socket) -> bytes:
        try:
            return connection.recv(65_536)
        except OSError:
            return b""

    def deliver(self, mid: int, body: bytes) -> None:
        content = len(TELEMETRY).to_bytes(2, "big") + TELEMETRY.encode() + mid.to_bytes(2, "big") + body
        self.connections[-1].sendall(bytes([0x32, len(content)]) + content)

    def cut(self) -> None:
        self.connections[-1].shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.listener.close()
        for connection in self.connections:
            connection.close()


class TestByTheByte:
    @pytest.fixture
    def script(self):
        script = Script()
        yield script
        script.close()

    @pytest.fixture
    def gate(self, script):
        with Gateway("127.0.0.1", script.port).start(within=10) as gate:
            yield gate

    def test_pubacks_go_out_in_order_of_arrival_and_not_before(self, script, gate, until):
        for mid in (11, 5, 900, 7):
            script.deliver(mid, b"x")
        taken = take(gate, 4, until)
        gate.acknowledge([taken[2], taken[1]])
        gate.acknowledge(taken[:1])
        until(lambda: script.acked[0] == [11, 5, 900])
        gate.acknowledge(taken[3:])
        until(lambda: script.acked[0] == [11, 5, 900, 7])

    def test_payloads_of_a_lost_connection_are_not_acknowledged_on_the_next(self, script, gate, until):
        for mid in (1, 2, 3):
            script.deliver(mid, b"old")
        old = take(gate, 3, until)
        script.cut()
        until(lambda: script.subscribed == 2 and gate.connected)
        script.deliver(3, b"new")
        new = take(gate, 1, until)
        gate.acknowledge(old)
        gate.acknowledge(new)
        until(lambda: script.acked[1] == [3])
        assert script.acked[0] == []
        assert gate.reconnects == 1

    def test_connections_that_somebody_ends_again_and_again_are_told(self, script, gate, until, caplog):
        for times in (1, 2, 3):
            script.cut()
            until(lambda times=times: script.subscribed == times + 1 and gate.connected)
        said = [record.message for record in caplog.records if "lost the broker" in record.message]
        assert ["client id" in one for one in said] == [False, False, True]

    def test_a_broker_that_talks_nonsense_is_left_and_tried_again(self, script, gate, until):
        script.connections[-1].sendall(b"\x30\xff\xff\xff\xff\xff\xff")
        until(lambda: script.subscribed == 2 and gate.connected)
        script.connections[-1].sendall(b"\x32\x03\x00\x09a")
        until(lambda: script.subscribed == 3 and gate.connected)
        script.deliver(1, b"sense")
        assert [payload.body for payload in take(gate, 1, until)] == [b"sense"]

    def test_acknowledging_on_the_way_out_is_still_sent(self, script, gate, until):
        for mid in range(1, 51):
            script.deliver(mid, b"x")
        gate.acknowledge(take(gate, 50, until))
        gate.stop()
        until(lambda: script.acked[0] == list(range(1, 51)))
