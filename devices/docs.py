"""Docs: the wire contract in words, docs/wire.md, made from the signal table; ``python -m devices.docs`` writes it."""

from pathlib import Path

from devices import acks, topics
from devices.codecs.columnar import MAX_SAMPLES
from devices.plausible import AHEAD
from devices.signals import AXLES, SIGNALS, TYRE_SIGNALS, Signal

PATH = Path(__file__).parents[1] / "docs" / "wire.md"

EXAMPLE = """\
{"v": 1, "boot": "b3f1", "seq": 4711, "driver": "D-17", "t": [1763786400.0, 1763786401.0],
 "speed_kmh": [62.1, 61.0], "lat_deg": [31.23, 31.2301], "lon_deg": [121.47, 121.4702], "heading_deg": 45.0,
 "accel_long_mps2": [-0.3, null], "accel_lat_mps2": 0.0, "brake_pedal_pct": [0, 12], "ignition": true,
 "speed_limit_kmh": 80, "odometer_km": 184223.4, "tyres": {"1L": {"pressure_kpa": [830, 830], "temp_c": 31}},
 "events": [{"t": 1763786400.4, "kind": "forward_collision_warning", "level": 2}], "fault_codes": ["P0301"]}"""

UNITS = {
    "kmh": "km/h",
    "deg": "°",
    "m": "m",
    "mps2": "m/s²",
    "dps": "°/s",
    "pct": "%",
    "kpa": "kPa",
    "rpm": "1/min",
    "c": "°C",
    "v": "V",
    "km": "km",
    "kg": "kg",
}  # by the last word of a column's name

