"""docs/registry.md, mappings.md and configuration.md: their tables are the code's, their examples run."""

import dataclasses
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from streams import config
from streams.alert_rules import RULES
from streams.pipeline.chain import PARAMS
from streams.recordings import mapping
from streams.recordings.mapping import Column, Csv, Pivot, Position, Time, Who
from streams.recordings.recording import read
from streams.recordings.units import UNITS
from streams.registry import check
from streams.registry.described import CELLS, Cell
from streams.registry.rows import KINDS
from streams.rules import gather
from streams.settings import AlertSetting
from streams.sinks.webhook import signature

DOCS = Path(__file__).parents[2] / "docs"


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / name).read_text("utf-8"), re.DOTALL)


def rows(section: object) -> Iterator[str]:
    for part in dataclasses.fields(section):  # type: ignore[arg-type]
        default = getattr(section, part.name)
        shown = (
            str(default).lower()
            if isinstance(default, bool)
            else f"{default:g}"
            if isinstance(default, float)
            else default
        )
        yield f"| `{part.name}` | {f'`{shown}`' if shown != '' else ''} | {part.metadata['meaning']} |"


def settings_table(name: str, section: object) -> str:
    meaning = (type(section).__doc__ or "").strip()
    return "\n".join([f"### [{name}]", "", meaning, "", "| key | default | meaning |", "|---|---|---|", *rows(section)])


def test_every_setting_is_described() -> None:
    text = (DOCS / "configuration.md").read_text("utf-8")
    plain = config.Config()
    for name in config.SECTIONS:
        if name not in ("detectors", "alerts"):
            assert settings_table(name, getattr(plain, name)) in text
    assert settings_table("alerts.KIND", AlertSetting()) in text


def test_the_example_configuration_is_good(tmp_path: Path) -> None:
    (example,) = blocks("configuration.md", "toml")
    path = tmp_path / "tripmeter.toml"
    path.write_text(example)
    found = config.load(path, {}, (), PARAMS, RULES)
    assert found.detectors["harsh_braking"]


def cell_row(cell: Cell) -> str:
    notes = [f"id in {cell.ref}" if cell.ref else "", " ".join(f"`{choice}`" for choice in cell.choices)]
    note = "; ".join(one for one in [cell.meaning, *notes] if one)
    return f"| `{cell.name}` | {'yes' if cell.needed else ''} | {note} |"


def kind_table(kind: str) -> str:
    meaning = (KINDS[kind].__doc__ or "").strip()
    head = [f"### {kind}", "", meaning, "", "| column | needed | meaning |", "|---|---|---|"]
    return "\n".join([*head, *map(cell_row, CELLS[kind].values())])


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_and_column_of_the_registry_is_described(kind: str) -> None:
    assert kind_table(kind) in (DOCS / "registry.md").read_text("utf-8")


def test_the_example_registry_is_good(tmp_path: Path) -> None:
    for text in blocks("registry.md", "csv"):
        name, _, body = text.partition("\n")
        (tmp_path / name.removeprefix("# ")).write_text(body)
    registry, problems = check(tmp_path)
    assert problems == []
    assert len(registry.rows["vehicles"]) == 2


def test_every_key_of_a_mapping_is_described() -> None:
    text = (DOCS / "mappings.md").read_text("utf-8")
    for section in (Time, Who, Column, Position, Pivot, Csv):
        for name in section.__struct_encode_fields__:
            assert f"`{name}`" in text, name
    assert all(f"`{name}`" in text for name in UNITS)


def test_the_example_mappings_are_good() -> None:
    examples = blocks("mappings.md", "toml")
    assert len(examples) >= 6
    for example in examples:
        mapping.parse({"vehicle": {"id": "a"}, **tomllib.loads(example)})


def test_the_first_example_reads_the_file_it_describes(tmp_path: Path) -> None:
    text, example = blocks("mappings.md", "csv")[0], blocks("mappings.md", "toml")[0]
    (tmp_path / "log.csv").write_text(text)
    (samples,) = read([tmp_path / "log.csv"], mapping.parse(tomllib.loads(example)))
    assert samples.vehicles == [("default", "S-AB 123")]
    found = [samples.columns["speed"][1], samples.columns["accel_lat"][1], samples.tyres.pressure[1]]
    assert found == pytest.approx([61.4 * 1.609344 / 3.6, -0.12 * 9.80665, 31.0 * 6.894757])


def test_the_example_of_channels_is_good_and_its_signature_can_be_checked(tmp_path: Path) -> None:
    (example,) = blocks("alerts.md", "toml")
    (tmp_path / "tripmeter.toml").write_text(example)
    gather(config.load(tmp_path / "tripmeter.toml", {}, (), PARAMS, RULES))
    (check,) = blocks("alerts.md", "python")
    there: dict[str, Any] = {}
    exec(check, there)  # noqa: S102  the page's own example
    header = f"t=1750000000,v1={signature('s3cret', '1750000000', b'{}')}"
    assert there["is_ours"]("s3cret", header, b"{}", 1_750_000_100.0)
    assert not there["is_ours"]("s3cret", header, b"{ }", 1_750_000_100.0)
    assert not there["is_ours"]("s3cret", header, b"{}", 1_750_009_000.0)
