"""Files: GeoJSON and OpenStreetMap XML say the same; what cannot be read says where and what to do."""

import bz2
import gzip

import pytest

from streams import roads
from streams.roads import Report, RoadsError

OSM = """<?xml version="1.0"?>
<osm version="0.6">
 <node id="1" lat="49.0" lon="8.4"/><node id="2" lat="49.001" lon="8.4"/><node id="3" lat="49.002" lon="8.4"/>
 <node id="4" lat="49.002" lon="8.5"/>
 <way id="10"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/><tag k="maxspeed" v="50"/></way>
 <way id="11"><nd ref="2"/><nd ref="3"/><nd ref="99"/><tag k="highway" v="primary"/><tag k="maxspeed" v="50"/></way>
 <way id="12"><nd ref="3"/><nd ref="4"/><tag k="highway" v="footway"/></way>
 <way id="13"><nd ref="3"/><nd ref="4"/><tag k="building" v="yes"/></way>
</osm>
"""


@pytest.mark.parametrize(("name", "pack"), [("a.osm", bytes), ("a.osm.gz", gzip.compress), ("a.osm.bz2", bz2.compress)])
def test_openstreetmap_is_streamed_and_may_be_compressed(tmp_path, name, pack):
    (tmp_path / name).write_bytes(pack(OSM.encode()))
    report = Report()
    found = roads.read([tmp_path / name], report)
    assert found.kind.size == 2
    assert found.stretch.tolist() == [0, 0]
    assert found.metres().sum() == pytest.approx(222.4, abs=0.1)
    assert (report.ways, report.taken) == (3, 2)
    assert set(report.ignored) == {
        "highway=footway: no road for through traffic",
        "nodes outside the extract: the rest of the way was taken",
    }


def test_geojson_says_the_same(city, tmp_path):
    drawn = city.table(
        {
            **city.line((0, 0), (1, 1)),
            "geometry": {"type": "LineString", "coordinates": [[8.4, 49.0], [8.4, 49.001]]},
            "properties": {"highway": "primary", "maxspeed": 50},
        },
        {
            **city.line((0, 0), (1, 1)),
            "geometry": {"type": "MultiLineString", "coordinates": [[[8.4, 49.001], [8.4, 49.002]]]},
            "properties": {"highway": "primary", "maxspeed": "50", "lanes": None},
        },
    )
    (tmp_path / "a.osm").write_text(OSM)
    assert drawn.digest == roads.read([tmp_path / "a.osm"], Report()).digest


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("missing.osm", None, "no such file"),
        ("a.osm.pbf", b"x", "osmium tags-filter"),
        ("a.shp", b"x", "expected .geojson"),
        ("a.osm", b"<osm><node id=", "line 1: not well-formed XML"),
        ("a.osm", b"<osm><way id='1'><nd/></way></osm>", "line 1: not OpenStreetMap XML"),
        ("a.osm", b"<osm></osm>", "no road in it"),
        ("a.osm.gz", b"not gzip", "not OpenStreetMap XML"),
        ("a.geojson", b"{", "cannot be read as JSON"),
        ("a.geojson", b'{"type": "Point"}', "expected a GeoJSON FeatureCollection"),
        ("a.geojson", b'{"features": [3]}', "features[0]: expected a feature with a geometry"),
        (
            "a.geojson",
            b'{"features": [{"geometry": {"type": "LineString", "coordinates": [[49.0, 108.4], [1]]}}]}',
            "features[0]: expected a list of [longitude, latitude]",
        ),
        (
            "a.geojson",
            b'{"features": [{"geometry": {"type": "LineString", "coordinates": [[49.0, 108.4], [1, 2]]}}]}',
            "[49, 108.4] is no place; expected [longitude, latitude]",
        ),
        ("a.geojson", b'{"features": [{"geometry": {"type": "Point", "coordinates": [8, 49]}}]}', "no road in it"),
    ],
)
def test_what_cannot_be_used_says_what_where_and_what_to_do(tmp_path, name, content, said):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(RoadsError) as error:
        roads.read([tmp_path / name], Report())
    assert said in str(error.value)
    assert name in str(error.value)
