"""A fleet's report from the command line: the days of a record, in two languages, in every form that reports have."""

import json

import pytest
from click.testing import CliRunner

from streams.cli.report import command


@pytest.fixture(scope="module")
def data(rivers, tmp_path_factory):
    """The data folder of a service that has seen two fleets drive."""
    folder = tmp_path_factory.mktemp("fleet") / "data"
    river = rivers.River(folder, rivers.judged())
    river.embedded.take(rivers.payloads(rivers.fleets(("a", "b"), seed=3)))
    river.store.close()
    return folder


def run(data, out, *more):
    return CliRunner().invoke(command, ["fleet", "--data", str(data), "--out", str(out), "--from", "2024-10-01", *more])


@pytest.mark.parametrize("language, title", [("en", "Fleet report: a"), ("zh-CN", "车队报告：a")])
def test_it_is_a_page_in_the_readers_language(data, tmp_path, language, title):
    done = run(data, tmp_path / "a.html", "--fleet", "a", "--to", "2024-10-15", "--language", language)
    assert done.exit_code == 0, done.output
    text = (tmp_path / "a.html").read_text("utf-8")
    assert f"<h1>{title}</h1>" in text
    assert "size: A4" in text


def test_its_tables_are_had_as_data(data, tmp_path):
    assert run(data, tmp_path / "a.json", "--fleet", "a", "--to", "2024-10-15").exit_code == 0
    found = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert [row["what"] for row in found["tables"]["changes"]] == ["Harsh events", "Speeding", "Urgent alerts"]
    assert {row["name"] for row in found["tables"]["worst"]} <= {"V0", "V1"}


def test_the_next_one_is_held_against_it(data, tmp_path):
    assert run(data, tmp_path / "b.html", "--fleet", "b", "--to", "2024-10-06").exit_code == 0
    done = run(data, tmp_path / "c.html", "--fleet", "b", "--from", "2024-10-06", "--to", "2024-10-20")
    assert done.exit_code == 0, done.output
    assert "2024-10-01 to 2024-10-05 (days of UTC): the last report made before" in (tmp_path / "c.html").read_text()


@pytest.mark.parametrize(
    "said, told", [(("--fleet", "x"), "no fleet 'x'"), (("--fleet", "a", "--to", "2024-10-01"), "no day")]
)
def test_what_cannot_be_reported_is_told(data, tmp_path, said, told):
    done = run(data, tmp_path / "a.html", *said)
    assert done.exit_code == 1
    assert told in done.output
