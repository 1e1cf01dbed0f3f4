"""Tally: what a load test says at its end, as numbers and as text."""

from typing import Any

import numpy as np

from simulator.load.crews import Heard
from simulator.load.herd import Floats
from simulator.load.plan import Plan

QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}


def quantiles(seconds: Floats) -> dict[str, float | None]:
    """ms of the middle, the slow and the slowest; NaN, what never came, is slower than all; None: it never came."""
    if not len(seconds):
        return dict.fromkeys(QUANTILES)
    found = np.quantile(np.nan_to_num(seconds, nan=np.inf), list(QUANTILES.values()), method="higher")
    return {
        name: round(1e3 * float(q), 1) if np.isfinite(q) else None for name, q in zip(QUANTILES, found, strict=True)
    }


def tally(heard: Heard, seconds: float) -> dict[str, Any]:
    """The result; ``held`` if nothing was lost and every planted event had its alert."""
    alerts, times = np.array(heard.alerts), [crew.times for crew in heard.crews]
    lost, missed = sum(crew.lost for crew in heard.crews), int(np.isnan(alerts).sum())
    due = sum(crew.plan.payloads + crew.plan.vehicles for crew in heard.crews)
    unsent, one = sum(int(np.isnan(one.sent).sum()) for one in times), heard.crews[0].plan
    return {
        **_asked([crew.plan for crew in heard.crews]),
        "payloads": due,
        "samples": due * one.samples,
        "sent": due - unsent,
        "acked": due - lost,
        "lost": lost,
        "resent": sum(crew.resent for crew in heard.crews),
        "reconnects": sum(crew.reconnects for crew in heard.crews),
        "sent_late_ms": quantiles(np.concatenate([one.sent for one in times])),
        "ack_ms": quantiles(np.concatenate([one.acked for one in times])),
        "alerts_of": one.kind,
        "alerts_planted": len(alerts),
        "alerts_missed": missed,
        "alert_ms": quantiles(alerts),
        "simulator_cores": round(sum(crew.cpu for crew in heard.crews) / one.duration, 3),
        "seconds": round(seconds, 1),
        "held": lost == 0 and missed == 0,
    }


def _asked(plans: list[Plan]) -> dict[str, Any]:
    """What was to be brought."""
    one, vehicles = plans[0], sum(plan.vehicles for plan in plans)
    shared = sum(plan.shared for plan in plans)
    return {
        "vehicles": vehicles,
        "samples_per_payload": one.samples,
        "batch_s": one.batch,
        "samples_per_second": round(vehicles * one.samples / one.batch, 1),
        "payloads_per_second": round(vehicles / one.batch, 1),
        "duration_s": one.duration,
        "codec": one.codec,
        "connections": f"{shared} shared by {vehicles} devices" if shared else "one for each device",
        "processes": len(plans),
    }


def text(result: dict[str, Any]) -> str:
    """The result for people."""
    rows = [
        (
            "load",
            "{vehicles} vehicles, {samples_per_second:,} samples/s in {payloads_per_second:,} payloads/s ({codec})",
        ),
        ("connections", "{connections}"),
        ("payloads", "{payloads:,} due, {sent:,} sent, {acked:,} acknowledged, {lost:,} lost, {resent:,} sent twice"),
        ("lines", "{reconnects:,} reconnects"),
        ("alerts", "{alerts_planted:,} events planted ({alerts_of}), {alerts_missed:,} without an alert"),
    ]
    lines = [f"{name:12} {words.format_map(result)}" for name, words in rows]
    for name, key in (("alert after", "alert_ms"), ("ack after", "ack_ms"), ("sent after", "sent_late_ms")):
        values = (f"{q} {'never' if ms is None else f'{ms:,.1f} ms'}" for q, ms in result[key].items())
        lines.append(f"{name:12} {', '.join(values)}")
    lines.append(f"{'simulator':12} {result['simulator_cores']:.2f} of a core, {result['processes']} processes")
    return "\n".join(lines)
