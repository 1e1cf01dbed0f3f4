"""The detectors in use, in order; a change names its detector by the row here."""

from streams.detectors import crash, harsh_acceleration, harsh_braking, harsh_cornering, speeding, tyre_low

DETECTORS = (
    harsh_braking.DETECTOR,
    harsh_acceleration.DETECTOR,
    harsh_cornering.DETECTOR,
    speeding.DETECTOR,
    tyre_low.DETECTOR,
    crash.DETECTOR,
)
