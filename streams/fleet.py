"""Fleet: which slot and number a vehicle and a driver have, and what the registry knows of each vehicle by slot."""

from typing import NamedTuple

from devices.samples import Floats, Ints

CLASSES = ("car", "van", "truck", "bus")  # UNECE M1, N1, N2 and N3, M2 and M3


class FleetColumns(NamedTuple):
    """What kernels read of the fleet, one row a slot."""

    klass: Ints  # (S,) index into CLASSES
    placard: Floats  # (S, WHEELS) kPa gauge, cold; NaN no such wheel or not known
    zone: Ints  # (S,) row of the fleet's time zone in the two tables below
    zone_bounds: Ints  # (Z + 1,)
    zone_from: Floats  # (k,) UTC epoch s from which the offset holds, ascending within a zone
    zone_offset: Floats  # (k,) s to add to UTC
    assigned_bounds: Ints  # (S + 1,) driver assignments of the registry, by slot
    assigned_from: Floats  # (a,) UTC epoch s, ascending within a slot
    assigned_to: Floats  # (a,) end, excluded; +inf while it lasts
    assigned_driver: Ints  # (a,) driver number
