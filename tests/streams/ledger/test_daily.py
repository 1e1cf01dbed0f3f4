"""Daily: the service posts what is due and seals it when a day has closed, once, and nothing stops it or is stopped."""

import hashlib
import json
from contextlib import nullcontext
from dataclasses import replace
from datetime import date

import pytest

from pricing.tariffs import standard_text
from streams import config, keys, metrics, registry
from streams.ledger import chains, daily
from streams.ledger.crossed import crossed
from streams.ledger.daily import AGAIN_S, EPOCH, Daily, post
from streams.ledger.pinned import DAY_S
from streams.objects import Folder
from streams.registry import stored
from streams.river.nightly import nightly
from streams.store import accounts, audit

from ..insured import FILES

HOUR = 3_600.0


@pytest.fixture(scope="module")
def seal_key():
    return keys.pair()[0]


@pytest.fixture
def said(seal_key):
    return config.load(None, {}, (f"ledger.seal_key={seal_key}",))


@pytest.fixture
def river(rivers, insured, tmp_path):
    """A fleet that is insured and has driven for some days."""
    river = insured(tmp_path, rivers.judged())
    river.embedded.take(rivers.payloads(rivers.days(3)))
    river.drain()
    return river


def last(river):
    """The midnight after the newest sample."""
    return (river.embedded.newest // DAY_S + 1) * DAY_S


def night(river, said, folder):
    return nightly(river.embedded, Folder(folder), said, river.source, 0, None)


def test_a_closed_day_is_posted_and_sealed_once(river, said, tmp_path):
    keeper, midnight = night(river, said, tmp_path), last(river)
    for now in (midnight + HOUR, midnight + 2 * HOUR, midnight + DAY_S - 1.0):
        keeper.work(now)
        keeper._last(now)
    entries = river.rows(accounts.entries)
    assert {json.loads(row["text"])["kind"] for row in entries} >= {"indicated"}
    (seal,) = river.rows(accounts.seals)
    assert json.loads(seal["text"])["day"] == date.fromordinal(EPOCH + int(midnight // DAY_S) - 1).isoformat()
    with river.store.reading() as connection:
        done = [row["action"] for row in audit.read(connection, action="ledger")]
    assert done == ["ledger.post", "ledger.seal"]
    with river.store.reading() as connection:
        (row,) = audit.read(connection, action="ledger.post")
    made = json.loads(row["detail"])
    assert made["rows"] == sum(made["entries"].values()) == len(entries)
    assert made["query"].keys() == {"tariff", "band", "step", "privacy", "code"}
    hashes = "\n".join(sorted(entry["hash"] for entry in entries))
    assert made["sha256"] == hashlib.sha256(hashes.encode()).hexdigest()
    night(river, said, tmp_path)._last(midnight + 3 * HOUR)  # begun again: what is posted is posted
    assert (river.rows(accounts.entries), len(river.rows(accounts.seals))) == (entries, 1)


def test_it_waits_until_the_day_has_been_seen_to(river, said):
    ledger = Daily(lambda: nullcontext(river.store), said)
    ledger.work(last(river) + 2 * HOUR)
    assert river.rows(accounts.entries) == []


def test_without_policies_there_is_nothing_to_do(rivers, said, tmp_path):
    river = rivers.River(tmp_path, rivers.judged())
    night(river, said, tmp_path)._last(2e9)
    assert river.rows(accounts.seals) == river.rows(accounts.entries) == []


def test_a_failure_is_told_stops_nothing_and_is_tried_again_in_an_hour(river, said, tmp_path, caplog):
    broken = replace(said, tariff=replace(said.tariff, path=str(tmp_path / "no such tariff")))
    keeper, now = night(river, said, tmp_path), last(river) + HOUR
    keeper.work(now)
    ledger, before = Daily(lambda: nullcontext(river.store), broken), metrics.total(metrics.LEDGER_FAILED)
    for later in (0.0, 60.0, AGAIN_S):
        ledger.work(now + later)
    assert metrics.total(metrics.LEDGER_FAILED) == before + 2
    with river.store.reading() as connection:
        failed = audit.read(connection, action="ledger.failed")
    assert [json.loads(row["detail"]) for row in failed] == [{"error": "ConfigError"}] * 2
    assert "ConfigError" in caplog.text and "tariff" not in caplog.text.replace("tripmeter", "")
    ledger.said = said
    ledger.work(now + 3 * AGAIN_S)
    assert river.rows(accounts.entries)


def test_who_posts_by_hand_posts_the_same(river, said, tmp_path):
    keeper, now = night(river, said, tmp_path), last(river) + HOUR
    keeper.work(now)
    by_hand = post(river.store, said, now, None)
    assert (river.rows(accounts.entries), by_hand.refused) == ([], [])
    keeper._last(now)
    with river.store.reading() as connection:
        written = chains.of(connection, "P")
    assert [(one["kind"], one.amount) for one in written] == [(one["kind"], one.amount) for one in by_hand.entries]
    assert list(by_hand.left_out()) == []


def test_it_can_be_switched_off_and_only_one_partition_does_it(river, said, tmp_path):
    off = replace(said, ledger=replace(said.ledger, post=False))
    now = last(river) + HOUR
    for settings, number in ((off, 0), (said, 1)):
        keeper = nightly(river.embedded, Folder(tmp_path), settings, river.source, number, None)
        keeper.work(now)
        keeper._last(now)
    assert river.rows(accounts.entries) == []


def test_the_next_term_is_offered_in_time_before_the_day_is_sealed(river, said, tmp_path):
    early = replace(said, ledger=replace(said.ledger, offer_days=366))
    keeper, now = night(river, early, tmp_path), last(river) + HOUR
    keeper.work(now)
    keeper._last(now)
    kinds = [json.loads(row["text"])["kind"] for row in river.rows(accounts.entries)]
    assert kinds.count("offer") == kinds.count("indicated") > 0
    with river.store.reading() as connection:
        done = [row["action"] for row in audit.read(connection, action="ledger")]
    assert done == ["ledger.post", "ledger.offer", "ledger.seal"]


def test_a_tariff_filed_with_an_older_date_does_not_reach_terms_already_begun(river, said, filed, tmp_path):
    folder, now = tmp_path / "tariffs", last(river) + HOUR
    folder.mkdir()
    several = replace(said, tariff=replace(said.tariff, path=str(folder), check_key=filed.key))

    def put(name, since, fixed):
        text = standard_text().replace("standard-2026.1", name, 1).replace("2026-01-01", since, 1)
        filed(folder / f"{name}.toml", text.replace("fixed_per_day = 0.03", f"fixed_per_day = {fixed}"))

    night(river, said, tmp_path / "archive").work(now)
    put("one", "2010-01-01", "0.03")
    post(river.store, several, now, "Ann")
    put("two", "2011-01-01", "0.30")
    after = post(river.store, several, now, "Ann")
    assert (after.entries, after.refused) == ([], [])
    (folder / "one.toml").unlink()
    kept = post(river.store, several, now, "Ann")  # it is on record
    assert (kept.entries, kept.refused) == ([], [])


def test_each_policy_is_posted_by_a_tariff_in_its_currency(river, said, tmp_path):
    for folder in ("tariffs", "registry more"):
        (tmp_path / folder).mkdir()
    for name in ("EUR", "CNY"):
        text = standard_text().replace("standard-2026.1", name, 1).replace('currency = "EUR"', f'currency = "{name}"')
        (tmp_path / "tariffs" / f"{name}.toml").write_text(text)
    more = {
        "policies": "Q,ph,2024-10-01,2025-10-01,fixed,CNY\n",
        "policy_vehicles": "Q,V0,cargo,2024-10-01,2025-10-01,\n",
    }
    for name, text in FILES.items():
        (tmp_path / "registry more" / f"{name}.csv").write_text(text + more.get(name, ""))
    with river.store.writing() as connection:
        stored.write(connection, registry.load(tmp_path / "registry more"), 0.0)
    several = replace(said, tariff=replace(said.tariff, path=str(tmp_path / "tariffs")))
    done = post(river.store, several, last(river) + HOUR, None)
    assert done.refused == []
    assert {(entry["policy_id"], entry["currency"]) for entry in done.entries} == {("P", "EUR"), ("Q", "CNY")}


def test_the_record_is_not_read_for_a_tariff_that_no_policy_is_under(river, said, tmp_path, monkeypatch):
    folder = tmp_path / "tariffs"
    folder.mkdir()
    for name, since in (("one", "2020-01-01"), ("two", "2027-01-01"), ("three", "2028-01-01")):
        text = standard_text().replace("standard-2026.1", name, 1).replace("2026-01-01", since, 1)
        (folder / f"{name}.toml").write_text(text)
    read = []

    def counted(connection, tariff, *rest):
        read.append(tariff.name)
        return crossed(connection, tariff, *rest)

    monkeypatch.setattr(daily, "crossed", counted)
    several = replace(said, tariff=replace(said.tariff, path=str(folder)))
    night(river, said, tmp_path / "archive").work(last(river) + HOUR)
    post(river.store, several, last(river) + HOUR, None)
    assert read == ["one"]
