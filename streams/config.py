"""Config: one TOML file, then the environment, then --set, read once; an unknown key is an error, not a shrug."""

import dataclasses
import difflib
import hashlib
import json
import os
import typing
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from streams.kernels.params import CLASSES
from streams.layers import FILE_VARIABLE, ConfigError, Literal, Said, from_argument, from_environment, from_file
from streams.settings import (
    AlertSetting,
    Archive,
    Bridge,
    Commit,
    Console,
    Data,
    Gateway,
    Hours,
    Http,
    Kafka,
    Ledger,
    Map,
    Mqtt,
    Paging,
    Pricing,
    Retention,
    Settle,
    Sinks,
    Store,
    Tariff,
    differing,
)

if TYPE_CHECKING:
    from streams.alert_rules import AlertRule
    from streams.kernels.params import Param, Records

MASK = "••••••"

Params = Mapping[str, Sequence["Param"]]  # kind -> the parameters its kernel has
Overrides = Mapping[str, Mapping[str, Mapping[str, float]]]  # kind -> parameter -> class -> value in config units


@dataclass(frozen=True)
class Config:
    """All settings; ``alerts`` and ``detectors`` hold only what was changed, ``origins`` where each key was set."""

    data: Data = field(default_factory=Data)
    mqtt: Mqtt = field(default_factory=Mqtt)
    kafka: Kafka = field(default_factory=Kafka)
    bridge: Bridge = field(default_factory=Bridge)
    store: Store = field(default_factory=Store)
    archive: Archive = field(default_factory=Archive)
    http: Http = field(default_factory=Http)
    console: Console = field(default_factory=Console)
    map: Map = field(default_factory=Map)
    gateway: Gateway = field(default_factory=Gateway)
    commit: Commit = field(default_factory=Commit)
    settle: Settle = field(default_factory=Settle)
    retention: Retention = field(default_factory=Retention)
    alerts: Mapping[str, AlertSetting] = field(default_factory=dict)
    paging: Paging = field(default_factory=Paging)
    hours: Hours = field(default_factory=Hours)
    tariff: Tariff = field(default_factory=Tariff)
    pricing: Pricing = field(default_factory=Pricing)
    ledger: Ledger = field(default_factory=Ledger)
    sinks: Sinks = field(default_factory=Sinks)
    detectors: Overrides = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)


SECTIONS = tuple(part.name for part in dataclasses.fields(Config) if part.name != "origins")


def load(
    path: Path | None = None,
    environ: Mapping[str, str] | None = None,
    sets: Sequence[str] = (),
    params: Params | None = None,
    kinds: Collection[str] | None = None,
) -> Config:
    """The settings of ``path`` (or of the file TRIPMETER_CONFIG names), overridden by ``environ``, then by ``sets``.

    ``params`` is what ``[detectors]`` may name (streams.pipeline.chain.PARAMS), ``kinds`` what ``[alerts]`` may name
    (streams.alert_rules.RULES); where one is not given, names are taken as written. Raises ``ConfigError`` naming
    every unknown key and impossible value at once.
    """
    environ = os.environ if environ is None else environ
    path = path or (Path(environ[FILE_VARIABLE]) if FILE_VARIABLE in environ else None)
    said = [*(from_file(path) if path else ()), *from_environment(environ), *map(from_argument, sets)]
    known = None if params is None else {kind: [param.name for param in row] for kind, row in params.items()}
    config, problems = _settled(said, known, kinds)
    if problems:
        raise ConfigError("\n".join(problems))
    return config


def thresholds(config: Config, params: Params) -> "dict[str, Records]":
    """By kind, the parameters its kernel reads, a row per vehicle class, settings in place of defaults."""
    found = {}
    for kind, row in params.items():
        rows = np.zeros(len(CLASSES), [(param.name, "f8") for param in row])
        for param in row:
            rows[param.name] = param.by_class()
            for klass, value in config.detectors.get(kind, {}).get(param.name, {}).items():
                rows[param.name][CLASSES.index(klass)] = value * param.scale
        found[kind] = rows
    return found


