"""Roads: where they lie, of which class they are and how fast they may be driven; from GeoJSON or OpenStreetMap."""

from streams.roads.errors import RoadsError
from streams.roads.files import Report, read
from streams.roads.table import FILE, Table, keep, kept, load, save

__all__ = ["FILE", "Report", "RoadsError", "Table", "keep", "kept", "load", "read", "save"]
