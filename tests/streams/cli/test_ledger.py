"""tripmeter ledger: policies from registry and record to entries that are shown, explained, sealed and verified."""

import csv
import json
import sqlite3

import pytest

from pricing.tariffs import standard_text

FILES = {
    "policyholders": "policyholder_id,name\nph,North Haulage\n",
    "fleets": "fleet_id,name,time_zone\nnorth,North,UTC\n",
    "vehicles": "vehicle_id,fleet_id,class,use,gross_kg\nHH-1,north,N3,hire,18000\n",
    "policies": "policy_id,policyholder_id,from,to,basis,currency,cancelled\nP1,ph,2025-01-01,2026-01-01,fixed,EUR,\n",
    "policy_vehicles": "policy_id,vehicle_id,cover,from,to,annual_km\n"
    "P1,HH-1,own_damage,2025-01-01,2026-01-01,60000\n"
    "P1,HH-1,compulsory,2025-01-01,2026-01-01,60000\n",
}
INCEPTION = [
    (1, "indicated", "compulsory", ""),
    (2, "indicated", "own_damage", ""),
    (3, "charged", "compulsory", "inception"),
    (4, "charged", "own_damage", "inception"),
]


@pytest.fixture
def register(typed, data, tmp_path):
    """Registers the good files with some of them changed."""
    folder = tmp_path / "registry"
    folder.mkdir()

    def run(**changes):
        for name, said in (FILES | changes).items():
            (folder / f"{name}.csv").write_text(said)
        result = typed("registry", "import", folder, "--data", data)
        assert result.exit_code == 0, result.output

    run()
    return run


@pytest.fixture
def ledger(typed, register, data):
    """Types a command of the ledger that must go well; what it prints."""

    def run(*arguments):
        result = typed("ledger", *arguments, "--data", data)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


@pytest.fixture
def keys(typed, monkeypatch):
    """A pair of keys in the environment."""
    made = json.loads(typed("ledger", "key", "--json").stdout)
    monkeypatch.setenv("TRIPMETER_LEDGER__SEAL_KEY", made["seal_key"])
    monkeypatch.setenv("TRIPMETER_LEDGER__CHECK_KEY", made["check_key"])
    return made


def told(printed):
    return [tuple(row[name] for name in ("seq", "kind", "cover", "reason")) for row in json.loads(printed)]


def altered(data, statement):
    with sqlite3.connect(data / "tripmeter.db") as connection:
        connection.execute(statement)


def test_a_policy_is_indicated_and_charged_once(ledger):
    assert told(ledger("post", "--dry-run", "--json")) == INCEPTION
    assert told(ledger("post", "--json")) == INCEPTION
    assert told(ledger("post", "--json")) == []
    assert "4 entries, 4 made again" in ledger("verify", "--replay")


def test_entries_are_shown_explained_and_written_down(ledger, tmp_path):
    ledger("post")
    shown = ledger("show", "P1")
    assert "EUR charged in all" in shown and "inception" in shown
    why = ledger("explain", "P1:4")
    assert "charged, inception: HH-1 own_damage" in why
    assert "x 1.20" in why  # the ladder of the indication it was taken from: hire
    assert json.loads(ledger("explain", "P1:4", "--json"))["seq"] == 4
    ledger("export", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["reason"] for row in rows] == ["", "", "inception", "inception"]


def test_what_held_on_a_day_as_it_was_known(ledger):
    ledger("post")
    assert len(told(ledger("show", "P1", "--json", "--valid-at", "2025-12-31"))) == 4
    assert told(ledger("show", "P1", "--json", "--valid-at", "2026-01-01")) == []
    assert told(ledger("show", "P1", "--json", "--known-at", "2025-01-01")) == []


def test_mid_term_changes_of_the_registry_are_endorsements(ledger, register):
    ledger("post")
    register(
        policy_vehicles=FILES["policy_vehicles"].replace(
            "own_damage,2025-01-01,2026-01-01", "own_damage,2025-01-01,2025-06-01"
        )
    )
    assert told(ledger("post", "--json"))[-1] == (7, "charged", "own_damage", "removed")
    register(policies=FILES["policies"].replace("EUR,", "EUR,2025-06-10"))
    assert [row[3] for row in told(ledger("post", "--json"))] == ["", "other days", "cancelled", "added", "cancelled"]


