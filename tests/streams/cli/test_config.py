"""tripmeter config: problems with their place, every setting with its origin, secrets masked."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from streams.cli.config import command

SECRET = {"TRIPMETER_MQTT__PASSWORD": "s3cret"}


def run(*arguments: str, environ: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(command, list(arguments), env={"TRIPMETER_CONFIG": None, **(environ or {})})


def test_check_names_the_problem() -> None:
    result = run("check", "--set", "detectors.speding.tolerance_kmh=0")
    assert result.exit_code == 1
    assert "unknown detector 'speding'; did you mean 'speeding'?" in result.stderr
    assert (
        run("check", "--set", "detectors.speeding.tolerance_kmh=0").stdout
        == "good: 1 settings differ from the defaults\n"
    )


def test_show_says_where_a_setting_comes_from(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text("[http]\nport = 9\n")
    result = run("show", "--config", str(path), "--json", "--changed", environ=SECRET)
    assert json.loads(result.stdout) == {
        "mqtt.password": {"value": "••••••", "origin": "environment TRIPMETER_MQTT__PASSWORD"},
        "http.port": {"value": 9, "origin": f"{path} line 2"},
    }
    text = run("show", environ=SECRET).stdout
    assert "s3cret" not in text
    assert "commit.payloads" in text
