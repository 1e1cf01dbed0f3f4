"""The page about the console, held against the console: its screens, its paths, the words on its buttons."""

import json
import re
from pathlib import Path

import pytest

from console.api import ENDPOINTS

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "console" / "static"
PAGE = (ROOT / "docs" / "console.md").read_text("utf-8")
WORDS = [json.loads(one.read_text("utf-8")) for one in STATIC.glob("i18n/**/en.json")]
TEXTS = {text for catalogue in WORDS for text in catalogue.values()}
SCREENS = re.findall(r"title: '(screen\.\w+)'", (STATIC / "views" / "index.js").read_text("utf-8"))
NO_SCREENS = {"screen.missing", "screen.account"}  # the second is a way in the header
SAID = {"fewer", "more", "illustrative", "it was given out"}  # in the middle of a sentence


def part(heading: str) -> str:
    """What stands below a heading."""
    return re.split(r"^#+ ", PAGE.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def test_each_screen_has_its_place():
    titles = {catalogue[name] for catalogue in WORDS for name in set(SCREENS) - NO_SCREENS if name in catalogue}
    assert len(titles) == len(set(SCREENS) - NO_SCREENS)
    assert {title for title in titles if f"**{title}**" not in PAGE} == set()


def test_each_path_of_the_service_is_told_and_no_other():
    said = {
        re.sub(r"[A-Z]{2,}", "{}", one)
        for one in re.findall(r"`(/[^`]+)`", part("What there is").split("`VEHICLE`")[0])
    }
    lists = {one.path for one in ENDPOINTS if one.path.endswith(".parquet")}
    files = {path.removesuffix("parquet") + form for path in lists for form in ("csv", "xlsx", "parquet")}
    assert said - {"/api/v1"} == {re.sub(r"{\w+}", "{}", one.path) for one in ENDPOINTS if one.path not in files}


def test_each_button_is_called_what_it_is_called():
    named = set(re.findall(r"(?<![*\w])\*(\w[^*\n]*)\*(?!\*)", PAGE)) - SAID
    assert {name for name in named if name not in TEXTS and name.capitalize() not in TEXTS} == set()


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)h][^)]*)\)", PAGE))))
def test_each_link_leads_somewhere(link):
    name, _, heading = link.partition("#")
    target = ROOT / "docs" / name if name else ROOT / "docs" / "console.md"
    assert target.exists()
    heads = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.MULTILINE) if heading else []
    assert not heading or heading in {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads}
