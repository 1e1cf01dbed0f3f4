"""The link against the real embedded broker: it connects, publishes, hears, and comes back."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from devices.broker import Broker
from simulator import link as module
from simulator.link import Account, Link, LinkError

RIGHT, WRONG = "right", "wrong"


def run(scene: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(scene(), 30))


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.005)


def account(broker: Broker, name: str, **words: str) -> Account:
    return Account("127.0.0.1", broker.port, name, **words)


@pytest.mark.parametrize("qos", [0, 1])
def test_what_one_publishes_the_other_hears_in_order(broker: Broker, qos: int) -> None:
    async def scene() -> None:
        heard: list[bytes] = []
        ear = Link(
            account(broker, "ear"), lambda: None, lambda _, body: heard.append(body), (f"say/{qos}",), clean=True
        )
        mouth = Link(account(broker, "mouth"), lambda: None, lambda *_: None, clean=True)
        tasks = [asyncio.create_task(link.run()) for link in (ear, mouth)]
        await until(lambda: ear.connected and mouth.connected)
        for k in range(300):
            await until(lambda: mouth.room() > 0)
            mouth.publish(f"say/{qos}", str(k).encode(), qos)
        await until(lambda: len(heard) == 300)
        assert heard == [str(k).encode() for k in range(300)]
        await until(lambda: mouth.room() == module.INFLIGHT)
        for task in tasks:
            task.cancel()

    run(scene)


def test_it_comes_back_when_the_broker_does() -> None:
    async def scene() -> None:
        loop = asyncio.get_running_loop()
        broker = Broker(port=0).start()
        ready: list[int] = []
        link = Link(account(broker, "back"), lambda: ready.append(link.connects), lambda *_: None, ("x",))
        task = asyncio.create_task(link.run())
        await until(lambda: link.connected)
        await loop.run_in_executor(None, broker.stop)
        await until(lambda: not link.connected)
        assert link.room() == 0
        again = Broker(port=broker.port)
        await loop.run_in_executor(None, again.start)
        await until(lambda: link.connected)
        assert ready == [1, 2]
        task.cancel()
        await loop.run_in_executor(None, again.stop)

    run(scene)


def test_nobody_there_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.3)
    link = Link(Account("127.0.0.1", 1, "alone"), lambda: None, lambda *_: None)
    with pytest.raises(LinkError, match=r"no MQTT at 127\.0\.0\.1:1: nobody listens there"):
        asyncio.run(link.run())


def test_a_wrong_password_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.5)
    with Broker(port=0, users={"joe": RIGHT}) as broker:
        link = Link(account(broker, "thief", user="joe", password=WRONG), lambda: None, lambda *_: None)
        with pytest.raises(LinkError, match="user name"):
            asyncio.run(asyncio.wait_for(link.run(), 20))


def test_the_right_password_lets_in() -> None:
    with Broker(port=0, users={"joe": RIGHT}) as broker:

        async def scene() -> None:
            link = Link(account(broker, "joe", user="joe", password=RIGHT), lambda: None, lambda *_: None)
            task = asyncio.create_task(link.run())
            await until(lambda: link.connected)
            task.cancel()

        run(scene)


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(Account("h", 1, "c", "u", "secret"))
