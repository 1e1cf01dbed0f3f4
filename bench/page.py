"""Page: the results as tables, on the screen and between the marks of docs/performance.md; ``python -m bench.page``."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import capacity, distributed_tables, glm, motion, rating, screen
from bench.beside import OURS, PEERS, Peer
from bench.markdown import rows as _rows
from bench.measure import Result
from streams.planning import page as planning

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
RESULTS = Path(__file__).with_name("results.json")
NAMES = {
    "chain": "**all in one call**",
    "numpy brakes": "harsh braking, plain NumPy",
    "one column": "copying one column",
    "every column": "copying every column",
}
TITLES = {
    "kernels": "Kernels: ns a sample",
    "replay": "Replay from Parquet: ns a sample",
    "gateway": "Gateway: broker to table",
    "ingest": "Service: MQTT to commit",
    "alerts": "First alert",
    "startup": "Start-up",
    "vehicles": "Vehicles served",
    "capacity": "Fleets of own connections",
    "worker": "Worker: frame to commit",
    "peers": "Beside other stream processors",
    "costs": "What a payload costs each part",
    "distributed": "End to end, as many processes",
    "recovery": "A worker killed",
    "scale": "From a thousand vehicles to a million",
    "glm": "A tariff fitted again",
    "rating": "Premiums of a portfolio",
    "motion": "The simulator's step",
    "screen": "The console in a browser",
}


def title(name: str) -> str:
    """What a bench measures."""
    return TITLES[name]


def rounded(value: Any) -> Any:
    """Floats to four significant digits."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value


def table(name: str, measured: Result) -> str:
    """A bench as a Markdown table, and on which machine."""
    where = measured["machine"]
    note = f"{where['cpu']}, {where['cores']} cores, load {where['load_before']} before it began"
    for tool in ("python", "numpy", "numba", "sqlite"):
        note += f"; {tool} {where[tool]}"
    return f"{TABLES[name](measured['result'])}\n\n{note}."


def write(results: Result) -> None:
    """Put the tables into the page."""
    text = PAGE.read_text("utf-8")
    for name, measured in results.items():
        head, foot = f"<!-- bench: {name} -->\n", "<!-- end -->"
        before, found, rest = text.partition(head)
        if found:
            text = f"{before}{head}\n{table(name, measured)}\n\n{foot}{rest.partition(foot)[2]}"
    PAGE.write_text(text, "utf-8")
    sizing = PAGE.with_name("scaling.md")
    sizing.write_text(planning.refresh(sizing.read_text("utf-8")), "utf-8")


def _pairs(pairs: dict[str, str]) -> str:
    return _rows(["", ""], [[name, value] for name, value in pairs.items()])


def _quantiles(found: Result) -> str:
    return f"{found['p50']:.1f} / {found['p99']:.1f} ms"


def _kernels(found: Result) -> str:
    links = next(iter(found.values()))  # in the chain's order, then what they are compared with
    return _rows(["link", *found], [[NAMES.get(k, k), *[f"{one[k]:.1f}" for one in found.values()]] for k in links])


def _replay(found: Result) -> str:
    files = {name: one for name, one in found.items() if name != "bound"}
    rows = []
    for stage in [*found["bound"], "other"]:
        values = [f"{one['ns_sample'].get(stage, 0.0):.1f}" for one in files.values()]
        rows.append([stage, *values, found["bound"].get(stage, "")])
    for key, meaning in (("samples_s_core", "**samples/s/core**"), ("samples_s_wall", "samples/s as it went")):
        rows.append([meaning, *[f"{one[key]:,.0f}" for one in files.values()], ""])
    names = {"made_up": "made up, 1 Hz", "kit": "KIT, 11 Hz"}
    heads = [f"{names[name]}, {one['samples']:,} samples" for name, one in files.items()]
    return _rows(["stage", *heads, "bound by"], rows)


def _gateway(found: Result) -> str:
    rows = []
    for name, one in found["steps"].items():
        rate = one["messages_s_core"]
        rows.append([name, f"{one['cpu_us_message']:.1f}", f"{rate:,.0f}", f"{10 * rate:,.0f}"])
    return _rows(["step", "CPU µs/message", "messages/s/core", "samples/s/core"], rows)


def _ingest(found: Result) -> str:
    return _pairs(
        {
            "messages/s as it went, publisher and broker on the same cores": f"{found['messages_s_wall']:,.0f}",
            "CPU of the service, µs a message": f"{found['cpu_us_message']:.1f}",
            "messages/s/core": f"{found['messages_s_core']:,.0f}",
            "samples/s/core": f"{found['samples_s_core']:,.0f}",
            f"publish to commit at {found['half_load_messages_s']:,.0f} messages/s, p50 / p99": _quantiles(
                found["to_commit_ms"]
            ),
            "CPU of the service then, µs a message": f"{found['half_load_cpu_us_message']:.1f}",
        }
    )


def _alerts(found: Result) -> str:
    head = f"hard brake published to alert received, p50 / p99 of {found['alerts']}"
    return _pairs({head: _quantiles(found["latency_ms"]), "messages/s beside": f"{found['background_messages_s']:.0f}"})


