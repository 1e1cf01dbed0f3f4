"""run: the embedded service, until Ctrl-C or SIGTERM."""

import signal
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import click

from console.start import LIVE, REPLAY, Told, beside
from devices.broker import BrokerError
from devices.gateway import GatewayError
from pricing.document import TariffError
from streams import config, roads, rules
from streams.alert_rules import RULES
from streams.cli import screen
from streams.config import Config
from streams.layers import ConfigError
from streams.pipeline.chain import PARAMS
from streams.roads import RoadsError
from streams.service import Service
from streams.store.migrations import SchemaError

ALONE = "store.url is set, but 'tripmeter run' has a database of its own: unset it, or start 'tripmeter worker'"


@click.command("run")
@screen.data_option
@click.option(
    "--mqtt", metavar="HOST:PORT", help="Broker to connect to; a loopback address starts one [default: 127.0.0.1:1883]."
)
@click.option("--external", is_flag=True, help="The broker at --mqtt runs already (Mosquitto): connect, start none.")
@click.option("--http", metavar="HOST:PORT", help="Address of /metrics, /healthz, /readyz [default: 127.0.0.1:8787].")
@click.option("--console", metavar="HOST:PORT", help="Address of the console [default: 127.0.0.1:8788].")
@click.option("--accept-unregistered", is_flag=True, help="Take vehicles the registry does not know.")
@screen.clock_option("its newest time")
@screen.verbose_option
@screen.config_options
def command(
    data: Path | None,
    mqtt: str | None,
    external: bool,
    http: str | None,
    console: str | None,
    accept_unregistered: bool,
    clock: str,
    config_path: Path | None,
    sets: tuple[str, ...],
) -> None:
    """Keep serving: take telemetry over MQTT, publish alerts and acks, keep the record."""
    try:
        settings = config.load(config_path, sets=sets, params=PARAMS, kinds=RULES)
        settings = _with_options(settings, data, mqtt, external, http, console, accept_unregistered)
        if settings.store.url:
            raise ConfigError(ALONE)
        known = settings.data.dir / roads.FILE
        judged = rules.gather(settings, roads.load(known) if known.is_file() else None)
        screen.compiled()
        fed, told = clock == "feed", Told()
        sinks = [told] if settings.console.enabled else []
        with Service(settings, judged, feed_clock=fed, sinks=sinks) as service, ExitStack() as shown:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: service.stop())
            _greet(service, settings)
            if settings.console.enabled:
                face = beside(service, settings, judged, REPLAY if fed else LIVE, told)
                screen.err.print(shown.enter_context(face).welcome, markup=False)
            service.serve()
            service.drain()
    except (ConfigError, RoadsError, TariffError, SchemaError, BrokerError, GatewayError, OSError) as error:
        raise screen.fail(error) from error
    screen.err.print("stopped; everything acknowledged is on record")


def _greet(service: Service, settings: Config) -> None:
    mqtt = f"{service.gateway.host}:{service.gateway.port}"
    screen.err.print(f"tripmeter is serving: mqtt://{mqtt}  {service.health.url}/metrics")
    screen.err.print(f"data in {settings.data.dir}; stop with Ctrl-C")


def _with_options(
    settings: Config,
    data: Path | None,
    mqtt: str | None,
    external: bool,
    http: str | None,
    console: str | None,
    accept: bool,
) -> Config:
    if data:
        settings = replace(settings, data=replace(settings.data, dir=data))
    if mqtt:
        settings = screen.listening(settings, "mqtt", mqtt, "--mqtt")
    if external:
        settings = replace(settings, mqtt=replace(settings.mqtt, broker="external"))
    if http:
        settings = screen.listening(settings, "http", http, "--http")
    if console:
        settings = screen.listening(settings, "console", console, "--console")
    if accept:
        settings = replace(settings, gateway=replace(settings.gateway, accept_unregistered=True))
    return settings
