"""``python -m bench.peers PEER BOOTSTRAP TOPIC COUNT``: print the seconds that COUNT records of a topic take it."""

import importlib
import json
import os
import sys

from bench.peers.meter import Meter


def main(peer: str, bootstrap: str, topic: str, count: str) -> None:
    """``peer`` is a module of this folder and a function in it."""
    module, _, function = peer.partition(".")
    meter = Meter(int(count))
    getattr(importlib.import_module(f"bench.peers.{module}"), function)(bootstrap, topic, meter)
    print(json.dumps(meter.result()), flush=True)
    os._exit(0)  # Faust may keep threads


if __name__ == "__main__":
    main(*sys.argv[1:])
