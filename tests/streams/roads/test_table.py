"""Table: pieces, stretches, what meets what, and a file that gives it all back."""

import pytest

from streams import roads
from streams.roads import RoadsError
from streams.roads.table import PIECE, touching


def test_alike_and_connected_is_one_stretch_whatever_lies_between_is_another(city):
    found = city.table(
        city.line((0, 0), (500, 0), highway="primary", maxspeed="50"),
        city.line((500, 0), (900, 0), highway="primary", maxspeed="50"),
        city.line((900, 0), (1500, 0), highway="primary", maxspeed="70"),
        city.line((0, 300), (900, 300), highway="primary", maxspeed="50"),
        city.line((700, -50), (700, 50), highway="primary", maxspeed="50"),  # a bridge: it shares no point
    )
    one, same, fast, apart, bridge = found.stretch.tolist()
    assert one == same
    assert len({one, fast, apart, bridge}) == 4
    bounds, meets = touching(found)
    assert [meets[bounds[s] : bounds[s + 1]].tolist() for s in (one, fast, apart, bridge)] == [[fast], [one], [], []]


def test_long_roads_are_cut_and_stay_one_stretch(city):
    points = [(10.0 * k, 0.0) for k in range(2 * PIECE + 2)]
    found = city.table(city.line(*points, points[-1], highway="tertiary", maxspeed="50"))
    assert found.kind.size == 3
    assert set(found.stretch) == {0}
    assert found.metres().sum() == pytest.approx(10 * (2 * PIECE + 1), rel=1e-3)


def test_a_file_gives_back_the_very_roads(city, tmp_path):
    found = city.table(
        city.line((0, 0), (500, 0), highway="motorway", maxspeed="none", maxspeed__hgv="80"),
        city.line((500, 0), (900, 0), highway="primary", maxspeed="50", maxspeed__conditional="30 @ (22:00-06:00)"),
    )
    roads.save(found, tmp_path / "new" / roads.FILE)
    assert roads.load(tmp_path / "new" / roads.FILE).digest == found.digest


def test_another_limit_is_another_digest(city):
    one, other = (city.table(city.line((0, 0), (9, 0), highway="primary", maxspeed=kmh)) for kmh in ("50", "60"))
    assert one.digest != other.digest


def test_a_file_that_is_not_ours_says_so(tmp_path):
    (tmp_path / "x.parquet").write_bytes(b"PAR1")
    with pytest.raises(RoadsError, match="import them"):
        roads.load(tmp_path / "x.parquet")
