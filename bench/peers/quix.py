"""Quix: Quix Streams, the detector as an update of each record; its own state has a key a record, so ours is a dict."""

import tempfile

from quixstreams import Application

from bench.peers.detector import Detector
from bench.peers.meter import Meter


def detect(bootstrap: str, topic: str, meter: Meter) -> None:
    """At least once, commits every 5 s, as shipped."""
    detector = Detector()

    def update(frame: bytes) -> None:
        detector.frame(frame)
        meter.seen()

    with tempfile.TemporaryDirectory() as folder:
        app = Application(
            bootstrap,
            consumer_group=meter.name,
            auto_offset_reset="earliest",
            auto_create_topics=False,
            state_dir=folder,
            loglevel="ERROR",
        )
        records = app.dataframe(app.topic(topic, value_deserializer="bytes", key_deserializer="bytes"))
        records.update(update)
        app.run(count=meter.count)
