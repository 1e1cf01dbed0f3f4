"""Chains: any altered byte is found, by the chain or by the seals."""

import hmac
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.canonical import digest, moment, text
from pricing.ledger.chain import verify
from pricing.ledger.entry import Draft, Entry, follow, reversal
from pricing.ledger.known import balance, known, premium
from pricing.ledger.seal import Head, Link, check, seal


def signer(key):
    """Any signature fits."""
    return lambda said: hmac.new(key, said.encode(), "sha256").hexdigest()


SIGN = signer(b"kept elsewhere")
NOTHING = {}
HOUR = timedelta(hours=1)


def head(entry):
    return Head(entry["seq"], entry.hash)


def good(said, signature):
    return hmac.compare_digest(SIGN(said), signature)


def forged(entry, **changes):
    """The entry with other content and a hash that fits."""
    said = text(json.loads(entry.text) | changes)
    return Entry(said, digest(said))


def rewritten(chain, place, **changes):
    """All of the chain made anew after changing one entry, by somebody who may write everything."""
    new = list(chain)
    new[place] = forged(chain[place], **changes)
    for i in range(place + 1, len(chain)):
        new[i] = forged(chain[i], prev=new[i - 1].hash)
    return new


def test_what_was_written_holds(quarter):
    assert verify(quarter) == []
    assert verify([]) == []


@given(st.data())
def test_any_altered_byte_is_found(quarter, data):
    place = data.draw(st.integers(0, len(quarter) - 1))
    column = data.draw(st.sampled_from(["text", "hash"]))
    was = getattr(quarter[place], column)
    at, letter = data.draw(st.integers(0, len(was) - 1)), chr(data.draw(st.integers(0, 127)))
    chain = list(quarter)
    chain[place] = replace(quarter[place], **{column: was[:at] + letter + was[at + 1 :]})
    assert (verify(chain) == []) is (letter == was[at])


def test_an_entry_that_is_gone_doubled_or_moved_is_found(quarter):
    a, b, c, d = quarter
    for chain in ([b, c, d], [a, c, d], [a, a, b, c, d], [a, c, b, d]):
        assert verify(chain)


def test_what_a_forger_with_fitting_hashes_gets_wrong_is_told(quarter):
    first = quarter[0]
    faults = {
        "it is number 7, where 1 should be": {"seq": 7},
        "it does not follow the entry before it": {"prev": "0"},
        "its period is empty": {"valid_to": first["valid_from"]},
        "its text is not that of an entry": {"more": 1},
        "it reverses no entry before it": {"reverses": "0"},
    }
    for what, changes in faults.items():
        assert what in [fault.what for fault in verify([forged(first, **changes)])]
    for part in ({"amount": "x"}, {"made": 5}, {"reverses": []}, {"valid_to": "soon"}, {"seq": "1"}, {"prev": None}):
        assert [fault.what for fault in verify([forged(first, **part)])] == ["its text is not that of an entry"]
    strange = Entry("[]", digest("[]"))
    assert [fault.what for fault in verify([strange])] == ["its text is not that of an entry"]


def test_a_correction_must_fit_what_it_corrects(quarter):
    a, b = quarter[:2]
    wrong = forged(b, amount="-1.00")
    assert verify([a, wrong])[0].what == f"it reverses {a.amount} by -1.00"
    twice = follow(b, reversal(a, "again"), datetime(2026, 5, 1, tzinfo=UTC))
    assert verify([a, b, twice])[0].what == "what it reverses was reversed before"
    early = follow(a, reversal(a, "early"), datetime(2026, 1, 1, tzinfo=UTC))
    assert verify([a, early])[0].what == "it was recorded before the entry before it"


MADE = {1: datetime(2026, 4, 2, tzinfo=UTC), 30: datetime(2026, 5, 10, tzinfo=UTC)}  # the seals of days of April


def links(chain):
    return [Link(entry.hash, entry.recorded_at) for entry in chain]


def sealing(chain, day, before, sign=SIGN, rows=NOTHING):
    return seal({"P": head(chain[-1])}, rows, date(2026, 4, day), MADE[day], before, sign)


def test_who_rewrites_everything_is_found_by_the_seal(quarter):
    sealed = [sealing(quarter[:1], 1, [])]
    sealed.append(sealing(quarter, 30, sealed))
    assert check(sealed, {"P": links(quarter)}, NOTHING, good) == []
    cheaper = rewritten(quarter, 3, amount="1.00")
    assert verify(cheaper) == []
    other, missing = "policy P: entry 4 is another one", "policy P had 4 entries and has 2"
    assert check(sealed, {"P": links(cheaper)}, NOTHING, good) == [f"seal of 2026-04-30: {other}"]
    assert check(sealed, {"P": links(quarter[:2])}, NOTHING, good) == [f"seal of 2026-04-30: {missing}"]
    assert check(sealed, {}, NOTHING, good)[0] == "seal of 2026-04-01: policy P had 1 entries and has 0"


