"""Ingest: messages and samples a second from MQTT to commit, and the CPU time of the service each of them takes."""

import time

from bench.load import AGO_S, Plan, packets
from bench.measure import Result, quantiles
from bench.running import Running

SAMPLES = 10


def run(quick: bool = False) -> Result:
    """Ten samples a payload: as fast as they are taken, then paced at half that for the time to commit."""
    vehicles, count = 2_000, 5_000 if quick else 40_000
    plan = Plan(vehicles, vehicles, SAMPLES, 1.0, int(time.time()) - AGO_S, SAMPLES)
    with Running() as service:
        service.deliver(plan)  # so that all vehicles are known
        flood = service.deliver(plan._replace(payloads=count, round=1))
        rate = count / flood.wall
        calm = service.deliver(
            plan._replace(payloads=int(rate / 2 * (2 if quick else 6)), round=2 + count // vehicles, rate=rate / 2)
        )
    return {
        "payload_bytes": len(packets(plan._replace(payloads=1))[0]),
        "samples_payload": SAMPLES,
        "messages_s_wall": rate,
        "cpu_us_message": flood.cpu / count * 1e6,
        "messages_s_core": count / flood.cpu,
        "samples_s_core": count * SAMPLES / flood.cpu,
        "half_load_messages_s": rate / 2,
        "half_load_cpu_us_message": calm.cpu / len(calm.sent) * 1e6,
        "to_commit_ms": {name: 1e3 * value for name, value in quantiles(calm.latency).items()},
    }