def rule_version(config: Config, params: Params) -> str:
    """Twelve characters that name thresholds and hours rules: the same numbers have the same name on every machine.

    Hours rules as shipped add nothing, so that a name from before they were part of it means what it meant.
    """
    digest = hashlib.sha256()
    for kind, rows in sorted(thresholds(config, params).items()):
        digest.update(json.dumps([kind, rows.dtype.names, rows.tolist()]).encode())
    if config.hours != Hours():
        digest.update(differing(config.hours).encode())
    return digest.hexdigest()[:12]


def alert_rules(config: Config, rules: "Mapping[str, AlertRule]") -> "dict[str, AlertRule]":
    """The shipped ``rules`` with the fleet's settings, first those for ``default``, then those of the kind."""
    found = {}
    for kind, rule in rules.items():
        for name in ("default", kind):
            rule = _alert_rule(rule, config.alerts.get(name, AlertSetting()))
        found[kind] = rule
    return found


def _alert_rule(rule: "AlertRule", said: AlertSetting) -> "AlertRule":
    priorities, quiet_s = list(rule.priorities), rule.quiet_s if said.quiet_s < 0 else said.quiet_s
    for k in range(3 if said.min_level else 0):
        priorities[k] = (priorities[k] or "info") if k + 1 >= said.min_level else None
    three = (priorities[0], priorities[1], priorities[2])
    at_night = said.at_night == "yes" if said.at_night else rule.at_night
    pages = said.pages or rule.pages
    return dataclasses.replace(rule, priorities=three, quiet_s=quiet_s, pages=pages, at_night=at_night)


def show(config: Config) -> dict[str, tuple[Any, str]]:
    """Each setting by its dotted key: the value, secrets masked, and where it was said (``default``)."""
    shown: dict[str, tuple[Any, str]] = {}
    for section in SECTIONS:
        for key, value, secret in _leaves(section, getattr(config, section)):
            origin = config.origins.get(key) or config.origins.get(key.rpartition(".")[0], "default")
            shown[key] = (MASK if secret and value else value, origin)
    return shown


