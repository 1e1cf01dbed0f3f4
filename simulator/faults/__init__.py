"""Faults in use, in the order in which they break a vehicle's rows: what is measured, its stamps, how it comes."""

from simulator.faults import (
    backlog,
    clock_drift,
    duplicates,
    gps_jumps,
    loss,
    malformed,
    oversized,
    reconnects,
    replayed_day,
    restamped,
    rollover,
    stolen_identity,
    unit_error,
)
from simulator.faults.base import SENT, TAKEN, Fault, Per, Said, Spell, Struck, spells

__all__ = ["BY_NAME", "FAULTS", "SENT", "TAKEN", "Fault", "Per", "Said", "Spell", "Struck", "spells"]

FAULTS: tuple[Fault, ...] = (
    gps_jumps.FAULT,
    unit_error.FAULT,
    clock_drift.FAULT,
    rollover.FAULT,
    restamped.FAULT,
    loss.FAULT,
    backlog.FAULT,
    duplicates.FAULT,
    replayed_day.FAULT,
    reconnects.FAULT,
    malformed.FAULT,
    oversized.FAULT,
    stolen_identity.FAULT,
)
BY_NAME = {fault.name: fault for fault in FAULTS}
