"""Changed: the text of a tariff with something put in the place of what it said, comments and all else as they were."""

import re
from decimal import Decimal

from pricing.document import TariffError


def renamed(text: str, name: str) -> str:
    """Another name: another content must not go by the old one."""
    return _instead(text, r"(?m)^name = .*$", f'name = "{name}"', "name")


def balanced(text: str, factor: Decimal) -> str:
    """Another off-balance factor."""
    return _instead(text, r"(?m)^off_balance = \S+(.*)$", rf"off_balance = {factor:f}  # solved", "loads.off_balance")


def with_cover(text: str, cover: str, tables: str) -> str:
    """The tables of a cover; those it had go."""
    head = rf"\[covers\.{re.escape(cover)}(\.[^\]]*)?\]"
    kept = re.sub(rf"(?ms)^{head}.*?(?=^\[(?!covers\.{re.escape(cover)}[.\]])|\Z)", "", text)
    return kept.rstrip() + "\n\n" + tables


def with_peers(text: str, tables: str) -> str:
    """Other peers; those it had go. None, where there are no tables."""
    kept = re.sub(r"(?ms)^(#[^\n]*\n)*\[peers(\.[^\]]*)?\].*?(?=^(#[^\n]*\n)*\[(?!peers[.\]])|\Z)", "", text)
    return (kept.rstrip() + "\n\n" + tables).rstrip() + "\n"


def _instead(text: str, pattern: str, new: str, key: str) -> str:
    found, count = re.subn(pattern, lambda _: new, text, count=1)
    if not count:
        raise TariffError(f"the tariff's text says no {key} on a line of its own")
    return found
