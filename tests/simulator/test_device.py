"""A device lets go of a payload only when the service says that it is committed."""

import asyncio
import json
from collections.abc import Callable

import pytest

from simulator import device as module
from simulator.device import RETRY, Device
from simulator.link import Account

ACCOUNT = Account("nowhere", 1, "dev")


class Wire:
    """Stands for the link: what is published lands in ``out``."""

    def __init__(
        self,
        account: Account,
        on_ready: Callable[[], None],
        on_message: Callable[..., None],
        topics: tuple[str, ...],
        qos: int,
    ) -> None:
        assert (topics, qos) == (("tripmeter/v1/f/v/ack",), 0)
        self.on_ready, self.on_message = on_ready, on_message
        self.out: list[int] = []
        self.connects = 0
        self.connected = False

    def room(self) -> int:
        return 100 if self.connected else 0

    def publish(self, topic: str, payload: bytes) -> None:
        assert topic == "tripmeter/v1/f/v/telemetry"
        self.out.append(int(payload))

    def connect(self) -> None:
        self.connected = True
        self.connects += 1
        self.on_ready()

    def ack(self, *ranges: list[int], boot: str = "b1") -> None:
        self.on_message("tripmeter/v1/f/v/ack", json.dumps({"boot": boot, "seqs": ranges}).encode())

    def taken(self) -> list[int]:
        out, self.out = self.out, []
        return out


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Device, Wire], None]], None]:
    """Runs a scene with a device and its wire on an event loop."""
    monkeypatch.setattr(module, "Link", Wire)

    def run(scene: Callable[[Device, Wire], None], window: int = 4) -> None:
        async def main() -> None:
            device = Device("f", "v", ACCOUNT, "b1", window)
            scene(device, device.link)  # type: ignore[arg-type]

        asyncio.run(main())

    return run


def offer(device: Device, *seqs: int) -> None:
    for seq in seqs:
        device.offer(seq, str(seq).encode())


def test_it_stores_while_there_is_no_connection(play) -> None:  # type: ignore[no-untyped-def]
    def scene(device: Device, wire: Wire) -> None:
        offer(device, 1, 2, 3)
        assert wire.taken() == []
        wire.connect()
        assert wire.taken() == [1, 2, 3]
        assert device.unacked == 3

    play(scene)


def test_no_more_than_a_window_is_on_its_way(play) -> None:  # type: ignore[no-untyped-def]
    def scene(device: Device, wire: Wire) -> None:
        wire.connect()
        offer(device, 1, 2, 3, 4, 5, 6)
        assert wire.taken() == [1, 2, 3, 4]
        wire.ack([1, 2])
        assert wire.taken() == [5, 6]
        wire.ack([3, 3], [5, 6])
        assert device.unacked == 1

    play(scene)


def test_after_a_break_all_unacknowledged_is_sent_again_in_order(play) -> None:  # type: ignore[no-untyped-def]
    def scene(device: Device, wire: Wire) -> None:
        wire.connect()
        offer(device, 1, 2, 3)
        wire.ack([2, 2])
        wire.taken()
        wire.connected = False
        offer(device, 4)
        wire.connect()
        assert wire.taken() == [1, 3, 4]

    play(scene)


def test_a_silent_service_hears_it_again_and_again(play) -> None:  # type: ignore[no-untyped-def]
    def scene(device: Device, wire: Wire) -> None:
        wire.connect()
        offer(device, 1, 2)
        now = asyncio.get_running_loop().time()
        wire.taken()
        device.look(now + RETRY[0] - 1)
        assert wire.taken() == []
        device.look(now + RETRY[0] + 1)
        assert wire.taken() == [1, 2]
        assert device.resent == 2
        wire.ack([1, 2])
        device.look(now + 1_000)
        assert wire.taken() == []

    play(scene)


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"{}", b'{"boot":"b1"}', b'{"boot":"b1","seqs":[1]}', b'{"boot":"b1","seqs":[["x",2]]}']
)
def test_an_ack_that_makes_no_sense_is_none(play, payload: bytes) -> None:  # type: ignore[no-untyped-def]
    def scene(device: Device, wire: Wire) -> None:
        wire.connect()
        offer(device, 1)
        wire.on_message("tripmeter/v1/f/v/ack", payload)
        assert device.unacked == 1

    play(scene)


def test_an_ack_of_an_earlier_boot_is_not_ours(play) -> None:  # type: ignore[no-untyped-def]
    def scene(device: Device, wire: Wire) -> None:
        wire.connect()
        offer(device, 1)
        wire.ack([1, 1], boot="b0")
        assert device.unacked == 1

    play(scene)


def test_a_huge_range_costs_nothing(play) -> None:  # type: ignore[no-untyped-def]
    def scene(device: Device, wire: Wire) -> None:
        wire.connect()
        offer(device, 1, 2)
        wire.ack([0, 2**60])
        assert device.unacked == 0

    play(scene)
