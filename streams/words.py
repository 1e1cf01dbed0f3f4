"""Words: the console's catalogue for what the service itself writes in a reader's language: mails, reports, sheets."""

import json
import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from streams.messages import plain

ENGLISH, CHINESE = "en", "zh-CN"
LANGUAGES = (ENGLISH, CHINESE)
I18N = files("console") / "static" / "i18n"
FOLDERS = (I18N, I18N / "said")  # a browser fetches the second where a screen needs it
PHRASE = "phrase."  # of keys that are what the service says in English, with holes for what varies
HOLE = re.compile(r"\{(\w+)\}")
NUMBER, ANYTHING = r"[-+\d.,%]+", ".+?"  # what fills a hole of one letter or ``of``, and any other

Text = Callable[..., str]


@cache
def catalogue(language: str) -> dict[str, str]:
    """All texts of a language: what the first screens say, and what files, mails and the service itself do."""
    found: dict[str, str] = {}
    for folder in FOLDERS:
        found |= json.loads((folder / f"{language}.json").read_text("utf-8"))
    return found


class Said(str):
    """A sentence of the service in English that can be told in another language: its code, what fills its holes."""

    code: str
    values: dict[str, str]


def say(code: str, **values: object) -> Said:
    """``say("no_zone", value=name)``: the text ``say.no_zone`` of the catalogue."""
    filled = {name: str(value) for name, value in values.items()}
    found = Said(catalogue(ENGLISH)[f"say.{code}"].format(**filled))
    found.code, found.values = code, filled
    return found


def texts(language: str) -> Text:
    """``t("report.title", fleet="north")``: a text with its placeholders filled."""
    known = catalogue(language)
    return lambda key, **values: known[key].format(**values)


def word(language: str, family: str, name: str) -> str:
    """A word of a family such as ``kind.speeding``; what the catalogue does not know is shown as it came."""
    return catalogue(language).get(f"{family}.{name}") or plain(name).replace("_", " ")


def phrase(language: str, text: str) -> str:
    """What the service says in English, in a reader's language; what the catalogue does not know is as it came.

    What fills a hole is a phrase, or the name of a cover, a class or a model, too.
    """
    known = catalogue(language)
    families = (PHRASE, "cover.", "class.", "model.")
    if (exact := next((key for family in families if (key := f"{family}{text}") in known), None)) is not None:
        return known[exact]
    for pattern, key in _patterns():
        if found := pattern.fullmatch(text):
            filled = {name: phrase(language, value) for name, value in found.groupdict().items()}
            return known[key].format(**filled)
    return text


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Phrases with holes, those that say most first, and what they are told by."""
    keys = [key for key in catalogue(ENGLISH) if key.startswith(PHRASE) and HOLE.search(key)]
    keys.sort(key=lambda key: (-len(HOLE.sub("", key)), key))
    return [(re.compile(_pattern(key.removeprefix(PHRASE)), re.DOTALL), key) for key in keys]


def _pattern(text: str) -> str:
    parts = HOLE.split(text)
    holes = [f"(?P<{name}>{NUMBER if len(name) == 1 or name == 'of' else ANYTHING})" for name in parts[1::2]]
    return "".join(re.escape(said) + hole for said, hole in zip(parts[::2], [*holes, ""], strict=True))
