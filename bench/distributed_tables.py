"""Tables of bench/distributed.py: what held, what it took whom, how long a dead worker is missed."""

from bench.markdown import rows
from bench.measure import Result

NAMES = {
    "tripmeter_payload_to_kafka_seconds": "arrival at the bridge to Kafka's answer",
    "tripmeter_payload_to_commit_seconds": "arrival at the bridge to commit",
    "tripmeter_commit_seconds": "a commit alone",
}
RECOVERY = {"begun_anew": "begun anew at once", "taken_over": "taken over by another worker"}


def table(found: Result) -> str:
    """All of it."""
    shapes = {name: one for name, one in found.items() if "trials" in one}
    parts = [_headline(shapes), _trials(shapes), _costs(shapes)]
    return "\n\n".join(part for part in parts if part)


def best(shape: Result) -> Result | None:
    """The highest rate that held."""
    held = [trial for trial in shape["trials"] if trial["held"]]
    return held[-1] if held else None


def _headline(shapes: Result) -> str:
    found = best(shapes["tens"]) if "tens" in shapes else None
    return f"**{found['vehicles']:,} vehicles at 1 Hz**, ten samples a payload, nothing lost." if found else ""


def _trials(shapes: Result) -> str:
    lines = []
    for shape in shapes.values():
        for trial in shape["trials"]:
            late = " / ".join(f"{trial['alert_ms'][name]:,.0f}" for name in ("p50", "p95", "p99", "max"))
            counts = [f"{trial[name]:,.0f}" for name in ("samples_s", "payloads_s", "vehicles")]
            behind = f"{trial['behind_s']:.2f}"
            lines.append(
                [shape["meaning"], *counts, late, behind, str(trial["lost"]), "yes" if trial["held"] else "no"]
            )
    head = ["vehicles that send", "samples/s", "payloads/s", "vehicles", "brake to alert p50 / p95 / p99 / max, ms"]
    return rows([*head, "last sent to last on record, s", "lost", "holds"], lines)


def _costs(shapes: Result) -> str:
    """Where time goes when there is much to do: CPU time is what it is, whether the rate holds or not."""
    chosen = {shape["meaning"]: shape["full"] for shape in shapes.values()}
    names = list(next(iter(chosen.values()))["cpu_ns_sample"])
    lines = [
        ["samples/s", *[f"{trial['samples_s']:,}" for trial in chosen.values()]],
        *[
            [f"{name}, CPU ns a sample", *[f"{t['cpu_ns_sample'][name]:,.0f}" for t in chosen.values()]]
            for name in names
        ],
        ["**all of it, samples/s/core**", *[f"{1e9 / _all(trial):,.0f}" for trial in chosen.values()]],
        ["others on this machine, cores", *[f"{trial['cores_others']:.2f}" for trial in chosen.values()]],
    ]
    for key, meaning in NAMES.items():
        lines.append([f"{meaning}, mean ms", *[f"{trial['mean_ms'][key]:.1f}" for trial in chosen.values()]])
    return rows(["", *chosen], [line for line in lines if not line[0].startswith("others, CPU")])


def _all(trial: Result) -> float:
    """CPU ns a sample of everything there is between a publisher and its alerts, publisher included."""
    return float(sum(cost for name, cost in trial["cpu_ns_sample"].items() if name != "others"))


def recovery(found: Result) -> str:
    """How long a dead worker is missed."""
    lines = [
        [RECOVERY[name], f"{one['caught_up_s']:.1f}", f"{one['payloads']:,}", str(one["lost"])]
        for name, one in found.items()
    ]
    head = ["kill -9 of a worker under 20,000 samples/s", "no more than a second behind again after, s"]
    return rows([*head, "payloads", "lost"], lines)
