"""Base: what a row of the registry is, and what its columns say of themselves."""

from datetime import date, datetime
from typing import Annotated, ClassVar

import msgspec


def says(meaning: str, ref: str = "", choices: tuple[str, ...] = (), secret: bool = False) -> msgspec.Meta:
    """What a column means; ``ref`` is the file whose id it holds, ``choices`` what it may say."""
    return msgspec.Meta(description=meaning, extra={"ref": ref, "choices": choices, "secret": secret})


Id = Annotated[str, says("its id: any text without / + #")]
Name = Annotated[str, says("name for people")]
InFleet = Annotated[str, says("fleet it belongs to", "fleets")]
Vehicle = Annotated[str, says("vehicle", "vehicles")]
OfFleet = Annotated[str, says("fleet of the vehicle, where two fleets have one of this id; else empty", "fleets")]
Since = Annotated[datetime | None, says("from when on; empty: ever since")]
Until = Annotated[datetime | None, says("until when, itself excluded; empty: until further notice")]
FirstDay = Annotated[date, says("first day")]
EndDay = Annotated[date, says("the day after the last")]
Currency = Annotated[str, says("three letters, ISO 4217")]
Note = Annotated[str, says("anything else")]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row. ``KEY`` are the fields that name it, the id first; ``ONCE`` those of which one row may hold at a time."""

    KIND: ClassVar[str]
    KEY: ClassVar[tuple[str, ...]]
    ONCE: ClassVar[tuple[str, ...]] = ()

    @property
    def key(self) -> str:
        """Its name within its file."""
        said = (getattr(self, name) for name in self.KEY)
        return "/".join(one.isoformat() if isinstance(one, date) else str(one) for one in said if one not in (None, ""))
