"""Page: plans as rows of text, for the screen and for the sizing tables of docs/scaling.md."""

import re
from collections.abc import Callable, Sequence
from functools import partial

from streams.planning.measured import Costs
from streams.planning.plan import Fleet, Plan, assumptions, plan

VEHICLES = (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
TABLES = {  # of the page: by name, the same fleets with devices of other habits
    "hz_in_tens": Fleet(1, hz=1.0, samples=10),
    "hz_in_minutes": Fleet(1, hz=1.0, samples=60),
    "every_30_s": Fleet(1, hz=1 / 30, samples=1),
}
_MARKS = re.compile(r"(<!-- plan: (\w+) -->\n)[^<]*<!-- end -->")


def rows(plans: Sequence[Plan]) -> list[tuple[str, list[str]]]:
    """Heading and a cell a plan."""
    kinds = list(plans[0].kinds)
    said: list[tuple[str, Callable[[Plan], str]]] = [
        ("samples/s at the busiest moment", lambda one: _short(one.samples_s)),
        ("payloads/s then", lambda one: _short(one.payloads_s)),
        ("installations", lambda one: f"{one.cells:,}"),
        ("*of each:* partitions", lambda one: f"{one.partitions}"),
        ("workers", lambda one: f"{one.workers}"),
        ("bridges", lambda one: f"{one.bridges}"),
        *[(f"machines for {kind}", partial(_machines, kind)) for kind in kinds],
        ("Kafka's disks, GB each", lambda one: _short(one.kafka.disk_gb)),
        ("PostgreSQL's disk, GB", lambda one: _short(one.postgres.disk_gb)),
        ("its log, MB/s; writes/s", lambda one: f"{one.log_mb_s:.1f}; {_short(one.iops)}"),
        ("*of all:* machines", lambda one: f"{one.machines:,}"),
        ("archive, GB", lambda one: _short(one.archive_gb)),
        (f"{plans[0].currency} a month", lambda one: _short(one.month)),
        ("a vehicle and month", lambda one: f"{one.month / one.fleet.vehicles:.3f}"),
    ]
    return [(name, [cell(one) for one in plans]) for name, cell in said]


def table(plans: Sequence[Plan]) -> str:
    """A Markdown table, a column a plan."""
    head = ["vehicles", *[_short(one.fleet.vehicles) for one in plans]]
    lines = [head, ["---", *["---:"] * len(plans)], *[[name, *cells] for name, cells in rows(plans)]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def refresh(text: str) -> str:
    """``text`` with every table between its marks made anew."""
    return _MARKS.sub(lambda found: f"{found[1]}{_of_page(found[2])}\n<!-- end -->", text)


def _of_page(name: str) -> str:
    given, costs, like = assumptions(), Costs.read(), TABLES[name]
    fleets = [Fleet(count, like.hz, like.samples) for count in VEHICLES]
    return table([plan(fleet, costs, given) for fleet in fleets])


def _machines(kind: str, one: Plan) -> str:
    """How many, of how many processors and GB of memory."""
    found = one.kinds[kind]
    return f"{found.count} x {found.cores}/{found.memory_gb}"


def _short(value: float) -> str:
    """Three digits, or whole numbers below a thousand."""
    for size, name in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if value >= size:
            return f"{value / (1e3 if name == 'k' else size):.3g} {name}"
    return f"{value:,.0f}"
