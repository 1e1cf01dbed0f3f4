"""worker: partitions of a fleet that has outgrown one process, from Kafka into PostgreSQL, until Ctrl-C or SIGTERM."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy.exc import DBAPIError

from devices.gateway import GatewayError
from pricing.document import TariffError
from streams import config, roads, rules
from streams.alert_rules import RULES
from streams.cli import database, screen
from streams.config import Config
from streams.layers import ConfigError
from streams.pipeline.chain import PARAMS
from streams.roads import RoadsError
from streams.rules import Rules
from streams.store.migrations import SchemaError

if TYPE_CHECKING:
    from streams.distributed.working import Working

logger = logging.getLogger(__name__)


@click.command("worker")
@screen.data_option
@screen.clock_option("a partition's newest time")
@screen.verbose_option
@screen.config_options
def command(data: Path | None, clock: str, config_path: Path | None, sets: tuple[str, ...]) -> None:
    """Take frames from Kafka, keep the record in PostgreSQL, publish alerts and acks; start as many as needed.

    Addresses and secrets are settings: kafka.bootstrap, store.url, mqtt.host; 'tripmeter config show' lists them.
    """
    sets = (*sets, f"data.dir={data}") if data else sets
    try:
        settings = config.load(config_path, sets=sets, params=PARAMS, kinds=RULES)
        known = settings.data.dir / roads.FILE
        judged = rules.gather(settings, roads.load(known) if known.is_file() else None)
        database.ready(settings.store.url)
        screen.compiled()
    except (ConfigError, RoadsError, SchemaError, TariffError, OSError) as error:
        raise screen.fail(error) from error
    code = _ended(_serve(settings, judged, clock == "feed"))
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)  # Faust may keep threads, and all is saved


def _ended(work: Coroutine[Any, Any, int]) -> int:
    """The exit code of ``work``, whatever it ends with.

    An error that left the command would wait for Faust's threads, which wait for ever and keep our partitions.
    """
    try:
        return asyncio.new_event_loop().run_until_complete(work)
    except click.ClickException:  # nothing has begun
        raise
    except (Exception, asyncio.CancelledError):
        logger.exception("the worker has failed")
        return 1


async def _serve(settings: Config, judged: Rules, feed_clock: bool) -> int:
    """Work until told to stop; the exit code."""
    try:
        from streams.app import WorkerError, create_app, serve
        from streams.distributed.kafka import KafkaSetupError
        from streams.distributed.worker import GivenUpError
        from streams.distributed.working import Working
    except ModuleNotFoundError as error:
        raise screen.fail(f"{error.name} is not installed: pip install 'tripmeter[distributed]'") from error
    stopping = asyncio.Event()
    try:
        with Working(settings, judged, feed_clock=feed_clock) as working:
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, _stop, working, stopping)
            app = create_app(settings.kafka, working.worker)
            _greet(working, settings)
            await serve(app, stopping)
    except (ConfigError, SchemaError, KafkaSetupError, WorkerError, GivenUpError, GatewayError, OSError) as error:
        screen.err.print(f"Error: {error}")
        return 1
    except DBAPIError as error:  # begun anew it goes on from what the database has
        screen.err.print(f"Error: {database.refusal(error)}")
        return 1
    screen.err.print("stopped; everything acknowledged is on record")
    return 0


def _stop(working: "Working", stopping: asyncio.Event) -> None:
    """Told to: in its time, but no longer than the database takes what there is to save."""
    working.stop()
    stopping.set()


def _greet(working: "Working", settings: Config) -> None:
    screen.err.print(
        f"tripmeter worker: kafka://{settings.kafka.bootstrap}/{settings.kafka.topic}  "
        f"{working.health.url}/metrics; stop with Ctrl-C"
    )