def test_what_was_wrong_is_taken_back_and_posted_anew(ledger, typed, data):
    ledger("post")
    assert told(ledger("reverse", "P1:4", "--reason", "wrong", "--json")) == [(5, "charged", "own_damage", "wrong")]
    refused = typed("ledger", "reverse", "P1:4", "--reason", "again", "--data", data)
    assert (refused.exit_code, "no longer holds" in refused.stderr) == (1, True)
    assert told(ledger("post", "--json")) == [(6, "charged", "own_damage", "inception")]
    actions = [row["action"] for row in json.loads(typed("audit", "--data", data, "--json").stdout)]
    assert actions[-3:] == ["ledger.post", "ledger.reverse", "ledger.post"]


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        (
            "UPDATE ledger_entries SET text = replace(text, 'own_damage', 'own_damagE') WHERE seq = 2",
            "entry 2: its text",
        ),
        ("UPDATE ledger_entries SET hash = 'x' WHERE seq = 3", "entry 3: its text"),
        ("UPDATE ledger_entries SET policy_id = 'P2' WHERE seq = 4", "policy P2, entry 4: its row"),
        ("DELETE FROM ledger_entries WHERE seq = 1", "policy P1, entry 1: it is number 2"),
        ("UPDATE ledger_entries SET text = 'x' WHERE seq = 4", "entry 4: its text"),
    ],
)
def test_an_altered_byte_is_found_and_named(ledger, typed, data, statement, where):
    ledger("post")
    altered(data, statement)
    result = typed("ledger", "verify", "--data", data)
    assert (result.exit_code, where in result.stdout) == (1, True), result.output
    assert "not as it was written" in result.stderr


def test_who_rewrites_the_database_is_found_by_the_seals(ledger, typed, data, keys):
    ledger("post")
    first = json.loads(ledger("seal", "--json"))
    second = json.loads(ledger("seal", "--json"))
    assert "2 seals" in ledger("verify", "--seal", second["signature"])
    altered(data, "DELETE FROM ledger_entries WHERE seq = 4")
    cut = typed("ledger", "verify", "--data", data)
    assert (cut.exit_code, "policy P1 had 4 entries and has 3" in cut.stdout) == (1, True)
    altered(data, "DELETE FROM ledger_seals")
    gone = typed("ledger", "verify", "--data", data)
    assert (gone.exit_code, "nothing is sealed" in gone.stdout) == (1, True)
    kept = typed("ledger", "verify", "--seal", first["signature"], "--data", data)
    assert (kept.exit_code, "kept elsewhere is not among" in kept.stdout) == (1, True)


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE ledger_seals SET signature = upper(signature)", "seal 1: its signature is not good"),
        ("UPDATE ledger_seals SET number = 7", "the seals are not numbered"),
        ("UPDATE ledger_tariffs SET text = '# filed' || text", "is not as it was"),
        ("INSERT INTO ledger_rules VALUES ('cafe', 0.0, 'the insurer', 'forged')", "acceptance of rules cafe says"),
        (
            "INSERT INTO ledger_books VALUES (1, 'couplings', 'north', 0.0, 'the insurer', 'forged')",
            "acceptance of trailers 1 says",
        ),
        ("INSERT INTO ledger_disputes VALUES (1, 0.0, 'the insurer', 'forged')", "concession 1 says"),
        ("DELETE FROM ledger_entries", "and no entries"),
    ],
)
def test_what_stands_beside_the_chains_is_sealed_too(ledger, typed, data, keys, statement, where):
    ledger("post")
    ledger("seal")
    altered(data, statement)
    result = typed("ledger", "verify", "--data", data)
    assert (result.exit_code, where in result.output) == (1, True), result.output


def test_who_checks_cannot_sign(ledger, typed, data, keys, monkeypatch):
    ledger("post")
    ledger("seal")
    stranger = json.loads(typed("ledger", "key", "--json").stdout)
    monkeypatch.setenv("TRIPMETER_LEDGER__SEAL_KEY", stranger["seal_key"])
    ledger("seal")
    found = typed("ledger", "verify", "--data", data)
    assert (found.exit_code, "seal 2: its signature is not good" in found.stdout) == (1, True)
    monkeypatch.delenv("TRIPMETER_LEDGER__CHECK_KEY")
    assert "signatures not checked" in ledger("verify")


