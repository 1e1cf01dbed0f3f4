"""Archives: the least PMTiles file there is: one PNG tile of the whole world, in one colour."""

import gzip
import struct
import zlib

HEADER = 127
PNG, PLAIN, ZIPPED = 2, 1, 2


def picture(side: int = 256, colour: bytes = b"\x20\x80\x40") -> bytes:
    """A PNG of one colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\x00" + colour * side) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def archive() -> bytes:
    """PMTiles 3: header, root directory (tile 0, run of 1, at offset 0), metadata, tile."""
    tile, metadata = picture(), gzip.compress(b"{}")
    directory = gzip.compress(bytes([1, 0, 1]) + varint(len(tile)) + bytes([1]))
    root, meta = HEADER, HEADER + len(directory)
    data = meta + len(metadata)
    places = (root, len(directory), meta, len(metadata), data, 0, data, len(tile), 1, 1, 1)
    kinds = bytes([1, ZIPPED, PLAIN, PNG, 0, 0])  # clustered, compressions, type, zooms
    box = struct.pack("<iiii", -1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000)
    head = b"PMTiles\x03" + struct.pack("<11Q", *places) + kinds + box + bytes([0]) + struct.pack("<ii", 0, 0)
    return head + directory + metadata + tile


def varint(number: int) -> bytes:
    """A number in groups of seven bits."""
    found = b""
    while number > 127:
        found, number = found + bytes([number & 127 | 128]), number >> 7
    return found + bytes([number])
