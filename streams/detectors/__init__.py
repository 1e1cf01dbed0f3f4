"""The detectors in use, in order; a change names its detector by the row here."""

from streams.detectors import (
    battery_low,
    brake_air_low,
    brake_fade,
    brake_lining_worn,
    coolant_hot,
    crash,
    harsh_acceleration,
    harsh_braking,
    harsh_cornering,
    oil_pressure_low,
    speeding,
    tyre_low,
)

DETECTORS = (
    harsh_braking.DETECTOR,
    harsh_acceleration.DETECTOR,
    harsh_cornering.DETECTOR,
    speeding.DETECTOR,
    tyre_low.DETECTOR,
    crash.DETECTOR,
    brake_fade.DETECTOR,
    brake_air_low.DETECTOR,
    brake_lining_worn.DETECTOR,
    coolant_hot.DETECTOR,
    oil_pressure_low.DETECTOR,
    battery_low.DETECTOR,
)
