"""Page: a report as one self-contained HTML file - no script, nothing from elsewhere - for screen and paper."""

from collections.abc import Mapping
from datetime import date, datetime
from html import escape
from importlib.resources import files
from typing import Any

import polars as pl

from pricing.reports.paper import Paper, Section, Table

STYLES = {"count": ",.0f", "number": ",.2f", "money": ",.2f", "factor": ".4f", "share": ".1%"}
ENGLISH = {
    "lang": "en",
    "sections": "Sections",
    "table": "{title}: table",
    "more": "{n} rows more: in the files of this report.",
    "yes": "yes",
    "no": "no",
}  # words of the page itself
NARROW = 5  # columns that have room beside a chart, on a screen and on paper
WIDE = 12  # columns beyond which a table is set small, so that paper holds it
POLICY = "default-src 'none'; style-src 'unsafe-inline'"  # a browser that obeys it can fetch nothing


def page(paper: Paper) -> str:
    """The whole file."""
    style = (files("pricing.reports") / "page.css").read_text("utf-8")
    words = ENGLISH | dict(paper.words)
    facts = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(said)}</dd></div>" for name, said in paper.facts)
    links = "".join(f'<li><a href="#{part.name}">{escape(part.title)}</a></li>' for part in paper.sections)
    return (
        f'<!doctype html>\n<html lang="{words["lang"]}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(paper.title)}</title><style>\n{style}{_sheet(paper)}</style></head>\n"
        f'<body><header><h1>{escape(paper.title)}</h1><dl class="facts">{facts}</dl></header>\n'
        f'<nav aria-label="{escape(words["sections"])}"><ol>{links}</ol></nav>\n<main>\n'
        f"{''.join(_section(part, words) for part in paper.sections)}</main></body></html>\n"
    )


def _section(part: Section, words: Mapping[str, str]) -> str:
    said = "".join(f"<p>{escape(one)}</p>" for one in part.said)
    charts = "".join(
        f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>" for svg, caption in part.charts
    )
    table = _table(part.title, part.table, words) if part.table is not None else ""
    wide = part.table is not None and part.table.frame.width > NARROW
    body = f'<div class="beside">{charts}{"" if wide else table}</div>{table if wide else ""}' if charts else table
    return f'<section id="{part.name}"><h2>{escape(part.title)}</h2>{said}{body}</section>\n'


def _table(title: str, table: Table, words: Mapping[str, str]) -> str:
    names = table.frame.columns
    kind = {name: _kind(table.frame.schema[name]) for name in names}
    heads = "".join(f'<th scope="col"{kind[name]}>{escape(table.heads.get(name, name))}</th>' for name in names)
    rows = [
        "<tr>"
        + "".join(f"<td{kind[name]}>{_shown(row[name], table.styles.get(name, ''), words)}</td>" for name in names)
        + "</tr>"
        for row in table.frame.head(table.most).iter_rows(named=True)
    ]  # fmt: skip
    more = table.frame.height - table.most
    note = f'<p class="more">{escape(words["more"].format(n=f"{more:,}"))}</p>' if more > 0 else ""
    dense = " dense" if len(names) > WIDE else ""
    label = escape(words["table"].format(title=title))
    return (
        f'<div class="table{dense}" role="region" tabindex="0" aria-label="{label}"><table>'
        f"<caption>{escape(title)}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>{note}</div>"
    )


def _sheet(paper: Paper) -> str:
    """Head and foot of every sheet of paper, with its number."""
    head, foot = _quoted(paper.title), _quoted(paper.foot)
    return (
        f"@page {{ @top-left {{ content: {head} }} @bottom-left {{ content: {foot} }} "
        "@bottom-right { content: counter(page) ' / ' counter(pages) } }\n"
    )


def _quoted(text: str) -> str:
    """A string of CSS; what is no plain letter or digit is written by its number."""
    plain = (c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in text)
    return f"'{''.join(plain)}'"


def _kind(kind: pl.DataType) -> str:
    if kind.is_numeric():
        return ' class="n"'
    return ' class="d"' if kind.is_temporal() else ""


def _shown(value: Any, style: str, words: Mapping[str, str]) -> str:
    if value is None or value != value:
        return '<span class="none">–</span>'
    if isinstance(value, bool):
        return words["yes" if value else "no"]
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date | str):
        return escape(str(value))
    if style in STYLES:
        return format(value, STYLES[style])
    return f"{value:,}" if isinstance(value, int) else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