_TEXT = """\
# The wire

What a vehicle's device says to Tripmeter, and what it hears back. This page is made from the signal table
(`python -m devices.docs`); a test keeps it true.

MQTT 3.1.1, QoS 1, a payload of at most 1 MiB. Ask for a keep-alive of a second or more: the embedded broker turns a
client away that asks for none.

## Topics

| topic | from, to | what |
|---|---|---|
| `{root}/{{fleet}}/{{vehicle}}/telemetry` | device, Tripmeter | payloads, as below |
| `{root}/{{fleet}}/{{vehicle}}/ack` | Tripmeter, device | which payloads are committed |
| `{root}/{{fleet}}/{{vehicle}}/alert/{{kind}}[/{{subject}}]` | Tripmeter, fleet | an [alert](alerts.md); \
retained while open, then cleared by an empty payload |

The vehicle in the topic is whose payload it is; nothing in the payload overrides it. A fleet, vehicle, kind or subject
has 1 to {max_id} characters, none of them `+`, `#`, `/` or NUL, and does not begin with `$`. Who may publish where is
the broker's to enforce; `deploy/mosquitto` does. The embedded broker cannot, so it listens on this machine only.

## Payload

What follows is Tripmeter's own format. Trackers of some two hundred protocols, JT/T 808 among them, reach the same
topics through a Traccar server, whose forwarded positions are read as they are: [Traccar](traccar.md).

JSON, version 1, by columns: one `t` for each sample, and for each signal a list as long as `t`.

```json
{example}
```

| key | what |
|---|---|
| `v` | 1, this format |
| `boot` | text that changes when the device starts to count anew, up to 64 characters |
| `seq` | whole number from 0, counted up by payload; a payload kept and sent again keeps its first `boot` and `seq` |
| `t` | UTC epoch seconds, to the millisecond: a list, each later than the one before, or one number; \
1 to {max_samples} of them |
| `driver` | text, up to 64 characters: who is at the wheel; `null` or `""`: nobody; left out: nothing new |
| a signal | a list as long as `t`, in which `null` is "not measured"; or one value, which holds for every sample; \
`null` or left out: not measured |
| `tyres` | by wheel: `pressure_kpa` and `temp_c`, each like a signal |
| `events` | what the device itself raised: `t`, `kind` (text), `level` (1 notable, 2 harsh, 3 severe), and if it has \
them `code` and `media` (text), `lat_deg` and `lon_deg` (where it happened) |
| `fault_codes` | list of text: all diagnostic trouble codes set at the first sample; `[]`: none; left out: nothing \
said of them |

Other keys are left alone, so a newer device may say more. A signal with the range 0 to 1 and no unit may be written
`true` or `false`. A sample is one vehicle at one millisecond: readings of the same instant, in whatever payloads, are
merged signal by signal.

**msgpack**, version 1, for devices with much to say (an accelerometer at 50 Hz): the same keys and values as a msgpack
map, in which a list of numbers may also be packed as binary, little-endian: `t` as doubles (8 bytes each); a signal or
a tyre's reading as doubles or floats (4 bytes each), which of them its length tells, and a NaN in it is "not measured".
Nothing announces it: what begins as a msgpack map is one, and a device may change from payload to payload.

## Signals

| column | unit | plausible | meaning | VSS 6.0, below `Vehicle.` |
|---|---|---|---|---|
{signals}

Both ends of a range are plausible. Tyres:

| column | unit | plausible | meaning | VSS 6.0, below `Vehicle.` |
|---|---|---|---|---|
{tyres}

A wheel is named by its axle, 1 to {axles} from the front, and its side: `1L`, `1R`; on axles with twin tyres `2LO`,
`2LI`, `2RI`, `2RO` (outer and inner). `2L` and `2LO` are the same place.

## What devices raise

An event of the payload's `events` is stored with `source = device` and shown beside ours, never merged with them. Its
`kind` is any text; `crash`, `harsh_braking` and so on where it means what ours mean, and then the subject of the event
begins with `device`. An alarm may be said in every packet while it lasts: reports of one vehicle, `kind` and `code`
without a pause of more than two minutes are one event, from the first to the last of them and of the highest level
said, in whatever order they come. Which of them are alerts, and how urgent: [devices](detectors/devices.md).

## Acks

```json
{{"boot": "b3f1", "seqs": [[4700, 4711], [4713, 4713]]}}
```

Exactly these payloads, first and last of each range, are committed: a device that keeps what it sent may forget them.
The broker's own acknowledgement does not say that. At most one ack in {every:g} s goes to a vehicle, for one `boot`;
when thousands wait, one in up to {longest:g} s with more in it. Hear them at QoS 0: what a lost ack had to say is said
again when the payload comes again.

## What is set aside

A payload that cannot be used, or the part of one, goes to quarantine with its reason and the raw bytes (`tripmeter
quarantine list`). The rest goes on. A payload of which only a part was set aside is acknowledged like any other; one
set aside as a whole is not.

| reason | what |
|---|---|
| `undecodable` | not JSON or msgpack, or not as described above: the whole payload; the detail names key, value and \
place |
| `wrong_topic` | not one of the topics above: the whole payload |
| `unregistered` | a vehicle nobody registered: the whole payload |
| `out_of_range` | values of one signal outside its range: they count as not measured |
| `null_island` | positions at exactly (0, 0), which is what receivers say without a fix: not measured |
| `unknown_wheel` | tyres at a wheel that is none |
| `far_future` | samples and events more than {ahead:g} s after their arrival: a clock that runs ahead |
| `implausible_time` | samples and events before the year 2000 or after 2099: a clock that lost its battery |

A clock that has lost 1,024 or 2,048 weeks (GPS counts them in ten bits) is no reason: if a payload so comes to lie
within the seven days before its arrival, all its times are put right. Wrong clocks of either sort are an event,
[`clock_fault`](detectors/devices.md).

## Recordings

`tripmeter replay` reads Parquet and CSV files of the same columns, a row a sample: `vehicle_id`, `t` (epoch seconds, or
a UTC timestamp), the signals above, tyres as `tyre_1L_pressure_kpa` and `tyre_1L_temp_c`, and if there are `fleet_id`,
`driver_id` and `fault_codes` (a list, or text: see [mappings](mappings.md#fault_codes)).
Files that name things differently need a [mapping](mappings.md).
"""


def text() -> str:
    """The page."""
    return _TEXT.format(
        root=topics.ROOT,
        max_id=topics.MAX_ID,
        example=EXAMPLE,
        max_samples=f"{MAX_SAMPLES:,}",
        signals="\n".join(map(_row, SIGNALS)),
        tyres="\n".join(map(_row, TYRE_SIGNALS)),
        axles=AXLES,
        every=acks.EVERY,
        longest=acks.LONGEST,
        ahead=AHEAD,
    )


def _row(signal: Signal) -> str:
    unit = UNITS.get(signal.column.rpartition("_")[2], "")
    vss = f"`{signal.vss}`" if signal.vss else ""
    return f"| `{signal.column}` | {unit} | {signal.low:,} to {signal.high:,} | {signal.meaning} | {vss} |"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
