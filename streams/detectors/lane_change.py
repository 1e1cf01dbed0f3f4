"""Lane change: pushed to one side and back, ending in the direction in which it began."""

from math import fabs, isnan
from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from streams.detectors.base import Detector
from streams.detectors.episode import EPISODE, begin, tell
from streams.detectors.manoeuvre import SIDEWAYS, SOURCES, G, fast, limit_of, source_at
from streams.kernels.params import CLOSE, OPEN, Param
from streams.kernels.spans import span

PARAMS = (
    Param("level1_g", (0.30, 0.27, 0.225, 0.1875), "as harsh cornering: tyres and load feel no difference", G),
    Param("level2_g", (0.40, 0.36, 0.30, 0.25), "as harsh cornering", G),
    Param("level3_g", (0.50, 0.45, 0.38, 0.32), "as harsh cornering", G),
    Param("back_share", 0.5, "ours: the weaker of the two pushes is at least this share of the limit"),
    Param("clear_share", 0.83, "Digital Matter: 17 % hysteresis"),
    Param("hold_s", 0.3, "ours: half a lane's width takes longer even at 1 g"),
    Param("back_s", 1.0, "ours: the second push follows at once, else it is another manoeuvre"),
    Param("within_s", 6.0, "Toledo and Zohar 2007: a change of lane takes 5 to 6 s on average; a harsh one less"),
    Param("net_deg", 10.0, "ours: it ends as it began, but for the bend of the road"),
    Param("most_deg", 30.0, "ours: at 30 km/h and 0.5 g it turns the vehicle by 23 degrees, then back"),
    Param("link_s", 0.5, "ours: pushes of a second are not seen at a lower rate"),
    Param("min_speed_kmh", 30.0, "Teltonika FMB: corner 30 km/h", 1 / 3.6),
)

STATE = np.dtype(
    [
        ("t", "f8"),  # last sample looked at; 0 none
        ("since", "f8"),  # when the push going on began; 0 none
        ("turned", "f8"),  # degrees since the first push began, + left
        ("side", "i1"),  # of the last push: 1 left, -1 right
        ("pushes", "i1"),  # that counted so far: 0, 1; -1 what goes on is a corner
        ("episode", EPISODE),
    ]
)


@inner
def over(m: Any, p: Any) -> Any:
    """End the push that went on until the last sample; whether it was the second that counts."""
    counts = span(m["since"], m["t"]) >= p["hold_s"]
    m["since"] = 0.0
    if counts:
        m["episode"]["end"] = m["t"]
        m["pushes"] += 1
    elif m["pushes"] == 1:
        m["side"] = -m["side"]  # of the first: the second is still to come
    return m["pushes"] == 2


@inner
def judge(m: Any, p: Any, kind: int, slot: int, changes: Any) -> None:
    """Tell of two pushes, if they were hard enough and left the vehicle heading as before."""
    episode = m["episode"]
    peak, m["pushes"] = episode["peak"], 0
    level = int(peak >= p["level1_g"]) + int(peak >= p["level2_g"]) + int(peak >= p["level3_g"])
    if level > 0 and fabs(m["turned"]) <= p["net_deg"]:
        episode["level"] = level
        tell(changes, OPEN, kind, slot, -1, episode, limit_of(p, level))
        tell(changes, CLOSE, kind, slot, -1, episode, limit_of(p, level))["end"] = episode["end"]


@inner
def go_on(m: Any, t: float, push: float, yaw: float, enough: float, p: Any) -> bool:
    """Follow a pair of pushes to this sample; whether its second push is over."""
    m["turned"] += yaw * span(m["t"], t)
    clear, start = p["clear_share"] * enough, m["episode"]["start"]
    if m["since"] > 0.0 and push * m["side"] < clear and over(m, p):
        return True
    if m["pushes"] < 0:
        m["pushes"] = -1 if fabs(push) >= clear else 0
    elif fabs(m["turned"]) > p["most_deg"] or span(start, t) > p["within_s"]:
        m["since"], m["pushes"] = 0.0, -1
    elif m["since"] == 0.0 and span(m["episode"]["end"], t) > p["back_s"]:
        m["pushes"] = 0
    return False


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Pairs of pushes, told when the second is over."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        m, p = state[slot], params[fleet.klass[slot]]
        enough, active = p["back_share"] * p["level1_g"], m["since"] > 0.0 or m["pushes"] != 0
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            push = batch.lateral[i]
            if not active and not fabs(push) >= enough:
                continue
            t, side = batch.t[i], 1 if push > 0.0 else -1
            if active and span(m["t"], t) > p["link_s"]:
                active = False
                if m["since"] > 0.0 and over(m, p):
                    judge(m, p, kind, slot, changes)
                m["since"], m["pushes"] = 0.0, 0
            if isnan(push) or isnan(batch.yaw_rate[i]):
                continue
            if active and go_on(m, t, push, batch.yaw_rate[i], enough, p):
                judge(m, p, kind, slot, changes)
            if m["since"] == 0.0 and m["pushes"] >= 0 and fabs(push) >= enough:
                if m["pushes"] == 1 and side != m["side"]:
                    m["since"], m["side"] = t, side
                elif fast(batch, i, SIDEWAYS, p):
                    begin(m["episode"], batch, i, source_at(batch, i, SIDEWAYS), fabs(push))
                    m["since"], m["side"], m["pushes"], m["turned"] = t, side, 0, 0.0
            if m["since"] > 0.0:
                m["episode"]["peak"] = max(m["episode"]["peak"], fabs(push))
                m["episode"]["quality"] |= batch.quality[i]
            m["t"] = t
            active = m["since"] > 0.0 or m["pushes"] != 0


DETECTOR = Detector(
    "lane_change",
    unit="m/s²",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The vehicle changed lane, or swerved, harder than its class should.",
    sources=SOURCES,
)
