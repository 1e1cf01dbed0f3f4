"""docs/operations.md: every metric and every reason of the quarantine is explained; what it names is there."""

import re
from pathlib import Path

from streams.config import Config
from streams.metrics import REGISTRY

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")


def test_every_metric_is_explained_and_no_other():
    suffix = {"counter": "_total"}
    there = {family.name + suffix.get(family.type, "") for family in REGISTRY.collect()}
    there = {name for name in there if not name.startswith("process_")}  # Prometheus's own
    assert set(re.findall(r"`(tripmeter_\w+)", PAGE)) == there


def test_every_reason_is_explained():
    sources = [path.read_text("utf-8") for room in ("devices", "streams") for path in (ROOT / room).rglob("*.py")]
    given = set(
        re.findall(
            r"""(?:Rejected|_rejected|refuse|refuse_rows)\(\s*(?:payload, |owner, )?"(\w+)",""", "\n".join(sources)
        )
    )
    assert {"undecodable", "unregistered", "beyond_retention", "null_island"} <= given
    assert not [reason for reason in given if f"`{reason}`" not in PAGE]


def test_ports_are_the_defaults():
    assert f"| {Config().mqtt.port} |" in PAGE
    assert f"| {Config().http.port} |" in PAGE


def test_files_and_pages_it_names_exist():
    for name in re.findall(r"`((?:deploy|scripts)/[\w./]+)`|python (scripts/\w+\.py)", PAGE):
        assert (ROOT / (name[0] or name[1])).exists(), name
