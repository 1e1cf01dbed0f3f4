"""Bridge: CPU time a payload from an MQTT broker into Kafka, PUBACK included: `python -m bench.bridge PORT KAFKA`.

Broker and Kafka are servers of yours on this machine. The publisher is a process of its own; what is counted is this
process alone.
"""

import subprocess
import sys
import time
from dataclasses import replace

from bench.gateway import BODY
from bench.measure import Result
from streams.config import Config
from streams.distributed.bridging import Bridging
from streams.settings import Http, Kafka, Mqtt

COUNT = 100_000


def settings(port: int, bootstrap: str) -> Config:
    """Everything as shipped, but for the places."""
    kafka = Kafka(bootstrap=bootstrap, topic="tripmeter.bench", spread="vehicle")
    return replace(Config(), mqtt=Mqtt(port=port), kafka=kafka, http=Http(port=0))


def measured(port: int, bootstrap: str, count: int = COUNT) -> Result:
    """What a payload costs this process, and how full frames are."""
    with Bridging(settings(port, bootstrap)) as bridging:
        while not bridging.gateway.connected:
            bridging.bridge.turn()
        publisher = subprocess.Popen([sys.executable, "-m", "bench.gateway", str(port), str(count)], stdin=-1)
        while not bridging.gateway.received:
            bridging.bridge.turn()
        wall, cpu = time.perf_counter(), time.process_time()
        while bridging.gateway.acked < count:
            bridging.bridge.turn()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        publisher.communicate()
        frames = bridging.bridge.frames
    return {"payloads_frame": count / frames, "cpu_us": 1e6 * cpu / count, "payloads_s_wall": count / wall}


def main(port: int, bootstrap: str) -> None:
    """Print what it costs."""
    found = measured(port, bootstrap)
    each, full = found["cpu_us"], found["payloads_frame"]
    print(f"{COUNT} payloads of {len(BODY)} B, {full:.0f} a frame: {each:.1f} us of CPU each")
    print(f"{1e6 / each:,.0f} a second and core; {found['payloads_s_wall']:,.0f} a second as it went")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
