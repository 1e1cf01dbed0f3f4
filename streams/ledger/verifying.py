"""Verifying: whether the ledger is as it was written - rows, chains, seals, and every amount made again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from pricing.ledger.chain import verify as faults_of
from pricing.ledger.entry import Entry
from pricing.ledger.per_km import as_indicated
from pricing.ledger.replay import ReplayError, replay
from pricing.ledger.seal import Good, Link, check
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


def verify(
    connection: Connection,
    good: Good | None,
    again: bool,
    kept: str = "",
    approved: Good | None = None,
    told: Callable[[int, int], object] = lambda _done, _all: None,
) -> Verified:
    """Go through all of it, a policy at a time; ``good`` checks signatures, ``again`` makes every entry once more.

    ``kept`` is the signature of a seal kept elsewhere, which must still be there; ``approved`` checks those of tariffs.
    ``told`` hears how many policies of how many are done.
    """
    seals, links = chains.sealed(connection), dict[str, list[Link]]()
    done = Verified(seals=len(seals), signatures=good is not None)
    kept_tariffs = chains.kept(connection)
    tariffs = {digest: tariff for digest, tariff in kept_tariffs.items() if tariff is not None}
    done.problems += [f"tariff {digest[:8]} is not as it was kept" for digest in kept_tariffs.keys() - tariffs.keys()]
    if approved is not None:
        found = chains.unsigned(connection, approved)
        done.problems += [f"tariff {name} is filed and not signed by tariff.check_key" for name in found]
    policies = chains.policies(connection)
    for number, policy_id in enumerate(policies):
        told(number, len(policies))
        chain = chains.of(connection, policy_id)
        links[policy_id] = [Link(entry.hash, entry.recorded_at) for entry in chain]
        faults = [f"policy {policy_id}, entry {fault.place}: {fault.what}" for fault in faults_of(chain)]
        faults += chains.misplaced(connection, policy_id)
        done.problems += faults
        if again and not faults:
            done.problems += _again(policy_id, chain, tariffs)
            done.replayed += len(chain)
        done.policies, done.entries = done.policies + 1, done.entries + len(chain)
    if bool(kept_tariffs) != bool(done.entries):
        done.problems.append("there are tariffs on record that entries were made with, and no entries, or the reverse")
    if good is not None and done.entries and not seals:
        done.problems.append("nothing is sealed: a seal was taken away, or 'tripmeter ledger seal' never made one")
    done.problems += check(seals, links, chains.rows(connection), good or (lambda _said, _signature: True))
    if kept and kept not in {seal.signature for seal in seals}:
        done.problems.append("the seal that was kept elsewhere is not among those here")
    return done


def _again(policy_id: str, chain: list[Entry], tariffs: Mapping[str, Tariff]) -> list[str]:
    """What is wrong with entries made again from what they hold: nothing, if they are the same to the bit."""
    found = []
    for entry in chain:
        try:
            what = "" if replay(entry, tariffs) == entry else "what it was made from makes another"
            if not what and entry["made"]["by"] == "billed" and not as_indicated(entry, chain, tariffs):
                what = "its rates are not those of the indication it names"
        except ReplayError as error:
            what = str(error)
        except (ValueError, TypeError, KeyError, ArithmeticError, AttributeError):  # forged: its hash is good
            what = "what it was made from cannot be read"
        if what:
            found.append(f"policy {policy_id}, entry {entry['seq']}: {what}")
    return found