def _startup(found: Result) -> str:
    rows = [[name, f"{one['wall_s']:.1f}", f"{one['cpu_s']:.1f}"] for name, one in found.items()]
    return _rows(["to /readyz", "s", "CPU s"], rows)


def _vehicles(found: Result) -> str:
    rows = []
    for one in found.values():
        if one["vehicles"]:
            rate, cpu = f"{one['messages_s']:,.0f}", f"{one['cpu_us_message']:.0f}"
            rows.append([one["meaning"], f"{one['vehicles']:,}", rate, _quantiles(one["to_commit_ms"]), cpu])
        else:
            rows.append([one["meaning"], "none", "", "", ""])
    return _rows(["habit", "vehicles", "messages/s", "publish to commit p50 / p99", "CPU µs/message"], rows)


def _worker(found: Result) -> str:
    rows = []
    for name, one in found.items():
        costs = [f"{one['cpu_ns_sample'][step]:,.0f}" for step in ("unpack", "decode", "worker")]
        rates = [f"{one['frames_s_core']:,.0f}", f"{one['samples_s_core']:,.0f}"]
        rows.append([name.rpartition("_")[2], f"{one['bytes_frame'] / 1000:.1f}", *costs, *rates])
    head = ["samples a payload", "kB a frame", "unpacked", "and decoded", "**to commit**, ns a sample"]
    table = _rows([*head, "frames/s/core", "samples/s/core"], rows)
    stages = [one["stages_ns_sample"] for one in found.values() if "stages_ns_sample" in one]
    if not stages:
        return table
    costs = [[stage, *[f"{one[stage]:,.0f}" for one in stages]] for stage in stages[0]]
    heads = [f"{name.rpartition('_')[2]} samples a payload" for name in found]
    return f"{table}\n\n{_rows(['CPU ns a sample', *heads], costs)}"


def _peers(found: Result) -> str:
    sizes = " / ".join(name.rpartition("_")[2] for name in found if name != "skipped")
    rows = []
    for name, peer in [*PEERS.items(), (OURS, Peer("**Tripmeter's worker**: everything, on record in PostgreSQL"))]:
        measured = [one[name] for size, one in found.items() if size != "skipped" and name in one]
        if not measured:
            rows.append([peer.meaning, found["skipped"].get(name, "not measured"), *[""] * 3])
            continue
        costs = " / ".join(f"{one['cpu_us_record']:,.0f}" for one in measured)
        records = " / ".join(f"{one['records_s_core']:,.0f}" for one in measured)
        samples = " / ".join(f"{one['samples_s_core']:,.0f}" for one in measured)
        rows.append(
            [peer.meaning, costs, records, samples, " / ".join(f"{one['ours_to_this']:.2g}" for one in measured)]
        )
    return _rows(
        [f"{sizes} samples a payload", "CPU µs/record", "records/s/core", "samples/s/core", "ours : this"], rows
    )


def _costs(found: Result) -> str:
    rows = []
    for size, one in found["payload"].items():
        cpu = [f"{one['cpu_us'][name]:.0f}" for name in ("worker", "postgres")]
        rows.append(
            [f"payload, samples in it: {size}", *cpu, f"{one['bytes_log']:,.0f}", f"{one['bytes_database']:,.0f}"]
        )
    one = found["vehicle"]
    cpu = [f"{one['cpu_us'][name]:.0f}" for name in ("worker", "postgres")]
    rows.append(["state of a vehicle, saved", *cpu, f"{one['bytes_log']:,.0f}", f"{one['bytes_state']:,.0f}"])
    rows.append(["record of a driven hour, kept", "", "", "", f"{found['hour']['bytes_record']:,.0f}"])
    table = _rows(["", "worker, CPU µs", "PostgreSQL, CPU µs", "its log, bytes", "its tables, bytes"], rows)
    way = [[name, f"{value:.0f}"] for name, value in found["way"]["cpu_us"].items()]
    return f"{table}\n\n{_rows(['payload of ten samples into Kafka', 'CPU µs'], way)}"


def _scale(found: Result) -> str:
    lines = []
    for one in found["sizes"]:
        costs = [f"{cost:,.0f}" for cost in one["ns_sample"].values()]
        lines.append([f"{one['vehicles']:,}", *costs, f"{one['state_mb']:,.0f}"])
    size = found["state_bytes"] / 1e6
    lines += [[f"{count:,}", *["no room"] * 4, f"{count * size:,.0f}"] for count in found["no_room"]]
    head = [
        "vehicles",
        "first seen",
        "vehicle by vehicle, in order",
        "vehicle by vehicle, shuffled",
        "sample by sample",
    ]
    return _rows([*head, "states, MB"], lines)


TABLES: dict[str, Callable[[Result], str]] = {
    "kernels": _kernels,
    "replay": _replay,
    "gateway": _gateway,
    "ingest": _ingest,
    "alerts": _alerts,
    "startup": _startup,
    "vehicles": _vehicles,
    "capacity": capacity.table,
    "worker": _worker,
    "peers": _peers,
    "costs": _costs,
    "distributed": distributed_tables.table,
    "recovery": distributed_tables.recovery,
    "scale": _scale,
    "glm": glm.table,
    "rating": rating.table,
    "motion": motion.table,
    "screen": screen.table,
}

if __name__ == "__main__":
    write(json.loads(RESULTS.read_text()))
