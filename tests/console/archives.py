"""Archives: the least PMTiles files there are: one tile of the whole world, a picture or lines and areas."""

import gzip
import struct
import zlib

HEADER = 127
VECTOR, PNG = 1, 2
PLAIN, ZIPPED = 1, 2
SIDE = 4096  # of a vector tile
POINT, LINE, AREA = 1, 2, 3  # kinds of geometry
MOVE, DRAW, CLOSE = 1, 2, 7  # commands of one


def picture(side: int = 256, colour: bytes = b"\x20\x80\x40") -> bytes:
    """A PNG of one colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\x00" + colour * side) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def streets() -> bytes:
    """A vector tile as Protomaps has them: land, a sea in the east of the north, a motorway through it, a town."""
    half = SIDE // 2
    whole = [(0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE)]
    sea = [(half, 0), (SIDE, 0), (SIDE, half), (half, half)]
    across, town = [(0, half // 2), (SIDE, half // 2)], [(half + half // 2, half // 2)]
    return (
        layer("earth", AREA, whole, {"kind": "earth"})
        + layer("water", AREA, sea, {"kind": "ocean"})
        + layer("roads", LINE, across, {"kind": "highway"})
        + layer("places", POINT, town, {"kind": "locality", "name": "Middletown"})
    )


def layer(name: str, kind: int, places: list[tuple[int, int]], said: dict[str, str]) -> bytes:
    """A layer of a vector tile (Mapbox Vector Tile 2.1) with one thing in it."""
    tags = b"".join(varint(k) for pair in enumerate(said) for k in (pair[0], pair[0]))
    feature = part(2, tags) + number(3, kind) + part(4, geometry(kind, places))
    values = b"".join(part(4, part(1, value.encode())) for value in said.values())
    body = part(1, name.encode()) + part(2, feature) + b"".join(part(3, key.encode()) for key in said) + values
    return part(3, body + number(5, SIDE) + number(15, 2))


def geometry(kind: int, places: list[tuple[int, int]]) -> bytes:
    """Each place by how far it is from the one before, as commands."""
    steps = [(x - a, y - b) for (x, y), (a, b) in zip(places, [(0, 0), *places], strict=False)]
    moved = [varint((k << 1) ^ (k >> 31)) for step in steps for k in step]
    drawn = [varint((len(places) - 1) << 3 | DRAW), *moved[2:]] if kind != POINT else []
    return b"".join([varint(1 << 3 | MOVE), *moved[:2], *drawn, varint(1 << 3 | CLOSE) if kind == AREA else b""])


def part(field: int, body: bytes) -> bytes:
    """A field of bytes (protocol buffers)."""
    return varint(field << 3 | 2) + varint(len(body)) + body


def number(field: int, value: int) -> bytes:
    """A field that is a number."""
    return varint(field << 3) + varint(value)


def archive(tile: bytes | None = None, kind: int = PNG) -> bytes:
    """PMTiles 3: header, root directory (tile 0, run of 1, at offset 0), metadata, tile."""
    tile, metadata = picture() if tile is None else tile, gzip.compress(b"{}")
    directory = gzip.compress(bytes([1, 0, 1]) + varint(len(tile)) + bytes([1]))
    root, meta = HEADER, HEADER + len(directory)
    data = meta + len(metadata)
    places = (root, len(directory), meta, len(metadata), data, 0, data, len(tile), 1, 1, 1)
    kinds = bytes([1, ZIPPED, PLAIN, kind, 0, 0])  # clustered, compressions, type, zooms
    box = struct.pack("<iiii", -1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000)
    head = b"PMTiles\x03" + struct.pack("<11Q", *places) + kinds + box + bytes([0]) + struct.pack("<ii", 0, 0)
    return head + directory + metadata + tile


def varint(value: int) -> bytes:
    """A number in groups of seven bits."""
    found = b""
    while value > 127:
        found, value = found + bytes([value & 127 | 128]), value >> 7
    return found + bytes([value])
