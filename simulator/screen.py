"""Screen: progress on the terminal, on standard error so that standard output stays the result's; and memory."""

import resource
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, track

from simulator import convoy
from simulator.convoy import Tell

T = TypeVar("T")


def bar(label: str, items: Iterable[T], total: int, quiet: bool) -> Iterator[T]:
    """``items``, with a bar that fills as they come."""
    console = Console(stderr=True, quiet=quiet)
    return iter(track(items, label, total=total, console=console, transient=True))


@contextmanager
def sending(total: int, quiet: bool) -> Iterator[Tell]:
    """A bar over ``total`` samples; gives what tells it how far the convoy is."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[state]}"),
    )
    with Progress(*columns, console=Console(stderr=True, quiet=quiet), refresh_per_second=4) as progress:
        task = progress.add_task("sending", total=total, state="connecting")

        def tell(now: convoy.Progress) -> None:
            clock = datetime.fromtimestamp(now.at, UTC).strftime("%d %b %H:%M:%S") if now.at else "-"
            state = f"feed clock {clock}, {now.unacked} payloads on their way, {now.connected} devices"
            progress.update(task, completed=now.samples, state=state)

        yield tell


@contextmanager
def telling(quiet: bool) -> Iterator[Callable[[str], None]]:
    """A line that says what is going on."""
    with Console(stderr=True, quiet=quiet).status("starting") as status:
        yield status.update


def memory_mb() -> int:
    """Most memory that this process has held so far."""
    said = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(said / (1 << 20 if sys.platform == "darwin" else 1 << 10))
