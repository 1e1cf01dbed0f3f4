"""Canonical: one text for one content, so that its hash names it."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from pricing.money import decimal

AS_IT_IS = {str, int, bool, type(None)}


def text(content: Any) -> str:
    """JSON in ASCII, keys in order, no spaces; ``content`` is of texts, whole numbers, true, false, null, lists, dicts.

    Raises ``TypeError`` for a float: its digits are not the same in every language. ``plain`` makes texts of them.
    """
    _without_floats(content)
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


def digest(canonical: str) -> str:
    """sha256 in 64 hex digits."""
    return sha256(canonical.encode()).hexdigest()


def plain(value: Any) -> Any:
    """``value`` as ``text`` takes it: decimals as they are written, floats to 6 places, missing (NaN) as null.

    Records become dicts; dates and moments ISO texts, moments in UTC to the microsecond.
    """
    if type(value) in AS_IT_IS:  # most of an entry: 2.2 -> 1.1 ms an indication and its charge
        return value
    if isinstance(value, float | Decimal | date):
        return _scalar(value)
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def moment(at: datetime) -> str:
    """A moment as text: texts are in the order of the moments."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone: a ledger cannot guess it")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _scalar(value: float | Decimal | date) -> str | None:
    if isinstance(value, float):
        return None if math.isnan(value) else format(decimal(value), "f")
    if isinstance(value, Decimal):
        return format(value, "f")
    return moment(value) if isinstance(value, datetime) else value.isoformat()


def _without_floats(content: Any) -> None:
    if isinstance(content, float):
        raise TypeError(f"{content!r} is a float and has no canonical text; make it a Decimal or a text")
    if isinstance(content, dict | list):
        for item in content.values() if isinstance(content, dict) else content:
            _without_floats(item)
