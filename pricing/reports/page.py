"""Page: a report as one self-contained HTML file - no script, nothing from elsewhere - for screen and paper."""

from datetime import date, datetime
from html import escape
from importlib.resources import files
from typing import Any

import polars as pl

from pricing.reports.paper import Paper, Section, Table

STYLES = {"count": ",.0f", "number": ",.2f", "money": ",.2f", "factor": ".4f", "share": ".1%"}
POLICY = "default-src 'none'; style-src 'unsafe-inline'"  # a browser that obeys it can fetch nothing


def page(paper: Paper) -> str:
    """The whole file."""
    style = (files("pricing.reports") / "page.css").read_text("utf-8")
    facts = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(said)}</dd></div>" for name, said in paper.facts)
    links = "".join(f'<li><a href="#{part.name}">{escape(part.title)}</a></li>' for part in paper.sections)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(paper.title)}</title><style>\n{style}</style></head>\n"
        f'<body><header><h1>{escape(paper.title)}</h1><dl class="facts">{facts}</dl></header>\n'
        f'<nav aria-label="Sections"><ol>{links}</ol></nav>\n<main>\n'
        f"{''.join(map(_section, paper.sections))}</main></body></html>\n"
    )


def _section(part: Section) -> str:
    said = "".join(f"<p>{escape(one)}</p>" for one in part.said)
    charts = "".join(
        f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>" for svg, caption in part.charts
    )
    table = _table(part.title, part.table) if part.table is not None else ""
    body = f'<div class="beside">{charts}{table}</div>' if charts else table
    return f'<section id="{part.name}"><h2>{escape(part.title)}</h2>{said}{body}</section>\n'


def _table(title: str, table: Table) -> str:
    names = table.frame.columns
    kind = {name: _kind(table.frame.schema[name]) for name in names}
    heads = "".join(f'<th scope="col"{kind[name]}>{escape(table.heads.get(name, name))}</th>' for name in names)
    rows = [
        "<tr>" + "".join(f"<td{kind[name]}>{_shown(row[name], table.styles.get(name, ''))}</td>" for name in names)
        + "</tr>"
        for row in table.frame.head(table.most).iter_rows(named=True)
    ]  # fmt: skip
    more = table.frame.height - table.most
    note = f'<p class="more">{more:,} rows more: in the files of this report.</p>' if more > 0 else ""
    return (
        f'<div class="table" role="region" tabindex="0" aria-label="{escape(title)}: table"><table>'
        f"<caption>{escape(title)}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>{note}</div>"
    )


def _kind(kind: pl.DataType) -> str:
    if kind.is_numeric():
        return ' class="n"'
    return ' class="d"' if kind.is_temporal() else ""


def _shown(value: Any, style: str) -> str:
    if value is None or value != value:
        return '<span class="none">–</span>'
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date | str):
        return escape(str(value))
    if style in STYLES:
        return format(value, STYLES[style])
    return f"{value:,}" if isinstance(value, int) else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
