"""Flow: Bytewax, the detector as a mapping with a state a key, the key a vehicle; recovery is off."""

from collections.abc import Iterable
from typing import Any

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.testing import run_main

from bench.peers.detector import Event, Said, State, decoded, look
from bench.peers.meter import Meter


class Nowhere(DynamicSink[Any], StatelessSinkPartition[Any]):
    """Events go nowhere."""

    def build(self, _step_id: str, _worker: int, _workers: int) -> "Nowhere":
        return self

    def write_batch(self, _items: list[Any]) -> None:
        return


def detect(bootstrap: str, topic: str, meter: Meter) -> None:
    """One worker in this thread, until the end of the topic."""

    def opened(message: Any) -> Iterable[tuple[str, Said]]:
        meter.seen()
        return [(said.vehicle, said) for said in decoded(message.value)]

    def mapped(state: State | None, said: Said) -> tuple[State, list[Event]]:
        state = state or State()
        return state, look(state, said)

    flow = Dataflow("bench")
    arrived = op.input("frames", flow, KafkaSource([bootstrap], [topic], tail=False))
    keyed = op.flat_map("decode", arrived, opened)
    op.output("events", op.stateful_flat_map("detect", keyed, mapped), Nowhere())
    run_main(flow)
