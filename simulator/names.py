"""Names: what somebody may have meant by a name that does not exist."""

import difflib
from collections.abc import Iterable

SHOWN = 20  # names


def hint(name: str, known: Iterable[str]) -> str:
    """The nearest of the names there are, or all of them, or the first few."""
    names = list(known)
    near = difflib.get_close_matches(name, names, 1)
    more = " ..." if len(names) > SHOWN else ""
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(names[:SHOWN])}{more}"
