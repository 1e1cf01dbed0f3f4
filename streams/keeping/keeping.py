"""Keeping: how long what is kept, jurisdiction by jurisdiction, and who says so; docs/data.md is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from streams.hours import WINDOW_S
from streams.settings import Retention

DAY_S = 86_400.0
FOR_GOOD = 0  # days
YEAR = 365

CATEGORIES = {  # what -> which of it goes
    "payloads": "raw payloads in the archive, what is in quarantine, messages nobody took",
    "positions": "coordinates of events and trips, pictures' references, what revisions have changed",
    "trips": "trips; of events all that no premium is made of: peaks, speeds, notes",
    "evidence": "the samples around crashes, rollovers, calls for help",
    "handling": "alerts that are over, who was called, what people decided, tasks",
    "hours": "driving and standing, by which hours at the wheel are judged",
    "exposure": "kilometres and counted events by day, of which premiums are made",
}


class Keep(NamedTuple):
    """How long a category is kept."""

    days: int  # 0: for good
    source: str
    least: int = 0  # days that a law wants it kept: nobody's data may be erased from it before


_CNIL = "CNIL, deliberation 2015-165, art. 5: two months is adequate"
_TACHOGRAPH = "Regulation (EU) 165/2014, art. 33(2), and (EC) 561/2006, art. 10(5): a year at least"
_DISPUTE = "ours: to look into what is disputed"
_YEAR = "CNIL, deliberation 2015-165, art. 5: a year where it proves what was done"
_CN = "道路运输车辆动态监督管理办法 (dynamic supervision of road transport vehicles): "
_CN_DATA = _CN + "monitoring data, 6 months at least"
_CN_DEEDS = _CN + "unlawful driving and what was done about it, 3 years at least"

EU = {
    "payloads": Keep(30, _DISPUTE),
    "positions": Keep(60, _CNIL),
    "trips": Keep(YEAR, _YEAR),
    "evidence": Keep(3 * YEAR, "ours: claims out of a crash are brought within three years in most member states"),
    "handling": Keep(3 * YEAR, "ours: as long as the crash it may have prevented is argued about"),
    "hours": Keep(
        2 * YEAR, f"Directive 2002/15/EC, art. 9(b): working time, two years at least; {_TACHOGRAPH}", least=YEAR
    ),
    "exposure": Keep(10 * YEAR, "ours: the longest that accounts are kept in a member state"),
}
PRESETS: dict[str, dict[str, Keep]] = {
    "eu": EU,
    "de": EU
    | {
        "evidence": Keep(4 * YEAR, "BGB §§ 195, 199: three years from the end of the year"),
        "handling": Keep(4 * YEAR, "ours: as evidence"),
        "hours": Keep(2 * YEAR, f"ArbZG § 21a(7): working time, two years at least; {_TACHOGRAPH}", least=YEAR),
        "exposure": Keep(10 * YEAR, "HGB § 257(4), AO § 147(3): books, ten years"),
    },
    "uk": EU
    | {
        "evidence": Keep(6 * YEAR, "Limitation Act 1980, s. 5: six years (s. 11, injury: three)"),
        "hours": Keep(
            2 * YEAR,
            "Road Transport (Working Time) Regulations 2005, reg. 10: two years; "
            "assimilated Regulation (EC) 561/2006, art. 10(5): a year at least",
            least=YEAR,
        ),
        "exposure": Keep(6 * YEAR + 90, "Finance Act 1998, sch. 18, para. 21: six years; ours: a quarter for closing"),
    },
    "us": {
        "payloads": Keep(30, _DISPUTE),
        "positions": Keep(183, "49 CFR 395.8(k)(1), 395.11(c): supporting documents, six months", least=183),
        "trips": Keep(YEAR, "ours: to coach by, and to compare a year with the last"),
        "evidence": Keep(3 * YEAR, "49 CFR 390.15(b): accident register, three years", least=3 * YEAR),
        "handling": Keep(3 * YEAR, "ours: as the accident register"),
        "hours": Keep(183, "49 CFR 395.8(k)(1): records of duty status, six months", least=183),
        "exposure": Keep(7 * YEAR, "ours: no federal rule; the longest the tax office asks for"),
    },
    "china": {
        "payloads": Keep(183, _CN_DATA, least=183),
        "positions": Keep(183, _CN_DATA, least=183),
        "trips": Keep(3 * YEAR, _CN_DEEDS, least=3 * YEAR),
        "evidence": Keep(3 * YEAR, _CN_DEEDS, least=3 * YEAR),
        "handling": Keep(3 * YEAR, _CN_DEEDS, least=3 * YEAR),
        "hours": Keep(183, _CN_DATA, least=183),
        "exposure": Keep(10 * YEAR, "保险法 (insurance law), art. 87: 5 years, of contracts over a year 10"),
    },
    "custom": {
        name: Keep(30, _DISPUTE) if name == "payloads" else Keep(FOR_GOOD, "ours: until somebody says how long")
        for name in CATEGORIES
    },
}
_UNION = "AT BE BG CY CZ DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK IS LI NO"  # and the EEA
JURISDICTIONS = dict.fromkeys(_UNION.split(), "eu") | {"DE": "de", "GB": "uk", "UK": "uk", "US": "us", "CN": "china"}
BELOW_DAYS = WINDOW_S / DAY_S + 2  # hours at the wheel look back so far, and a day is done at its end


@dataclass(frozen=True)
class Keeping:
    """What a configuration says; ``of`` a fleet by its jurisdiction."""

    preset: str = "auto"
    said: Mapping[str, int] = ()  # type: ignore[assignment]  # days by category, in place of the preset's
    horizon_days: int = 7
    payloads_mb: float = 0.0

    @classmethod
    def chosen(cls, settings: Retention, horizon_days: int) -> "Keeping":
        """That of a configuration."""
        said = {name: getattr(settings, f"{name}_days") for name in CATEGORIES}
        given = {name: days for name, days in said.items() if days >= 0}
        return cls(settings.preset, given, horizon_days, settings.payloads_mb)

    def name(self, jurisdiction: str) -> str:
        """The preset of a fleet."""
        return JURISDICTIONS.get(jurisdiction, "custom") if self.preset == "auto" else self.preset

    def of(self, jurisdiction: str) -> dict[str, Keep]:
        """How long what is kept of a fleet; never shorter than late data and the rules of hours reach back."""
        found = {}
        for name, keep in PRESETS[self.name(jurisdiction)].items():
            if name in self.said:
                keep = Keep(self.said[name], "configuration", keep.least)
            floor = self.horizon_days if name == "payloads" else max(self.horizon_days + 1, round(BELOW_DAYS))
            found[name] = keep if keep.days == FOR_GOOD else keep._replace(days=max(keep.days, floor))
        return found
