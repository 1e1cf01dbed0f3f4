"""Maps to draw: lines in metres about a place, as GeoJSON or OpenStreetMap XML, and drives along them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from devices.samples import Samples
from streams import config, roads
from streams.replay import Assumed, Run
from streams.rules import Rules, gather

LAT, LON = 49.0, 8.4
METRE = 180 / np.pi / 6_371_008.8  # degrees of latitude
START = 1_750_000_000.0  # Sunday 2025-06-15, 15:06:40 UTC


def place(x: Any, y: Any) -> tuple[Any, Any]:
    """Longitude and latitude of ``x`` metres east and ``y`` north."""
    return LON + np.asarray(x) * METRE / np.cos(np.radians(LAT)), LAT + np.asarray(y) * METRE


def line(*points: tuple[float, float], **tags: Any) -> dict[str, Any]:
    """A feature; ``maxspeed__hgv`` is maxspeed:hgv."""
    coordinates = [[float(side) for side in place(*point)] for point in points]
    said = {key.replace("__", ":"): value for key, value in tags.items()}
    return {"type": "Feature", "geometry": {"type": "LineString", "coordinates": coordinates}, "properties": said}


def collection(*features: dict[str, Any]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


class Map(NamedTuple):
    """The tools, for tests."""

    folder: Path

    def file(self, *features: dict[str, Any], name: str = "map.geojson") -> Path:
        path = self.folder / name
        path.write_text(collection(*features))
        return path

    def table(self, *features: dict[str, Any]) -> roads.Table:
        return roads.read([self.file(*features)], roads.Report())

    def rules(self, *features: dict[str, Any], sets: tuple[str, ...] = ()) -> Rules:
        return gather(config.load(None, {}, sets), self.table(*features) if features else None)

    line = staticmethod(line)
    place = staticmethod(place)


def drive(
    x: Any, y: Any, kmh: float = 100.0, hz: float = 1.0, noise: float = 0.0, seed: int = 0, **columns: Any
) -> Any:
    """Samples along ``x`` (m east), ``y`` (m north); the heading is that of the way."""
    x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    rng, n = np.random.default_rng(seed), x.size
    lon, lat = place(x + rng.normal(0, noise, n), y + rng.normal(0, noise, n))
    heading = np.degrees(np.arctan2(np.gradient(x), np.gradient(y))) % 360
    said = {"speed": kmh / 3.6, "lat": lat, "lon": lon, "heading": heading} | columns
    said = {name: np.array(np.broadcast_to(np.asarray(c, float), n)) for name, c in said.items() if c is not None}
    return Samples([("f", "v")], np.zeros(n, np.int64), START + np.arange(n) / hz, said)


def judged(rules: Rules, samples: Samples, klass: str = "car", zone: str = "UTC") -> dict[str, Any]:
    """The six tables of one drive."""
    run = Run(rules, Assumed(klass, zone))
    run.take(samples)
    return run.finish()


@pytest.fixture
def city(tmp_path: Path) -> Map:
    """Draws maps."""
    return Map(tmp_path)


@pytest.fixture(scope="session")
def along() -> Callable[..., Any]:
    """Draws drives."""
    return drive


@pytest.fixture(scope="session")
def tables_of() -> Callable[..., dict[str, Any]]:
    """What a drive comes to."""
    return judged
