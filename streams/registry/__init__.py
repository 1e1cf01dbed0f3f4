"""Registry: who is insured, which vehicles, devices and drivers there are, and who drove what when."""

from pathlib import Path

from streams.registry import files
from streams.registry.book import Change, Problem, Registry, RegistryError, diff, ordered
from streams.registry.checks import validate
from streams.registry.files import save
from streams.registry.roster import Roster

__all__ = [
    "Change",
    "Problem",
    "Registry",
    "RegistryError",
    "Roster",
    "check",
    "diff",
    "load",
    "ordered",
    "save",
    "validate",
]


def check(folder: Path) -> tuple[Registry, list[Problem]]:
    """What a folder says, and everything that is wrong with it."""
    registry, problems = files.read(folder)
    return registry, ordered(problems + validate(registry))


def load(folder: Path) -> Registry:
    """The registry in a folder; ``RegistryError`` holds everything that is wrong with it."""
    registry, problems = check(folder)
    if problems:
        raise RegistryError(problems)
    return registry
