"""The glossary: what a term of the trade is called in Chinese, everywhere alike: on screens, in files, in reports."""

import pytest

from streams import words

ENGLISH, CHINESE = (words.catalogue(language) for language in (words.ENGLISH, words.CHINESE))
TERMS = {
    "a/e": "A/E 比",
    "claims experience": "赔付经验",
    "class": "车型",
    "cover": "险种",
    "credibility": "可信度",
    "currency": "币种",
    "entries": "分录",
    "exposure": "风险暴露",
    "illustrative": "示意",
    "incurred": "已发生赔款",
    "jurisdiction": "适用法域",
    "kind": "类型",
    "lift and a/e": "提升度与 A/E",
    "outstanding": "未决赔款",
    "paid": "已付赔款",
    "portfolio": "业务组合",
    "pure premium": "纯保费",
    "rank": "排名",
    "relativity": "相对系数",
    "sum insured": "保险金额",
    "tariff": "费率表",
    "ultimate": "最终成本",
    "vehicle days": "车日",
    "vehicles rated": "已定价车辆",
}
# what the same things were called here and there; some of it means something else (档位 is a gear)
RETIRED = ("险别", "货币", "车辆日", "车辆天数", "档位", "辖区", "沉默", "场站", "保额", "未见里程", "所指系数")


@pytest.mark.parametrize("term", TERMS)
def test_a_term_has_one_name(term):
    called = {key: CHINESE[key] for key, text in ENGLISH.items() if text.rstrip(".").casefold() == term}
    assert called, "no text says this any more"
    assert {key: text for key, text in called.items() if text.rstrip("。") != TERMS[term]} == {}


def test_what_a_term_is_no_longer_called_is_gone():
    assert {key: text for key, text in CHINESE.items() if any(old in text for old in RETIRED)} == {}


def test_silence_of_a_device_is_not_what_hours_without_calls_are_called():
    quiet = {key: text for key, text in CHINESE.items() if key.startswith("settings.") and "静默" in text}
    assert quiet == {}
