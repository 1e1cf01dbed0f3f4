"""detectors: what is detected, at which thresholds by vehicle class, and where the numbers come from."""

from pathlib import Path

import click

from streams import config
from streams.alert_rules import RULES
from streams.cli import screen
from streams.detectors import DETECTORS
from streams.kernels.params import CLASSES
from streams.layers import ConfigError
from streams.pipeline.chain import PARAMS


@click.command("detectors")
@click.argument("kind", required=False)
@screen.config_options
@screen.json_option
def command(kind: str | None, config_path: Path | None, sets: tuple[str, ...], as_json: bool) -> None:
    """List the detectors, or the thresholds of KIND as configured."""
    known = {detector.kind: detector for detector in DETECTORS}
    if kind is None:
        rows = [[one.kind, one.unit, one.meaning] for one in DETECTORS]
        if as_json:
            screen.emit([dict(zip(("kind", "unit", "meaning"), row, strict=True)) for row in rows])
            return
        screen.out.print(screen.table("detectors", [("kind", "left"), ("unit", "left"), ("meaning", "left")], rows))
        return
    if kind not in PARAMS:
        raise screen.fail(f"there is no detector {kind!r}; there is {', '.join(known)}")
    try:
        settings = config.load(config_path, sets=sets, params=PARAMS, kinds=RULES)
    except ConfigError as error:
        raise screen.fail(error) from error
    effective = config.thresholds(settings, PARAMS)[kind]
    rows = [
        [param.name, *[f"{value / param.scale:.4g}" for value in effective[param.name]], param.source]
        for param in PARAMS[kind]
    ]
    if as_json:
        screen.emit([dict(zip(("parameter", *CLASSES, "source"), row, strict=True)) for row in rows])
        return
    columns = [("parameter", "left"), *[(name, "right") for name in CLASSES], ("source", "left")]
    screen.out.print(screen.table(kind, columns, rows))
