"""Guard: who may have what a request asks for; what is refused is counted, and now and then noted down."""

import logging
import threading
import time
from collections.abc import Callable, Collection
from typing import NamedTuple

from streams import metrics
from streams.store.audit import Entry
from streams.web.tokens import Holder, holder_of

logger = logging.getLogger(__name__)

EVERY_S = 60.0  # the same refusal is noted once in so long, with how many there were


class Verdict(NamedTuple):
    """What is to be answered: 200, or 401 or 403 with ``why``."""

    status: int
    why: str = ""


class Guard:
    """Knows the tokens; without any, everybody may have everything: it listens on this machine only then.

    ``note`` puts an entry into the audit log, where there is one.
    """

    def __init__(
        self,
        holders: Collection[Holder] = (),
        note: Callable[[Entry], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.holders, self._note, self._clock = tuple(holders), note, clock
        self._lock = threading.Lock()
        self._noted: dict[tuple[str, int], tuple[float, int]] = {}  # by whom and status: when noted, how many since

    def holder(self, authorization: str | None) -> Holder | None:
        """Whose token a header ``Authorization: Bearer TOKEN`` holds."""
        scheme, _, token = (authorization or "").partition(" ")
        return holder_of(token.strip(), self.holders) if scheme.lower() == "bearer" else None

    def verdict(self, authorization: str | None, roles: Collection[str], fleet: str = "") -> Verdict:
        """Whether whoever sends this header is one of ``roles`` for ``fleet`` (empty: for all)."""
        holder = self.holder(authorization)
        if not self.holders or (holder is not None and holder.may(roles, fleet)):
            return Verdict(200)
        if holder is None:
            found = "is not known here" if authorization else "is missing"
            return Verdict(401, f"the token {found}: send 'Authorization: Bearer TOKEN'")
        of_fleet = f" of fleet {fleet}" if fleet else ""
        return Verdict(403, f"{holder.name} is not {' or '.join(sorted(roles))}{of_fleet}")

    def refused(self, authorization: str | None, status: int, path: str, peer: str) -> None:
        """Count it; note it down unless the same was a moment ago: whoever knocks all day must fill no disk."""
        metrics.HTTP_REFUSED.labels(str(status)).inc()
        holder = self.holder(authorization)
        name = holder.name if holder else "unknown"
        with self._lock:
            since, times = self._noted.get((name, status), (float("-inf"), 0))
            due = self._clock() - since >= EVERY_S
            self._noted[name, status] = (self._clock(), 0) if due else (since, times + 1)
        if due:
            logger.warning("http: %s at %s was refused %s with %d, %d times", name, peer, path, status, times + 1)
            if self._note is not None:
                detail = {"from": peer, "status": status, "times": times + 1}
                self._note(Entry(name, "http.refused", about=path, detail=detail))
