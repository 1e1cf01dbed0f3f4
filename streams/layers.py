"""Layers: what a TOML file, the environment and --set arguments say, each value with the place it was said."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

PREFIX = "TRIPMETER_"
FILE_VARIABLE = "TRIPMETER_CONFIG"

Key = tuple[str, ...]


class ConfigError(Exception):
    """Everything that is wrong with the settings, one line each, with where it was said."""


class Said(NamedTuple):
    """One setting as somebody wrote it."""

    key: Key
    value: Any
    origin: str  # as a reader finds it: "fleet.toml line 12", "environment TRIPMETER_HTTP__PORT", "--set ..."


class Literal(str):
    """A value that came as text: the setting it is for decides whether it is a number."""

    __slots__ = ()

    def parsed(self) -> Any:
        """The TOML value it spells, else the text itself."""
        try:
            return tomllib.loads(f"value = {self}")["value"]
        except tomllib.TOMLDecodeError:
            return str(self)


def from_file(path: Path) -> list[Said]:
    """Every leaf of a TOML file with its line."""
    try:
        text = path.read_text("utf-8")
        tree = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); name another file with --config") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    lines = key_lines(text)
    return [Said(key, value, f"{path}{_where(lines, key)}") for key, value in leaves(tree)]


def from_environment(environ: Mapping[str, str]) -> list[Said]:
    """``TRIPMETER_SECTION__KEY=value``, or ``TRIPMETER_SECTION__KEY__FILE=path`` of a file that holds it, by name."""
    names = sorted(name for name in environ if name.startswith(PREFIX) and name != FILE_VARIABLE)
    return [_from_variable(name, environ[name].strip()) for name in names]


def _from_variable(name: str, value: str) -> Said:
    key = tuple(name.removeprefix(PREFIX).lower().split("__"))
    if key[-1] == "file" and len(key) > 2:
        try:
            return Said(key[:-1], Literal(Path(value).read_text("utf-8").strip()), f"environment {name} ({value})")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"environment {name}: {value} cannot be read ({error})") from error
    return Said(key, Literal(value), f"environment {name}")


def from_argument(text: str) -> Said:
    """``section.key=value``."""
    key, equals, value = text.partition("=")
    if not equals:
        raise ConfigError(f"--set {text}: expected section.key=value")
    return Said(tuple(part.strip() for part in key.split(".")), Literal(value.strip()), f"--set {text}")


def leaves(tree: Mapping[str, Any], above: Key = ()) -> Iterable[tuple[Key, Any]]:
    """Every value of nested tables with its whole key."""
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, (*above, name))
        else:
            yield (*above, name), value


def key_lines(text: str) -> dict[Key, int]:
    """Line number of each key of a TOML text; what is inside an inline table counts as its line."""
    found: dict[Key, int] = {}
    section: Key = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+\s*([^\[\]]+?)\s*\]", line):
            section = _parts(header[1])
            found.setdefault(section, number)
        elif entry := re.match(r"\s*([\w.\"' -]+?)\s*=", line):
            found[section + _parts(entry[1])] = number
    return found


def _parts(dotted: str) -> Key:
    return tuple(part.strip(" \"'") for part in dotted.split("."))


def _where(lines: Mapping[Key, int], key: Key) -> str:
    for size in range(len(key), 0, -1):
        if key[:size] in lines:
            return f" line {lines[key[:size]]}"
    return ""
