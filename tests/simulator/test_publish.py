"""Publishing ends only when all is acknowledged: with acks lost, and over a broker that restarts."""

import asyncio
from itertools import pairwise
from operator import attrgetter
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from devices.broker import Broker
from devices.codecs import decode
from simulator import device as device_module
from simulator.accounts import from_templates
from simulator.cli import main
from simulator.convoy import Progress, send
from simulator.device import Device
from simulator.payloads import Cut
from simulator.publish import broken, loads

ROWS = 400


@pytest.fixture
def recording() -> pl.DataFrame:
    """Two vehicles, 20 payloads each."""
    t = [1_000.0 + k // 2 for k in range(ROWS)]
    names = ["a" if k % 2 else "b" for k in range(ROWS)]
    return pl.DataFrame(
        {"t": t, "vehicle_id": names, "fleet_id": "f", "speed_kmh": [float(k % 90) for k in range(ROWS)]}
    )


async def publish(recording: pl.DataFrame, port: int) -> Progress:
    cargo = loads(recording, Cut(), in_time=False)
    who = from_templates(None, None, "127.0.0.1", port)
    devices = [Device(load.fleet, load.vehicle, who(load.fleet, load.vehicle), load.boot, window=8) for load in cargo]
    feed = sorted((payload for load in cargo for payload in load.payloads), key=attrgetter("at"))
    progress = Progress()
    await send(devices, feed, None, progress, lambda _: None)
    assert all(device.unacked == 0 for device in devices)
    return progress


def whole(service, recording: pl.DataFrame) -> None:  # type: ignore[no-untyped-def]
    """Everything was acknowledged, and every sample arrived."""
    assert len(service.acked) == 40
    said = {(topic.split("/")[3], t) for topic, reading in service.readings for t in reading.t}
    assert said == set(recording.select("vehicle_id", "t").iter_rows())


def test_all_arrives_in_the_order_of_event_time(broker: Broker, service, recording: pl.DataFrame) -> None:  # type: ignore[no-untyped-def]
    async def scene() -> None:
        async with service(broker.port).running() as product:
            progress = await publish(recording, broker.port)
            whole(product, recording)
            assert (progress.payloads, progress.samples, progress.resent, progress.unacked) == (40, ROWS, 0, 0)
            newest = [reading.t[-1] for _, reading in product.readings]
            assert all(b >= a - 8 * 10 for a, b in pairwise(newest))  # within a window

    asyncio.run(asyncio.wait_for(scene(), 30))


def test_lost_acks_are_asked_for_again(  # type: ignore[no-untyped-def]
    broker: Broker,
    service,
    recording: pl.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(device_module, "RETRY", (0.3, 0.3))

    async def scene() -> None:
        async with service(broker.port, wants=lambda seen: seen > 1).running() as product:
            progress = await publish(recording, broker.port)
            whole(product, recording)
            assert progress.resent >= 40
            assert [record.levelname for record in caplog.records].count("WARNING") == 1

    asyncio.run(asyncio.wait_for(scene(), 60))


def test_a_broker_that_dies_loses_nothing(service, recording: pl.DataFrame) -> None:  # type: ignore[no-untyped-def]
    """The first broker takes payloads that no service ever sees; the second gets them again."""

    async def scene() -> None:
        loop = asyncio.get_running_loop()
        first = Broker(port=0).start()
        sending = asyncio.create_task(publish(recording, first.port))
        async with service(first.port, wants=lambda seen: False).running() as deaf:
            while len(deaf.readings) < 5:
                await asyncio.sleep(0.005)
        await loop.run_in_executor(None, first.stop)
        second = Broker(port=first.port)
        await loop.run_in_executor(None, second.start)
        async with service(second.port).running() as product:
            await sending
            whole(product, recording)
        await loop.run_in_executor(None, second.stop)

    asyncio.run(asyncio.wait_for(scene(), 60))


def test_publish_does_not_end_while_anything_is_unacknowledged(  # type: ignore[no-untyped-def]
    broker: Broker, service, recording: pl.DataFrame
) -> None:
    async def scene() -> None:
        async with service(broker.port, wants=lambda seen: False).running() as deaf:
            sending = asyncio.create_task(publish(recording, broker.port))
            while len(deaf.readings) < 16:  # both windows full
                await asyncio.sleep(0.005)
            assert not sending.done()
            sending.cancel()

    asyncio.run(asyncio.wait_for(scene(), 30))


def test_out_of_order_rows_are_sent_as_they_stand(recording: pl.DataFrame) -> None:
    one = recording.filter(pl.col("vehicle_id") == "a")
    mixed = pl.concat([one.tail(30), one.head(30)])
    as_is, in_time = (list(loads(mixed, Cut(), order)[0].payloads) for order in (False, True))
    assert [payload.samples for payload in as_is] == [10] * 6
    assert as_is[0].at > in_time[0].at


def test_the_command_says_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("time,speed\n1,2\n")
    result = CliRunner().invoke(main, ["publish", str(path)])
    assert result.exit_code == 1
    assert "no column t and vehicle_id" in result.output


def test_record_writes_recording_sheet_and_registry(tmp_path: Path) -> None:
    words = ["record", str(tmp_path / "day.parquet"), "--answers", str(tmp_path / "sheet.json")]
    words += ["--registry", str(tmp_path / "registry"), "--vehicles", "2", "--hours", "0.2", "--json"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert pl.read_parquet(tmp_path / "day.parquet")["vehicle_id"].n_unique() == 2
    assert pl.read_json(tmp_path / "sheet.json").columns[0] == "kind"
    assert (tmp_path / "registry" / "devices.csv").is_file()


def test_a_recording_is_broken_on_its_way_line_and_data_and_the_sheet_says_so(recording: pl.DataFrame) -> None:
    placed = recording.with_columns(lat_deg=49.0, lon_deg=8.4)
    rates = {"reconnects": 200.0, "malformed": 100.0, "duplicates": 200.0, "stolen_identity": 1.0}
    cargo = broken(placed, Cut(), rates, seed=3)
    sheet = pl.concat([load.sheet for load in cargo])
    assert set(sheet["kind"]) == {f"fault_{name}" for name in rates}
    storms = sheet.filter(kind="fault_reconnects")
    assert storms.filter(vehicle_id="a")["start"].equals(storms.filter(vehicle_id="b")["start"])
    assert all(load.disturbances and load.samples > ROWS // 2 for load in cargo)
    said = {(load.vehicle, t) for load in cargo for one in load.payloads for t in decode(one.body).t}
    assert said == set(placed.select("vehicle_id", "t").iter_rows())


def test_a_fault_that_needs_what_is_not_there_is_said_plainly(recording: pl.DataFrame, tmp_path: Path) -> None:
    recording.write_parquet(tmp_path / "day.parquet")
    result = CliRunner().invoke(main, ["publish", str(tmp_path / "day.parquet"), "--fault", "gps_jumps=9"])
    assert result.exit_code == 1
    assert "fault gps_jumps: b says no lat_deg and no lon_deg" in result.output
    result = CliRunner().invoke(main, ["publish", str(tmp_path / "day.parquet"), "--fault", "gps_jump"])
    assert result.exit_code == 2 and "did you mean gps_jumps" in result.output
