"""Measured: what a payload, a vehicle and a driven hour cost, as ``python -m bench costs`` found."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

PLACES = (Path(__file__).with_name("measured.json"), Path(__file__).parents[2] / "bench" / "results.json")


class PlanError(ValueError):
    """It cannot be planned: what is missing or impossible."""


@dataclass(frozen=True)
class Costs:
    """CPU s, bytes. ``payload`` by samples in it, the rest of one payload, vehicle or driven hour."""

    payload: Mapping[int, Mapping[str, float]]  # worker, postgres, body, frame, database, log
    vehicle: Mapping[str, float]  # worker, postgres, state, memory, log: of a state saved
    hour: Mapping[str, float]  # record, archive
    way: Mapping[str, float]  # bridge, mosquitto, kafka

    @classmethod
    def read(cls, path: Path | None = None) -> Self:
        """Of a file of results; else those that came with this version. Raises ``PlanError``."""
        found = path or next((one for one in PLACES if one.is_file()), PLACES[0])
        try:
            said = json.loads(found.read_text("utf-8"))["costs"]["result"]
            return cls(
                {int(size): _flat(one) for size, one in said["payload"].items()},
                _flat(said["vehicle"]),
                _flat(said["hour"]),
                _flat(said["way"]),
            )
        except (OSError, ValueError, KeyError) as error:
            raise PlanError(f"{found} holds no measured costs ({error!r}): python -m bench costs makes them") from error

    def of_payload(self, name: str, samples: float) -> float:
        """Of a payload of so many samples: on the line between the sizes measured, beyond them as it goes on there."""
        sizes = sorted(self.payload)
        values = [self.payload[size][name] for size in sizes]
        if samples <= sizes[-1]:
            return float(np.interp(samples, sizes, values))
        slope = (values[-1] - values[-2]) / (sizes[-1] - sizes[-2])
        return float(values[-1] + max(slope, 0.0) * (samples - sizes[-1]))


def _flat(said: Mapping[str, Any]) -> dict[str, float]:
    """CPU in s, bytes by name."""
    cpu = {name: 1e-6 * value for name, value in said.get("cpu_us", {}).items()}
    return cpu | {name.removeprefix("bytes_"): float(one) for name, one in said.items() if name.startswith("bytes_")}
