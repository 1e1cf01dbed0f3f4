"""Files: the registry as a folder of CSV or TOML files, one a kind."""

import csv
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streams.config import nearest
from streams.registry import cells
from streams.registry.book import Place, Problem, Registry
from streams.registry.described import CELLS
from streams.registry.rows import KINDS

Said = tuple[dict[str, Any], Place]


def read(folder: Path) -> tuple[Registry, list[Problem]]:
    """What the files of ``folder`` say, and what is wrong with the files and their values.

    Which rows refer to what is not looked at here. A folder without any file of the registry is a problem.
    """
    registry, problems = Registry(), list(_strangers(folder))
    found = [path for kind in KINDS for path in _paths(folder, kind)]
    if not found:
        todo = f"name a folder with {', '.join(f'{kind}.csv' for kind in list(KINDS)[:4])} ..."
        return registry, [*problems, Problem(Place(str(folder)), "", "holds no registry", todo)]
    for path in found:
        rows, wrong = _csv(path) if path.suffix == ".csv" else _toml(path)
        problems += wrong
        for said, place in rows:
            _take(registry, path.stem, said, place, problems)
    return registry, problems


def kinds(folder: Path) -> list[str]:
    """Kinds of which the folder has a file."""
    return [kind for kind in KINDS if _paths(folder, kind)]


def save(registry: Registry, folder: Path, secrets: bool = False) -> None:
    """One CSV file a kind that has rows; passwords masked unless ``secrets``."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, rows in registry.rows.items():
        if rows:
            with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(CELLS[kind]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(cells.texts(row, secrets) for _, row in sorted(rows.items()))


def _paths(folder: Path, kind: str) -> list[Path]:
    return [path for ending in (".csv", ".toml") if (path := folder / f"{kind}{ending}").is_file()]


def _strangers(folder: Path) -> Iterator[Problem]:
    """Files that look like a kind and are none."""
    if not folder.is_dir():
        yield Problem(Place(str(folder)), "", "is no folder", "name the folder that holds the registry's files")
        return
    for path in sorted(folder.iterdir()):
        if path.suffix in (".csv", ".toml") and path.stem not in KINDS:
            what = f"is no file of the registry{nearest(path.stem, KINDS)}"
            yield Problem(Place(path.name), "", what, "rename it or take it out of the folder")


def _take(registry: Registry, kind: str, said: dict[str, Any], place: Place, problems: list[Problem]) -> None:
    row, wrong = cells.row(kind, said, place)
    problems += wrong
    if row is None:
        registry.broken.add((kind, str(said.get(KINDS[kind].KEY[0]))))
        return
    if row.key in registry.rows[kind]:
        first = registry.places[kind, row.key]
        problems.append(Problem(place, KINDS[kind].KEY[0], f"{row.key!r} is already at {first}", "keep one of the two"))
        return
    registry.put(row)
    registry.places[kind, row.key] = place


def _csv(path: Path) -> tuple[list[Said], list[Problem]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="", strict=True)
            names = [name.strip() for name in reader.fieldnames or []]
            wrong = _header(path, names)
            reader.fieldnames = names
            rows: list[Said] = []
            for row in reader:
                place = Place(path.name, reader.line_num)
                if "" in row:
                    wrong.append(Problem(place, "", f"has more than {len(names)} values", "quote values with commas"))
                rows.append(({name: row[name] for name in names if name in CELLS[path.stem]}, place))
    except (UnicodeDecodeError, csv.Error) as error:
        return [], [
            Problem(Place(path.name), "", f"cannot be read: {error}", "save it as CSV in UTF-8, comma separated")
        ]
    return rows, wrong


def _header(path: Path, names: list[str]) -> list[Problem]:
    """What is wrong with the columns of a CSV file, said once and not for each row."""
    place = Place(path.name, 1)
    wrong = [cells.unknown(path.stem, name, place) for name in names if name not in CELLS[path.stem]]
    twice = sorted({name for name in names if names.count(name) > 1})
    return wrong + [Problem(place, name, "stands twice", "delete one of the two columns") for name in twice]


def _toml(path: Path) -> tuple[list[Said], list[Problem]]:
    try:
        text = path.read_text("utf-8")
        tree = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return [], [Problem(Place(path.name), "", f"is not valid TOML: {error}", "mend that line")]
    kind = path.stem
    tables = tree.get(kind, [])
    if list(tree) not in ([kind], []) or not all(isinstance(table, dict) for table in tables):
        return [], [Problem(Place(path.name), "", "holds something else", f"write each row as a table [[{kind}]]")]
    header = re.compile(rf"\s*\[\[\s*{kind}\s*\]\]")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if header.match(line)]
    lines += [1] * (len(tables) - len(lines))
    return [(table, Place(path.name, line)) for table, line in zip(tables, lines, strict=False)], []
