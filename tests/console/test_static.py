"""What the browser is given: vendored files as they were taken, one catalogue in two languages, small modules."""

import gzip
import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from streams import words
from streams.alert_rules import PRIORITIES, RULES
from streams.desk.decisions import DISMISSALS
from streams.kernels.params import CLASSES
from streams.registry.cells import WRONG
from streams.registry.described import CELLS

STATIC = Path(__file__).parents[2] / "console" / "static"
VENDOR = STATIC / "vendor"
MODULES = sorted(path for path in STATIC.rglob("*.js") if VENDOR not in path.parents)
SHEETS = sorted(STATIC.glob("*.css"))
CATALOGUES = {language: words.catalogue(language) for language in words.LANGUAGES}
LATER = (
    "experience.",
    "otherwise.",
    "since.",
    "counted.",
    "counters.",
    "behind.",
    "claims.",
    "column.",
    "days.",
    "deed.",
    "entry.",
    "factors.",
    "file.",
    "flag.",
    "fleet_report.",
    "hours.",
    "lift.",
    "made.",
    "mail.",
    "means.",
    "models.",
    "unit.",
    "noted.",
    "phrase.",
    "posting.",
    "runs.",
    "say.",
    "stops.",
    "tariffs.",
    "threshold.",
)  # of few screens, or none
NAME = re.compile(r"\w+")
IMPORT = re.compile(r"^(?:import|export)\b[^'\n]*'(\.[^']+)'", re.MULTILINE)
EXPORT = re.compile(r"^export (?:async )?(?:function\*?|const|let|class) (\w+)|^export \{([^}]*)\}", re.MULTILINE)
HOLE = re.compile(r"\{(\w+)\}")
HAN = re.compile(r"[一-鿿]")
SAID = re.compile(r"\b(?:t|counted)\(\s*'([\w.]+)'")
SENTENCE = re.compile(r"\bsay\(\s*\"(\w+)\"(?: if \w+ else \"(\w+)\")?")
COLUMNS = {name for cells in CELLS.values() for name in cells}
MEANINGS = {cell.meaning for cells in CELLS.values() for cell in cells.values()}
FOREIGN = re.compile(r"https?://(?!www\.geonames\.org\b|www\.w3\.org/2000/svg)")


def test_vendored_files_are_as_they_were_taken():
    lock = json.loads((VENDOR / "vendor.lock.json").read_text("utf-8"))
    for name, entry in lock.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == entry["sha256"], name


def test_nothing_is_vendored_without_a_lock_and_a_licence():
    lock = json.loads((VENDOR / "vendor.lock.json").read_text("utf-8"))
    assert {path.name for path in VENDOR.iterdir() if path.is_file()} == {*lock, "vendor.lock.json"}
    for entry in lock.values():
        for package in entry["package"].split(" + "):
            assert (VENDOR / "LICENSES" / f"{package.replace('/', '-').lstrip('@')}.txt").stat().st_size > 500


def test_languages_say_the_same_things():
    english, chinese = CATALOGUES["en"], CATALOGUES["zh-CN"]
    assert english.keys() == chinese.keys()
    for key, text in english.items():
        assert sorted(set(HOLE.findall(text))) == sorted(set(HOLE.findall(chinese[key]))), key


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_what_few_screens_need_is_not_fetched_with_the_first_page(language):
    first, later = (json.loads((folder / f"{language}.json").read_text("utf-8")) for folder in words.FOLDERS)
    assert first.keys() & later.keys() == set()
    assert [key for key in first if key.startswith(LATER)] == []
    assert [key for key in later if not key.startswith(LATER)] == []
    assert len(gzip.compress(json.dumps(first, ensure_ascii=False).encode())) < 20_000


def test_no_language_leaks_into_the_other():
    assert [key for key, text in CATALOGUES["en"].items() if HAN.search(text)] == []
    assert [key for key, text in CATALOGUES["zh-CN"].items() if not HAN.search(text)] == []


def test_every_text_a_module_asks_for_is_there():
    asked = {key for path in MODULES for key in SAID.findall(path.read_text("utf-8"))}
    known = CATALOGUES["en"].keys() | {key.rpartition(".")[0] for key in CATALOGUES["en"]}
    assert asked - known == set()


@pytest.mark.parametrize(
    "family, names",
    [
        ("kind", RULES),
        ("priority", PRIORITIES),
        ("dismissal", DISMISSALS),
        ("class", CLASSES),
        ("rows", CELLS),
        ("cell", COLUMNS),
        ("means", MEANINGS),
    ],
)
def test_families_of_words_are_whole(family, names):
    assert [name for name in names if f"{family}.{name}" not in CATALOGUES["en"]] == []


def test_what_to_do_is_as_the_rules_say():
    said = {kind: CATALOGUES["en"][f"action.{kind}"] for kind in RULES}
    assert said == {kind: rule.action for kind, rule in RULES.items()}


def test_modules_and_sheets_are_small_and_say_what_they_are():
    for path in [*MODULES, *SHEETS]:
        text = path.read_text("utf-8")
        assert text.startswith("/*"), path
        assert text.count("\n") <= 250, path


def test_what_a_module_exports_another_takes_or_a_test_does():
    texts = {path: path.read_text("utf-8") for path in [*MODULES, *(Path(__file__).parent / "browser").glob("*.py")]}
    places = Counter(name for text in texts.values() for name in set(NAME.findall(text)))
    named = {name for path in MODULES for said in EXPORT.findall(texts[path]) for name in NAME.findall(" ".join(said))}
    assert len(named) > 200
    assert [name for name in named if places[name] < 2] == []


def test_modules_stand_in_no_circle():
    below = {
        path: {(path.parent / name).resolve() for name in IMPORT.findall(path.read_text("utf-8"))} for path in MODULES
    }
    while free := [path for path in below if not below[path] & below.keys()]:
        for path in free:
            del below[path]
    assert sorted(path.name for path in below) == []


def test_the_import_map_leads_to_vendored_files():
    page = (STATIC / "index.html").read_text("utf-8")
    found = re.search(r'<script type="importmap">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    for target in json.loads(found[1])["imports"].values():
        assert (STATIC / target.removeprefix("/static/")).is_file(), target


def test_no_file_of_ours_asks_another_machine():
    ours = [*MODULES, STATIC / "index.html", *SHEETS]
    assert [path.name for path in ours if FOREIGN.search(path.read_text("utf-8"))] == []


def test_every_sentence_of_the_service_has_its_code_in_the_catalogue():
    root = STATIC.parents[1]
    told = {code for room in ("console", "streams") for path in (root / room).rglob("*.py") for code in codes(path)}
    known = {key.removeprefix("say.") for key in CATALOGUES["en"] if key.startswith("say.")}
    assert told - known == set()
    assert known - told - {*WRONG.values()} == set()


def codes(path):
    """Of sentences that a module says, one or the other too."""
    return {code for group in SENTENCE.findall(path.read_text("utf-8")) for code in group if code}