@pytest.mark.parametrize(("name", "said"), [("SEAL_KEY", "12"), ("CHECK_KEY", "no hex")])
def test_a_key_that_is_none_is_told(ledger, typed, data, monkeypatch, name, said):
    monkeypatch.setenv(f"TRIPMETER_LEDGER__{name}", said)
    command = "seal" if name == "SEAL_KEY" else "verify"
    result = typed("ledger", command, "--data", data)
    assert (result.exit_code, "expected 64 hex digits" in result.stderr) == (1, True)


def test_without_a_key_nothing_is_sealed(ledger, typed, data):
    result = typed("ledger", "seal", "--data", data)
    assert (result.exit_code, "'tripmeter ledger key' makes one" in result.stderr) == (1, True)


def test_what_cannot_be_posted_or_found_says_why(ledger, register, typed, data):
    for name in ("abcd", "ab", "P1:9"):
        assert typed("ledger", "explain", name, "--data", data).exit_code == 1
    assert "no entry of policy 'P9'" in typed("ledger", "show", "P9", "--data", data).stderr
    register(policies=FILES["policies"].replace("EUR", "CNY"))
    refused = typed("ledger", "post", "--data", data)
    assert (refused.exit_code, "policy P1: it is in CNY" in refused.stderr) == (1, True)


def test_a_term_is_rated_by_the_tariff_in_force_at_its_start(ledger, register, filed, tmp_path):
    for name, since in (("old", "2025-01-01"), ("new", "2025-02-01")):
        said = standard_text().replace("standard-2026.1", name, 1).replace("2026-01-01", since, 1)
        filed(tmp_path / f"{name}.toml", said)
    later = "P2,ph,2025-02-01,2026-02-01,fixed,EUR,\nP3,ph,2024-06-01,2025-06-01,fixed,EUR,\n"
    rows = "P2,HH-1,cargo,2025-02-01,2026-02-01,60000\nP3,HH-1,cargo,2024-06-01,2025-06-01,60000\n"
    register(policies=FILES["policies"] + later, policy_vehicles=FILES["policy_vehicles"] + rows)
    with pytest.raises(AssertionError, match=r"policy P3: tariff\.path: no tariff is in force on 2024"):
        ledger("post", "--set", f"tariff.path={tmp_path}", *filed.by)
    assert [json.loads(ledger("explain", f"{name}:1", "--json"))["made"]["tariff_id"][:3] for name in ("P1", "P2")] == [
        "old",
        "new",
    ]
    assert "6 entries, 6 made again" in ledger("verify", "--replay")


def test_a_filed_tariff_is_the_only_one_of_its_name(ledger, typed, data, filed, tmp_path):
    said, path = standard_text().replace("2026-01-01", "2025-01-01", 1), tmp_path / "filed.toml"
    by = ("--set", f"tariff.path={path}", *filed.by)
    filed(path, said)
    ledger("post", *by)
    filed(path, said.replace("variable = 0.22", "variable = 0.25"))
    refused = typed("ledger", "post", "--data", data, *by)
    assert refused.exit_code == 1 and "loads.variable 0.22 there, 0.25 here" in refused.stderr
    filed(path, said.replace("variable = 0.22", "variable = 0.25").replace("26.1", "26.2", 1))
    ledger("post", *by)


@pytest.mark.parametrize("command", [("ledger", "post"), ("ledger", "post", "--dry-run"), ("renew",)])
def test_nothing_is_posted_or_offered_by_a_filed_tariff_that_nobody_signed(
    typed, data, register, filed, tmp_path, command
):
    """What names its own key may be signed by anybody; an illustrative tariff may go unsigned."""
    path = tmp_path / "filed.toml"
    asked = (*command, "--data", data, "--set", f"tariff.path={path}")
    filed(path, standard_text().replace("2026-01-01", "2025-01-01", 1))
    refused = typed(*asked)
    assert refused.exit_code == 1 and "is filed, and nothing is posted by it" in " ".join(refused.stderr.split())
    assert "tariff.check_key" in refused.stderr and "tripmeter tariff sign" in " ".join(refused.stderr.split())
    path.with_name("filed.toml.sig").unlink()
    unsigned = typed(*asked, *filed.by)
    assert unsigned.exit_code == 1 and "is not signed" in unsigned.stderr
    path.write_text(standard_text())
    assert typed(*asked).exit_code == 0


