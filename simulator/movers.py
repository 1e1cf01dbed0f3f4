"""Movers: what the kernels know of a vehicle on its day, and of how it stands at an instant."""

import numpy as np

from simulator.dynamics import DYNAMICS

MOVER = np.dtype(
    [
        *((name, DYNAMICS[name]) for name in DYNAMICS.names or ()),
        ("start", "f8"),  # s after the window begins
        ("traction", "f8"),  # m/s², the most anyone asks for
        ("top", "f8"),  # m/s, the limiter's
        ("cruise", "f8"),  # m/s² used to get back to speed
        ("heat", "f8"),  # K a tyre warms for each m/s, half laden
        ("crash", "f8"),  # m from the start; inf never
        ("marks", "f8", (3,)),  # m/s² beyond which a manoeuvre is put on the sheet, by kind
        ("idles", "f8"),  # 1/min of the engine standing
        ("least", "f8"),  # 1/min below which a gear is not used
        ("geared", "f8"),  # 1/min in the highest gear for each m/s
        ("springs", "f8"),  # N with which brakes grip without air; 0 they do not work by it
        ("air", "f8"),  # kPa that they have in the morning
    ]
)
STATE = np.dtype(
    [
        ("speed", "f8"),
        ("accel", "f8"),
        ("lateral", "f8"),  # m/s² to the left
        ("wide", "f8"),  # m to the left of its way, as it slid
        ("askew", "f8"),  # rad that it heads to the left of it
        ("distance", "f8"),
        ("into", "f8"),  # m after the beginning of the piece
        ("heat", "f8"),  # K of the tyres above ambient
        ("fuel", "f8"),  # l burnt
        ("piece", "i8"),
        ("surprise", "i8"),  # the next one
        ("goal", "f8"),  # m/s to brake down to when surprised; 0 not surprised
        ("hard", "f8"),  # m/s² with which
        ("braking", "i8"),
        ("launch", "f8"),  # m/s² of getting away; 0 once away
        ("stopped", "f8"),  # s at which it last came to stand
        ("release", "f8"),  # s until which it stands
        ("through", "i8"),  # piece at whose end it does not stop any more, red or not
        ("off", "i8"),  # 1: with the engine off; 2: wrecked
        ("aside", "f8"),  # m to the left it is about to swerve; 0 it is not
        ("push", "f8"),  # m/s² with which
        ("swerve", "i8"),  # row of the swerve it is in, from 1; 0 none
        ("air", "f8"),  # kPa in the tanks of the brakes; NaN they do not work by it
        ("pressed", "f8"),  # share of the brakes' most with which the pedal is pressed
        ("pumping", "i8"),  # 1: the compressor brings air
        ("brakes", "f8"),  # N that they hold at most now
        ("springs", "f8"),  # N with which they brake by themselves, for want of air
    ]
)
