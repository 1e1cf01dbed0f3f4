"""A device's line is as real ones are: its own, by name and password, over TLS, resumed, and back at odd moments."""

import asyncio
import logging
import re
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from devices.broker import Broker
from simulator import link as module
from simulator import packets
from simulator.accounts import from_file, over_tls
from simulator.device import Device
from simulator.link import BACKOFF, INFLIGHT, Account, Link, LinkError

CERTIFY = Path(__file__).parents[2] / "scripts" / "certificates.sh"
USERS = {"VAN-1": "one's word", "VAN-2": "another's"}


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.005)


class Heard:
    """Stands for a broker: lets everybody in, answers subscriptions, acknowledges publishes if asked to."""

    def __init__(self) -> None:
        self.connects: list[bytes] = []
        self.publishes: list[packets.Packet] = []
        self.acknowledges = False
        self._writers: list[asyncio.StreamWriter] = []

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        buffer = bytearray()
        self._writers.append(writer)
        while data := await reader.read(65_536):
            buffer += data
            for packet in packets.split(buffer):
                self._answer(packet, writer)

    def _answer(self, packet: packets.Packet, writer: asyncio.StreamWriter) -> None:
        if packet.kind == 1:
            self.connects.append(packet.body)
            writer.write(b"\x20\x02\x00\x00")
        elif packet.kind == 8:
            writer.write(b"\x90\x03" + packet.body[:2] + b"\x01")
        elif packet.kind == packets.PUBLISH:
            self.publishes.append(packet)
            if self.acknowledges:
                writer.write(packets.puback(packets.message(packet)[2]))

    def acknowledge(self) -> None:
        """Everything heard so far, and to come."""
        self.acknowledges = True
        for packet in self.publishes:
            self._writers[0].write(packets.puback(packets.message(packet)[2]))

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        server = await asyncio.start_server(self.take, "127.0.0.1", 0)
        yield server.sockets[0].getsockname()[1]
        server.close()
        for writer in self._writers:
            writer.close()


def run(scene: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(scene(), 30))


def test_each_device_has_a_connection_name_and_password_of_its_own_and_a_lasting_session(tmp_path: Path) -> None:
    rows = "\n".join(f"{name},{word}" for name, word in USERS.items())
    (tmp_path / "devices.csv").write_text(f"vehicle_id,password\n{rows}\n")

    async def scene() -> None:
        broker = Heard()
        async with broker.listening() as port:
            who = from_file(tmp_path / "devices.csv", "127.0.0.1", port)
            devices = [Device("f", name, who("f", name), "b") for name in USERS]
            tasks = [asyncio.create_task(device.link.run()) for device in devices]
            await until(lambda: all(device.link.connected for device in devices))
            for task in tasks:
                task.cancel()
        said = [(f"f-{name}", name, word) for name, word in USERS.items()]
        assert sorted(broker.connects) == sorted(packets.connect(*one, False, 30)[2:] for one in said)

    run(scene)


def test_a_payload_goes_at_qos_1_and_no_more_of_them_than_the_broker_has_answered() -> None:
    async def scene() -> None:
        broker = Heard()
        async with broker.listening() as port:
            device = Device("f", "v", Account("127.0.0.1", port, "f-v"), "b", window=1_000)
            task = asyncio.create_task(device.link.run())
            await device.connected()
            for seq in range(INFLIGHT + 50):
                device.offer(seq, b"{}")
            await until(lambda: len(broker.publishes) == INFLIGHT)
            assert all(packet.flags >> 1 & 3 == 1 for packet in broker.publishes)
            numbers = [packets.message(packet)[2] for packet in broker.publishes]
            assert len(set(numbers)) == INFLIGHT
            broker.acknowledge()
            await until(lambda: len(broker.publishes) == INFLIGHT + 50)
            assert device.unacked == INFLIGHT + 50  # the broker's word is not the service's
            task.cancel()

    run(scene)


