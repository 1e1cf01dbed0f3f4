"""Crews: the processes of a load test and the ear beside them, from the ramp to the tally."""

import asyncio
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple

from simulator.link import Account, LinkError
from simulator.load.crew import Crew, LoadError, Times
from simulator.load.ear import Ear
from simulator.load.plan import Plan

LEAD = 0.5  # s from the last device that is ready to the beginning
SPARE = 64  # open files beside the connections


class Done(NamedTuple):
    """What a crew did; ``planted`` are vehicle and due time (monotonic s) of each event."""

    plan: Plan
    times: Times
    planted: list[tuple[str, float]]
    lost: int
    resent: int
    reconnects: int
    cpu: float  # s of this process while it drove


class Heard(NamedTuple):
    """The crews' work and the latency of each planted event's alert, s; NaN none came."""

    crews: list[Done]
    alerts: list[float]
    vehicles: list[str]  # of the alerts


def work(pipe: Connection, plan: Plan, accounts: Sequence[Account]) -> None:
    """A crew's process: says True when it is ready, waits for the beginning, says what it did."""
    try:
        _allow(len(accounts) + SPARE)
        asyncio.run(_work(pipe, plan, accounts))
    except* (LinkError, LoadError, OSError) as errors:
        pipe.send(LoadError(str(errors.exceptions[0])))


async def _work(pipe: Connection, plan: Plan, accounts: Sequence[Account]) -> None:
    crew, loop = Crew(plan, accounts), asyncio.get_running_loop()
    if parent := multiprocessing.parent_process():
        loop.add_reader(parent.sentinel, sys.exit, 1)  # whoever started it is gone: nobody would end it
    await crew.connect()
    await crew.greet()
    pipe.send(True)
    begun = await loop.run_in_executor(None, pipe.recv)
    cpu = time.process_time()
    await crew.drive(begun)
    cpu = time.process_time() - cpu
    await crew.drained()
    planted = [(plan.vehicle(int(n) % plan.vehicles), begun + plan.due(float(n))) for n in crew.planted]
    pipe.send(Done(plan, crew.times, planted, crew.lost, crew.resent, crew.reconnects, cpu))
    await crew.leave()


def _allow(files: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and files > hard:
        raise LoadError(
            f"{files} connections need as many open files, and {hard} are allowed; see `ulimit -n`, or give --processes"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, files), hard))


async def drive(
    plans: list[Plan], account: Callable[[str], Account], ear: Account, tell: Callable[[str], None]
) -> Heard:
    """Bring the load of all plans at once; ``account`` is that of a vehicle, ``ear`` the listener's."""
    spawn = multiprocessing.get_context("spawn")
    fleet = plans[0].fleet
    async with AsyncExitStack() as stack:
        listener = await stack.enter_async_context(Ear(fleet, ear))
        pipes = []
        for plan in plans:
            mine, theirs = spawn.Pipe()
            process = spawn.Process(target=work, args=(theirs, plan, _accounts(plan, account)), daemon=True)
            process.start()
            stack.callback(_end, process)
            pipes.append(mine)
        tell("connecting")
        await asyncio.gather(*map(_answer, pipes))
        span = plans[0].batch
        begun = time.monotonic() + LEAD + (span if plans[0].samples > 1 else 0.0)  # after the first payloads' samples
        for pipe in pipes:
            pipe.send(begun)
        tell("driving")
        crews = await asyncio.gather(*map(_answer, pipes))
        tell("waiting for the last alerts")
        return await _matched(crews, listener)


def _accounts(plan: Plan, account: Callable[[str], Account]) -> list[Account]:
    if plan.shared:
        hubs = [f"hub-{plan.first}-{k}" for k in range(plan.shared)]
        return [account(hub) for hub in hubs]
    return [account(plan.vehicle(k)) for k in range(plan.vehicles)]


async def _answer(pipe: Connection) -> Any:
    """What a crew says next; raises ``LoadError``."""
    try:
        said = await asyncio.get_running_loop().run_in_executor(None, pipe.recv)
    except EOFError:
        raise LoadError("a process of the load test ended by itself") from None
    if isinstance(said, LoadError):
        raise said
    return said


async def _matched(crews: list[Done], ear: Ear) -> Heard:
    """Wait for the alerts that are still to come, then match them to what was planted."""
    wanted = [(vehicle, crew.plan.kind, due) for crew in crews for vehicle, due in crew.planted]
    end = time.monotonic() + crews[0].plan.drain
    while time.monotonic() < end and any(ear.after(*one) != ear.after(*one) for one in wanted):
        await asyncio.sleep(0.05)
    latency = [ear.after(*one) - one[2] for one in wanted]
    return Heard(crews, latency, [vehicle for vehicle, *_ in wanted])


def _end(process: BaseProcess) -> None:
    process.terminate()
    process.join()