def meant(word: str, known: Iterable[str]) -> tuple[str, list[str]]:
    """The name that was probably meant by ``word`` (empty: none), and what there is to choose from, if not much."""
    names = list(known)
    close = difflib.get_close_matches(word, names, 1, 0.5)
    return (close[0] if close else "", names if len(names) <= 40 else [])


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of a complaint about ``word``: the name that was probably meant, else what there is to choose from."""
    name, names = meant(word, known)
    if name:
        return f"; did you mean {name!r}?"
    return f"; there is {', '.join(names)}" if names else ""


def _leaves(key: str, value: Any, secret: bool = False) -> Iterable[tuple[str, Any, bool]]:
    if dataclasses.is_dataclass(value):
        for part in dataclasses.fields(value):
            yield from _leaves(f"{key}.{part.name}", getattr(value, part.name), bool(part.metadata.get("secret")))
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(f"{key}.{name}", inner, secret)
    else:
        yield key, str(value) if isinstance(value, Path) else value, secret


def _settled(
    said: Iterable[Said], known: Mapping[str, Sequence[str]] | None, kinds: Collection[str] | None
) -> tuple[Config, list[str]]:
    """The configuration after all that was said, and what of it was wrong."""
    config, problems, origins = Config(), [], dict[str, str]()
    for one in said:
        key = ".".join(one.key)
        try:
            config = _with(config, one, known, kinds)
            origins = {name: origin for name, origin in origins.items() if not name.startswith(key + ".")}
            origins[key] = one.origin
        except ValueError as error:
            problems.append(f"{one.origin}: {error}")
    if 0 < config.retention.payloads_days < config.settle.horizon_days:
        problems.append("retention.payloads_days is shorter than settle.horizon_days: late data could not be settled")
    if config.hours.rule == "custom" and not (config.hours.drive_h and config.hours.break_min):
        problems.append("hours.rule is 'custom': set hours.drive_h and hours.break_min")
    return dataclasses.replace(config, origins=origins), problems


def _with(
    config: Config, said: Said, known: Mapping[str, Sequence[str]] | None, kinds: Collection[str] | None
) -> Config:
    section, *rest = said.key
    if section not in SECTIONS:
        raise ValueError(f"unknown section {section!r}{nearest(section, SECTIONS)}")
    if section == "detectors":
        value: Any = _with_threshold(config.detectors, rest, said.value, known)
    elif section == "alerts":
        value = _with_alert(config.alerts, rest, said.value, kinds)
    else:
        value = _with_setting(getattr(config, section), section, rest, said.value)
    return dataclasses.replace(config, **{section: value})


def _with_setting(section: Any, name: str, rest: Sequence[str], value: Any) -> Any:
    parts = {part.name: part for part in dataclasses.fields(section)}
    key = ".".join(rest)
    if key not in parts:
        raise ValueError(f"unknown key {name}.{key}{nearest(key, parts)}")
    return dataclasses.replace(section, **{key: _checked(parts[key], type(section), f"{name}.{key}", value)})


def _with_alert(
    alerts: Mapping[str, AlertSetting], rest: Sequence[str], value: Any, kinds: Collection[str] | None
) -> Mapping[str, AlertSetting]:
    kind = rest[0] if rest else ""
    if kinds is not None and kind not in (*kinds, "default"):
        raise ValueError(f"unknown key alerts.{kind}{nearest(kind, ['default', *kinds])}")
    return {**alerts, kind: _with_setting(alerts.get(kind, AlertSetting()), f"alerts.{kind}", rest[1:], value)}


def _with_threshold(
    detectors: Overrides, rest: Sequence[str], value: Any, known: Mapping[str, Sequence[str]] | None
) -> Overrides:
    key = ".".join(["detectors", *rest])
    if len(rest) not in (2, 3):
        raise ValueError(f"{key}: expected detectors.KIND.PARAMETER, or detectors.KIND.PARAMETER.CLASS")
    kind, name = rest[:2]
    if known is not None and kind not in known:
        raise ValueError(f"unknown detector {kind!r}{nearest(kind, known)}")
    if known is not None and name not in known[kind]:
        raise ValueError(f"unknown parameter detectors.{kind}.{name}{nearest(name, known[kind])}")
    classes = rest[2:] or CLASSES
    if classes[0] not in CLASSES:
        raise ValueError(f"unknown vehicle class {classes[0]!r}{nearest(classes[0], CLASSES)}")
    number = _as(float, value, key)
    params = detectors.get(kind, {})
    by_class = {**params.get(name, {}), **dict.fromkeys(classes, number)}
    return {**detectors, kind: {**params, name: by_class}}


def _checked(part: "dataclasses.Field[Any]", owner: type, key: str, value: Any) -> Any:
    """``value`` as the type the setting has, within its bounds."""
    found = _as(typing.get_type_hints(owner)[part.name], value, key)
    low, high, choices = (part.metadata[name] for name in ("low", "high", "choices"))
    if choices and found not in choices:
        raise ValueError(f"{key} is {found!r}{nearest(found, choices)}")
    if (low is not None and not found >= low) or (high is not None and not found <= high):
        raise ValueError(f"{key} is {found}, expected " + (f"at least {low}" if high is None else f"{low} to {high}"))
    return found


def _as(kind: Any, value: Any, key: str) -> Any:
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "text", Path: "a path"}
    if isinstance(value, Literal):
        value = str(value) if kind in (str, Path) else value.parsed()
    if kind is float and type(value) is int:
        return float(value)
    if kind is Path and isinstance(value, str):
        return Path(value)
    if type(value) is not kind or value != value:
        raise ValueError(f"{key} is {value!r}, expected {words[kind]}")
    return value