def test_seals_without_the_key_or_out_of_their_order_are_found(quarter):
    first = sealing(quarter[:1], 1, [])
    second, guessed = sealing(quarter, 30, [first]), sealing(quarter, 30, [first], signer(b"guessed"))
    chains = {"P": links(quarter)}
    assert check([first, guessed], chains, NOTHING, good) == ["seal 2: its signature is not good"]
    assert check([second], chains, NOTHING, good) == ["seal 1 of 2026-04-30 does not follow the seal before it"]


def test_an_entry_that_says_it_was_there_before_the_seal_is_found(quarter):
    sealed = [sealing(quarter, 30, [])]
    honest, slipped = (follow(quarter[-1], reversal(quarter[-1], "?"), MADE[30] + late) for late in (HOUR, -HOUR))
    assert verify([*quarter, slipped]) == []
    assert check(sealed, {"P": links([*quarter, honest])}, NOTHING, good) == []
    (found,) = check(sealed, {"P": links([*quarter, slipped])}, NOTHING, good)
    assert found == "seal of 2026-04-30: policy P: entry 5 says that it was recorded before, and was not there"
    (whole,) = check(sealed, {"P": links(quarter), "Q": links(quarter)}, NOTHING, good)
    assert "policy Q: entry 1 says that it was recorded before" in whole


def test_rows_beside_the_chains_are_sealed_once_and_held_for_good(quarter):
    word = Link("aa", moment(MADE[1] - HOUR))
    first = sealing(quarter[:1], 1, [], rows={"concession 1": word})
    newer = {"concession 1": word, "tariff t": Link("bb", ""), "concession 2": Link("cc", moment(MADE[30] - HOUR))}
    sealed = [first, sealing(quarter, 30, [first], rows=newer)]
    assert json.loads(sealed[1].text)["rows"] == {"tariff t": "bb", "concession 2": "cc"}
    chains, of = {"P": links(quarter)}, "seal of 2026-04-01: concession"
    assert check(sealed, chains, newer, good) == []
    assert check(sealed, chains, newer | {"concession 1": Link("dd", "")}, good) == [f"{of} 1 is not as it was"]
    assert check(sealed, chains, newer | {"concession 3": word}, good)[0].startswith(f"{of} 3 says that it was")
    gone = {name: row for name, row in newer.items() if name != "tariff t"}
    assert check(sealed, chains, gone, good) == ["seal of 2026-04-30: tariff t is gone"]


def test_the_premium_of_a_day_as_it_was_known(quarter):
    """March, as it was known on 2 April and on 6 April; nothing was known in March."""
    march = date(2026, 3, 15)
    for at, place in ((datetime(2026, 4, 2, tzinfo=UTC), 0), (datetime(2026, 4, 6, tzinfo=UTC), 2)):
        assert premium(quarter, "V", march, at, "charged") == {"tpl_property": quarter[place]}
    assert premium(quarter, "V", march, datetime(2026, 3, 20, tzinfo=UTC), "charged") == {}
    later = datetime(2026, 6, 1, tzinfo=UTC)
    assert premium(quarter, "V", date(2026, 4, 1), later, "charged") == {"tpl_property": quarter[3]}
    assert premium(quarter, "V", date(2026, 5, 1), later, "charged") == {}
    assert premium(quarter, "other", march, later, "charged") == {}
    assert premium(quarter, "V", march, later, "indicated") == {}


def test_what_is_owed_is_the_sum_of_all_entries(quarter):
    later = datetime(2026, 6, 1, tzinfo=UTC)
    assert balance(quarter, later, ["charged"]) == quarter[2].amount + quarter[3].amount
    assert balance(quarter, later, ["charged"]) == sum(entry.amount for entry in known(quarter, later))
    assert balance(quarter, datetime(2026, 4, 2, tzinfo=UTC), ["charged"]) == quarter[0].amount
    assert balance(quarter, later, ["indicated"]) == Decimal("0.00")


@pytest.mark.parametrize("at", [datetime(2026, 4, day, 12, tzinfo=UTC) for day in (1, 5, 30)])
def test_what_was_known_then_does_not_change_with_what_comes_later(quarter, at):
    so_far = [entry for entry in quarter if entry["recorded_at"] < at.isoformat()]
    assert known(quarter, at) == known(so_far, at)


def test_an_entry_reads_as_it_was_drafted(quarter):
    assert isinstance(quarter[0].draft, Draft)
    assert follow(None, quarter[0].draft, datetime(2026, 4, 1, 1, tzinfo=UTC)) == quarter[0]
