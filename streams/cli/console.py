"""console: the console by itself, over a record that other processes write: workers' PostgreSQL, or a data folder."""

import signal
import threading
from pathlib import Path

import click

from console.start import Told, alone, serving
from streams import config, rules
from streams.alert_rules import RULES
from streams.cli import screen, source
from streams.layers import ConfigError
from streams.pipeline.chain import PARAMS


@click.command("console")
@click.option("--listen", metavar="HOST:PORT", help="Its address [default: 127.0.0.1:8788].")
@screen.data_option
@screen.verbose_option
@screen.config_options
def command(listen: str | None, data: Path | None, config_path: Path | None, sets: tuple[str, ...]) -> None:
    """Serve the console of a record without running a river: 'tripmeter run' has its own.

    Where vehicles are at this moment only the process that runs the river knows: there is no live map here.
    """
    stopped = threading.Event()
    try:
        settings = config.load(config_path, sets=sets, params=PARAMS, kinds=RULES)
        if listen:
            settings = screen.listening(settings, "console", listen, "--listen")
        store = source.store(data)
        with serving(alone(store, settings, rules.gather(settings)), Told()) as shown:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: stopped.set())
            screen.err.print(shown.welcome, markup=False)
            stopped.wait()
        store.close()
    except (ConfigError, OSError) as error:
        raise screen.fail(error) from error
