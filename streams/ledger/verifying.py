"""Verifying: whether the ledger is as it was written - rows, chains, seals, and every amount made again."""

from dataclasses import dataclass, field

from sqlalchemy import Connection

from pricing.ledger.chain import verify as faults_of
from pricing.ledger.entry import Entry
from pricing.ledger.replay import ReplayError, replay
from pricing.ledger.seal import Good, check
from pricing.tariff import Tariff
from streams.ledger import chains


@dataclass
class Verified:
    """What became of it."""

    policies: int = 0
    entries: int = 0
    replayed: int = 0
    seals: int = 0
    signatures: bool = False  # whether they were checked
    problems: list[str] = field(default_factory=list)


def verify(connection: Connection, good: Good | None, again: bool) -> Verified:
    """Go through all of it; ``good`` checks signatures, and ``again`` makes every entry once more."""
    found, seals = chains.read(connection), chains.sealed(connection)
    done = Verified(len(found), sum(map(len, found.values())), 0, len(seals), good is not None)
    done.problems += chains.misplaced(connection)
    for policy_id, chain in found.items():
        for fault in faults_of(chain):
            done.problems.append(f"policy {policy_id}, entry {fault.place}: {fault.what}")
    done.problems += check(seals, found, good or (lambda _said, _signature: True))
    if again and not done.problems:
        tariffs = chains.kept(connection)
        for policy_id, chain in found.items():
            for entry in chain:
                done.replayed += 1
                if problem := made_again(entry, tariffs):
                    done.problems.append(f"policy {policy_id}, entry {entry['seq']}: {problem}")
    return done


def made_again(entry: Entry, tariffs: dict[str, Tariff]) -> str:
    """What is wrong with an entry made again from what it holds; empty: it is the same to the bit."""
    try:
        return "" if replay(entry, tariffs) == entry else "what it was made from makes another"
    except ReplayError as error:
        return str(error)
