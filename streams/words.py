"""Words: the console's catalogue for what the service itself writes in a reader's language: mails, reports, sheets."""

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from streams.messages import plain

ENGLISH, CHINESE = "en", "zh-CN"
LANGUAGES = (ENGLISH, CHINESE)

Text = Callable[..., str]


@cache
def catalogue(language: str) -> dict[str, str]:
    """All texts of a language."""
    text = (files("console") / "static" / "i18n" / f"{language}.json").read_text("utf-8")
    found: dict[str, str] = json.loads(text)
    return found


def texts(language: str) -> Text:
    """``t("report.title", fleet="north")``: a text with its placeholders filled."""
    known = catalogue(language)
    return lambda key, **values: known[key].format(**values)


def word(language: str, family: str, name: str) -> str:
    """A word of a family such as ``kind.speeding``; what the catalogue does not know is shown as it came."""
    return catalogue(language).get(f"{family}.{name}") or plain(name).replace("_", " ")
