"""bridge: what devices publish, from their broker into Kafka, until Ctrl-C or SIGTERM."""

import signal
from pathlib import Path

import click

from devices.gateway import GatewayError
from streams import config
from streams.alert_rules import RULES
from streams.cli import screen
from streams.distributed.bridge import BridgeError
from streams.layers import ConfigError
from streams.pipeline.chain import PARAMS


@click.command("bridge")
@screen.verbose_option
@screen.config_options
def command(config_path: Path | None, sets: tuple[str, ...]) -> None:
    """Carry telemetry from the vehicles' broker into Kafka; one or several, before any number of workers.

    Addresses and secrets are settings: mqtt.host, kafka.bootstrap, bridge.share; 'tripmeter config show' lists them.
    """
    try:
        from streams.distributed.bridging import Bridging, KafkaSetupError
    except ModuleNotFoundError as error:
        raise screen.fail(f"{error.name} is not installed: pip install 'tripmeter[distributed]'") from error
    try:
        settings = config.load(config_path, sets=sets, params=PARAMS, kinds=RULES)
        with Bridging(settings) as bridging:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: bridging.stop())
            screen.err.print(
                f"tripmeter bridge: mqtt://{settings.mqtt.host}:{settings.mqtt.port} -> "
                f"kafka://{settings.kafka.bootstrap}/{settings.kafka.topic}  "
                f"{bridging.health.url}/metrics; stop with Ctrl-C"
            )
            bridging.serve()
    except (ConfigError, KafkaSetupError, BridgeError, GatewayError, OSError) as error:
        raise screen.fail(error) from error
    screen.err.print("stopped; everything acknowledged is in Kafka")