def test_a_session_is_resumed_an_ack_that_came_while_it_was_away_is_heard(broker: Broker) -> None:
    async def scene() -> None:
        device = Device("f", "away", Account("127.0.0.1", broker.port, "f-away"), "b")
        service = Link(Account("127.0.0.1", broker.port, "late"), lambda: None, lambda *_: None, clean=True)
        tasks = [asyncio.create_task(link.run()) for link in (device.link, service)]
        await device.connected()
        await until(lambda: service.connected)
        device.offer(1, b"{}")
        await until(lambda: device.link.room() == INFLIGHT)
        tasks[0].cancel()
        await asyncio.gather(tasks[0], return_exceptions=True)
        service.publish("tripmeter/v1/f/away/ack", b'{"boot":"b","seqs":[[1,1]]}')
        await until(lambda: service.room() == INFLIGHT)
        assert device.unacked == 1
        tasks[0] = asyncio.create_task(device.link.run())
        await device.drained()
        for task in tasks:
            task.cancel()

    run(scene)


def test_a_fleet_that_lost_its_broker_comes_back_at_odd_moments_and_ever_rarer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 1.0)
    caplog.set_level(logging.INFO, module.__name__)

    async def scene() -> None:
        links = [Link(Account("127.0.0.1", 1, f"f-{k}"), lambda: None, lambda *_: None) for k in range(20)]
        await asyncio.gather(*(link.run() for link in links), return_exceptions=True)

    run(scene)
    delays: dict[str, list[float]] = {}
    for record in caplog.records:
        said = re.fullmatch(r"(\S+) lost its broker .* tries again in ([\d.]+) s", record.getMessage())
        assert said
        delays.setdefault(said[1], []).append(float(said[2]))
    firsts = [own[0] for own in delays.values()]
    assert len(firsts) == 20 and max(firsts) > 1.5 * min(firsts)
    for own in delays.values():
        for tried, delay in enumerate(own, 1):
            most = min(BACKOFF[1], BACKOFF[0] * 2**tried)
            assert most / 2 - 0.05 <= delay <= most + 0.05  # it is told to a tenth


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority, a server's certificate that it has signed, and an authority nobody knows."""
    folder = tmp_path_factory.mktemp("certificates")
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    unknown = folder / "x"
    for where, *words in ((folder, "authority"), (folder, "server", "server", "127.0.0.1"), (unknown, "authority")):
        subprocess.run([CERTIFY, where, *words], check=True, capture_output=True)
    return folder


@asynccontextmanager
async def behind_tls(broker: Broker, folder: Path) -> AsyncIterator[int]:
    """The port of a door that speaks TLS, behind which is the broker."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.crt", folder / "server.key")

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
        writer.close()

    async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection("127.0.0.1", broker.port)
        await asyncio.gather(copy(reader, outer), copy(inner, writer), return_exceptions=True)

    server = await asyncio.start_server(passed, "127.0.0.1", 0, ssl=context)
    yield server.sockets[0].getsockname()[1]
    server.close()


def accounts(folder: Path, port: int, authority: Path) -> Account:
    path = folder / "devices.csv"
    path.write_text(f"vehicle_id,password\nVAN-1,{USERS['VAN-1']}\n")
    return over_tls(from_file(path, "127.0.0.1", port), authority)("f", "VAN-1")


def test_it_logs_in_over_tls_and_delivers(certified: Path) -> None:
    async def scene(broker: Broker) -> None:
        async with behind_tls(broker, certified) as port:
            device = Device("f", "VAN-1", accounts(certified, port, certified / "ca.crt"), "b")
            task = asyncio.create_task(device.link.run())
            await device.connected()
            device.offer(1, b"{}")
            await until(lambda: device.link.room() == INFLIGHT)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    with Broker(port=0, users=USERS) as broker:
        run(lambda: scene(broker))


def test_it_does_not_talk_to_a_broker_whose_certificate_nobody_it_knows_has_signed(
    certified: Path, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.5)

    async def scene() -> None:
        async with behind_tls(broker, certified) as port:
            link = Device("f", "VAN-1", accounts(certified, port, certified / "x" / "ca.crt"), "b").link
            with pytest.raises(LinkError, match="certificate verify failed"):
                await link.run()

    run(scene)
