"""Quality: the bits that say what was missing or doubtful at a sample; an event carries those of its samples, or-ed."""

GAP, SPARSE, HELD, JUMP, FALL, NO_FIX, BAD_FIX, RELOCATED, FROM_POSITION, STALE, UNCOMPENSATED, DOUBTED = (
    1 << bit for bit in range(12)
)  # constants of every @kernel and @inner that reads them

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
    "doubted": DOUBTED,
}

MEANINGS = {
    "gap": "more than `gap_s` since the previous sample: nothing is known of the time between",
    "sparse": "more than `fresh_s` since the previous sample: harsh driving cannot be seen",
    "held": "the speed has shown, or just left, one value above zero for over `fresh_s`: cruising, or an old value",
    "jump": "the speed sent is physically impossible and was not used",
    "fall": "... because it fell faster than any brake: a spike, or an impact",
    "no_fix": "no position, (0, 0), or one worse than `max_accuracy_m`",
    "bad_fix": "the position sent cannot be reached from the last good one and was not used",
    "relocated": "the position was believed after repeated refusal; the way there was not driven",
    "from_position": "the speed was made from positions",
    "stale": "this device often shows an old speed: its changes are no evidence of acceleration",
    "uncompensated": "tyres only: the tyre's temperature is not known, its pressure was taken as cold",
    "doubted": "device health doubts the speed: nothing harsh could have been seen, no limit is held against it",
}


def names(quality: int) -> list[str]:
    """What the bits say, in words."""
    return [name for name, bit in BITS.items() if quality & bit]