def test_taxes_and_levies_on_what_was_charged_are_lines_of_their_own(ledger, typed, data, tmp_path):
    tax = '\n[[levies]]\nname = "insurance tax"\nrate = 0.19\ncovers = ["own_damage"]\n'
    (tmp_path / "taxed.toml").write_text(standard_text() + tax)
    posted = json.loads(ledger("post", "--json", "--set", f"tariff.path={tmp_path / 'taxed.toml'}"))
    (charged,) = [row for row in posted if (row["kind"], row["cover"]) == ("charged", "own_damage")]
    assert (
        f"insurance tax: {float(charged['amount']) * 0.19:,.2f} on what was charged"
        in typed("ledger", "show", "P1", "--data", data).stderr
    )
    ledger("reverse", f"P1:{charged['seq']}", "--reason", "wrong")
    assert "insurance tax: 0.00 on what was charged" in typed("ledger", "show", "P1", "--data", data).stderr


def test_a_filed_tariff_on_record_is_proven_to_have_been_signed(ledger, typed, data, keys, tmp_path):
    path = tmp_path / "filed.toml"
    said = standard_text().replace('"illustrative"', '"filed"').replace("2026-01-01", "2025-01-01", 1)
    path.write_text(said)
    by = ("--set", f"tariff.path={path}", "--set", f"tariff.check_key={keys['check_key']}")
    assert typed("tariff", "sign", path, "--set", f"tariff.sign_key={keys['seal_key']}").exit_code == 0
    ledger("post", *by)
    ledger("seal")
    assert "4 made again" in ledger("verify", "--replay", *by)
    altered(data, "UPDATE ledger_tariffs SET text = replace(text, '# signed by', '# said by')")
    refused = typed("ledger", "verify", "--data", data, *by)
    assert refused.exit_code == 1 and "is filed and not signed by tariff.check_key" in refused.stdout
    unasked = typed("ledger", "verify", "--data", data)  # for a signature of tariffs: the seal holds its text
    assert "not signed" not in unasked.stdout and "is not as it was" in unasked.stdout


def test_each_vehicle_is_rated_by_the_tariff_of_its_policys_currency(register, typed, data, replayed, tmp_path):
    """The earliest is in euros; a policy in yuan is rated in yuan, from a store and from a folder alike."""
    folder = tmp_path / "tariffs"
    folder.mkdir()
    (folder / "euro.toml").write_text(standard_text())
    dear = standard_text().replace("standard-2026.1", "yuan", 1).replace("2026-01-01", "2026-02-01", 1)
    (folder / "yuan.toml").write_text(
        dear.replace('"EUR"', '"CNY"').replace("fixed_per_day = 0.03", "fixed_per_day = 3")
    )
    both = FILES["policies"] + "P2,ph,2025-01-01,2026-01-01,fixed,CNY,\n"
    rows = FILES["policy_vehicles"] + "P2,HH-2,own_damage,2025-01-01,2026-01-01,60000\n"
    register(policies=both, policy_vehicles=rows, vehicles=FILES["vehicles"] + "HH-2,north,N3,hire,18000\n")
    where = (("--data", data), ("--tables", replayed, "--registry", tmp_path / "registry"))
    for one in where:
        printed = typed("rate", *one, "--json", "--set", f"tariff.path={folder}")
        assert printed.exit_code == 0, printed.output
        found = {
            row["vehicle_id"]: row for row in json.loads(printed.stdout)["premiums"] if row["cover"] == "own_damage"
        }
        said = {name: (row["currency"], row["tariff_id"].partition("+")[0]) for name, row in found.items()}
        assert said == {"HH-1": ("EUR", "standard-2026.1"), "HH-2": ("CNY", "yuan")}


def test_who_drove_and_what_was_pulled_are_accepted_each_by_a_word_of_its_own(ledger, register, typed, data):
    words = ("ledger", "accept-books", "north", "--reason", "cards were checked", "--data", data)
    assert "say which: --drivers, --couplings, or both" in typed(*words).stderr
    assert "assigns no driver in fleet 'north', and none is accepted" in typed(*words, "--drivers").stderr
    assigned = "vehicle_id,driver_id,from,to,source\nHH-1,D,2025-01-01,,declared\n"
    register(drivers="driver_id,fleet_id\nD,north\n", driver_assignments=assigned)
    assert "1 drivers of north are accepted" in typed(*words, "--drivers").stderr
    refused = typed(*words, "--drivers", "--couplings")
    assert (refused.exit_code, "couples no trailer" in refused.stderr) == (1, True)
    register(drivers="driver_id,fleet_id\n", driver_assignments="vehicle_id,driver_id,from,to,source\n")
    assert "0 drivers of north are accepted" in typed(*words, "--drivers").stderr
