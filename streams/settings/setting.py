"""Setting: a field of the configuration with its default, its bounds and what it means."""

import json
from dataclasses import field, fields
from typing import Any


def setting(
    default: Any,
    meaning: str,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    secret: bool = False,
) -> Any:
    """A field with what the reader of docs/configuration.md must know; bounds include both ends."""
    return field(
        default=default,
        metadata={"meaning": meaning, "low": low, "high": high, "choices": choices, "secret": secret},
    )


def differing(section: Any) -> str:
    """The settings of a section that are not as shipped, as JSON that is the same on every machine."""
    found = {part.name: getattr(section, part.name) for part in fields(section)}
    return json.dumps({name: value for name, value in found.items() if value != getattr(type(section)(), name)})
