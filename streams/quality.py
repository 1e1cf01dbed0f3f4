"""Quality: the bits that say what was missing or doubtful at a sample; an event carries those of its samples, or-ed."""

GAP = 1  # more than gap_s since the previous sample: nothing is known of the time between
SPARSE = 2  # more than fresh_s since the previous sample: harsh driving cannot be seen
HELD = 4  # the speed shows one value above zero for more than fresh_s: cruising, or stale
JUMP = 8  # the speed sent is physically impossible and was not used
FALL = 16  # ... because it fell faster than any brake: a spike, or an impact
NO_FIX = 32  # no position, (0, 0), or one worse than max_accuracy_m
BAD_FIX = 64  # the position cannot be reached from the last good one and was not used
RELOCATED = 128  # the position was believed after repeated refusal; the way there was not driven
FROM_POSITION = 256  # v was made from positions
STALE = 512  # this device often shows an old speed: its changes are no evidence of acceleration
UNCOMPENSATED = 1024  # tyre_low: the tyre's temperature is not known, the pressure was taken as cold

BITS = {
    "gap": GAP,
    "sparse": SPARSE,
    "held": HELD,
    "jump": JUMP,
    "fall": FALL,
    "no_fix": NO_FIX,
    "bad_fix": BAD_FIX,
    "relocated": RELOCATED,
    "from_position": FROM_POSITION,
    "stale": STALE,
    "uncompensated": UNCOMPENSATED,
}


def names(quality: int) -> list[str]:
    """What the bits say, in words."""
    return [name for name, bit in BITS.items() if quality & bit]
