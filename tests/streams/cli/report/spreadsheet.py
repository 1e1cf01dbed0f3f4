"""A spreadsheet as a stranger sees it: cells out of an .xlsx file, and its formulas worked out anew.

It knows what its formulas need: + - * / ^ and comparisons, and nine functions. Nothing of the product is used.
"""

import re
import zipfile
from html import unescape

CELL = re.compile(r'<c r="([A-Z]+\d+)"[^>]*?(?: t="(\w+)")?(?:/>|>(?:<f>(.*?)</f>)?(?:<v>(.*?)</v>)?</c>)', re.DOTALL)
TOKEN = re.compile(
    r'\s*(?:(?P<number>\d+\.?\d*(?:E[-+]?\d+)?)|"(?P<text>[^"]*)"|(?P<name>[A-Z]+)(?=\()|'
    r"(?P<cell>(?:\w+!)?\$?[A-Z]+\$?\d+(?::\$?[A-Z]+\$?\d+)?)|(?P<sign><=|>=|<>|[-+*/^(),<>=]))"
)
COMPARE = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


class Workbook:
    """Cells by (sheet, address): what is stored of each, and what its formula makes."""

    def __init__(self, path):
        self.stored, self.formulas, self._made = {}, {}, {}
        with zipfile.ZipFile(path) as parts:
            texts = parts.read("xl/sharedStrings.xml").decode()
            strings = [unescape(one) for one in re.findall(r"<si><t[^>]*>(.*?)</t></si>", texts, re.DOTALL)]
            self.sheets = re.findall(r'<sheet name="([^"]+)"', parts.read("xl/workbook.xml").decode())
            for k, name in enumerate(self.sheets, 1):
                self._read(name, parts.read(f"xl/worksheets/sheet{k}.xml").decode(), strings)

    def _read(self, name, xml, strings):
        for address, kind, formula, value in CELL.findall(xml):
            if formula:
                self.formulas[name, address] = unescape(formula)
            if value:
                told = unescape(value)
                self.stored[name, address] = (
                    strings[int(told)] if kind == "s" else told if kind == "str" else float(told)
                )

    def value(self, sheet, address):
        """What a cell is: of a formula, what comes out of it now."""
        key = (sheet, address.replace("$", ""))
        if key not in self.formulas:
            return self.stored.get(key, "")
        if key not in self._made:
            self._made[key] = Formula(self, sheet, self.formulas[key]).value()
        return self._made[key]

    def set(self, sheet, address, value):
        """Another value in a cell that is given."""
        assert (sheet, address) not in self.formulas
        self.stored[sheet, address] = value
        self._made = {}

    def cells(self, sheet, span):
        """Values of a column from one cell to another."""
        first, last = span.replace("$", "").split(":")
        letters, low = re.fullmatch(r"([A-Z]+)(\d+)", first).groups()
        high = re.fullmatch(rf"{letters}(\d+)", last)[1]
        return [self.value(sheet, f"{letters}{row}") for row in range(int(low), int(high) + 1)]


class Formula:
    """One formula, read from left to right."""

    def __init__(self, book, sheet, text):
        self.book, self.sheet, self.at = book, sheet, 0
        self.tokens = [(one.lastgroup, one[one.lastgroup]) for one in TOKEN.finditer(text)]
        assert "".join(one[0] for one in TOKEN.finditer(text)) == text

    def value(self):
        found = self.compared()
        assert self.at == len(self.tokens)
        return found

    def compared(self):
        found = self.chain(("+", "-"), lambda: self.chain(("*", "/"), self.power))
        sign = self.take(*COMPARE)
        if not sign:
            return found
        return COMPARE[sign](found, self.chain(("+", "-"), lambda: self.chain(("*", "/"), self.power)))

    def chain(self, signs, part):
        found = part()
        while sign := self.take(*signs):
            other = part()
            found = {"+": _plus, "-": _minus, "*": _times, "/": _over}[sign](found, other)
        return found

    def power(self):
        base = -self.power() if self.take("-") else self.atom()
        return base ** self.power() if self.take("^") else base

    def atom(self):
        kind, said = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return float(said)
        if kind == "text":
            return said
        if kind == "cell":
            return self.read(said)
        if kind == "name":
            return self.call(said)
        found = self.compared()
        assert (said, self.take(")")) == ("(", ")")
        return found

    def read(self, said):
        sheet, _, address = said.rpartition("!")
        sheet = sheet or self.sheet
        return self.book.cells(sheet, address) if ":" in address else self.book.value(sheet, address)

    def call(self, name):
        assert self.take("(")
        if name == "IF":
            return self.choice()
        given = [self.compared()]
        while self.take(","):
            given.append(self.compared())
        assert self.take(")")
        return FUNCTIONS[name](*given)

    def choice(self):
        """IF: the branch that is not taken is read and not worked out."""
        condition, ends = self.compared(), []
        for _ in range(2):
            assert self.take(",")
            ends.append(self.at)
            self.skip()
        end = self.at
        self.at = ends[0] if condition else ends[1]
        found = self.compared()
        self.at = end
        assert self.take(")")
        return found

    def skip(self):
        depth = 0
        while depth or self.tokens[self.at][1] not in (",", ")") or self.tokens[self.at][0] == "text":
            depth += {"(": 1, ")": -1}.get(self.tokens[self.at][1], 0)
            self.at += 1

    def take(self, *signs):
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "sign" and self.tokens[self.at][1] in signs:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""


def _plus(a, b):
    return a + b


def _minus(a, b):
    return a - b


def _times(a, b):
    return a * b


def _over(a, b):
    return a / b


def _numbers(*given):
    flat = [x for one in given for x in (one if isinstance(one, list) else [one])]
    return [x for x in flat if isinstance(x, float)]


def _meets(value, wanted):
    sign = re.match(r"[<>=]+", wanted) if isinstance(wanted, str) else None
    if sign:
        return isinstance(value, float) and COMPARE[sign[0]](value, float(wanted[sign.end() :]))
    return value == wanted


def _where(*criteria):
    pairs = list(zip(criteria[::2], criteria[1::2], strict=True))
    return [all(_meets(values[k], wanted) for values, wanted in pairs) for k in range(len(pairs[0][0]))]


FUNCTIONS = {
    "ABS": abs,
    "COUNTIFS": lambda *criteria: float(sum(_where(*criteria))),
    "ISNUMBER": lambda x: isinstance(x, float),
    "MAX": lambda *given: max(_numbers(*given)),
    "MIN": lambda *given: min(_numbers(*given)),
    "SUM": lambda *given: sum(_numbers(*given)),
    "SUMIFS": lambda values, *criteria: sum(
        x for x, meets in zip(values, _where(*criteria), strict=True) if meets and isinstance(x, float)
    ),
}
