"""What verifying finds is told to who reads Chinese, too: each sentence of the modules that find something."""

import ast
import re
from pathlib import Path

import pytest

from streams import words

ROOT = Path(__file__).parents[2]
FINDING = (
    "pricing/ledger/chain.py",
    "pricing/ledger/named.py",
    "pricing/ledger/replay.py",
    "pricing/ledger/seal.py",
    "streams/ledger/chains.py",
    "streams/ledger/verifying.py",
)
HAN = re.compile(r"[一-鿿]")
LATIN = re.compile(r"[A-Za-z]{2,}")
NAMES = {"tariff.check_key", "tripmeter ledger seal"}  # that are what they are called in any language


def said(path):
    """Sentences that a module says: in what it yields, raises or adds to what is wrong, 7 in each hole."""
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        kind = type(node).__name__
        listed = kind == "ListComp" and path.endswith("verifying.py")
        found = kind == "Yield" or listed or (kind == "Assign" and ast.unparse(node.targets[0]) == "what")
        if kind == "Call" and ast.unparse(node.func) in ("done.problems.append", "faults.append", "ReplayError"):
            yield from map(text, node.args)
        elif found:
            yield from filter(None, [text(node.elt if kind == "ListComp" else node.value)])


def text(node):
    """What a literal says; nothing where it is none, or no sentence."""
    if isinstance(node, ast.IfExp):
        return text(node.body) or text(node.orelse)
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    if not all(isinstance(one, ast.Constant | ast.FormattedValue) for one in parts):
        return ""
    filled = "".join(str(one.value) if isinstance(one, ast.Constant) else "7" for one in parts)
    return filled if " " in filled and "'" not in filled[:1] else ""


SENTENCES = sorted({one for path in FINDING for one in said(path) if one})


def test_there_are_sentences_of_each_module():
    assert len(SENTENCES) >= 35
    assert all(any(said(path)) for path in FINDING)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_finding_is_told_in_chinese(sentence):
    told = words.phrase("zh-CN", sentence)
    assert HAN.search(told), told
    for name in NAMES:
        told = told.replace(name, "")
    assert LATIN.findall(told) == []


def test_a_finding_within_a_place_is_told_wholly():
    said = "policy P-1, entry 3: it reverses 12.50 by 7.00"
    assert words.phrase("zh-CN", said) == "保单 P-1 第 3 号条目：以 7.00 冲销 12.50"
    late = "seal of 2026-01-01: policy P-1: entry 3 says that it was recorded before, and was not there"
    assert words.phrase("zh-CN", late) == "2026-01-01 的封存：保单 P-1 第 3 号条目称此前已记录，当时并不存在"
