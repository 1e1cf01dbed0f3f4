"""Config: layers, errors that name the key and the place, thresholds per class."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.alert_rules import AlertRule
from streams.config import MASK, alert_rules, load, rule_version, show, thresholds
from streams.kernels.params import CLASSES, Param
from streams.layers import ConfigError

PARAMS = {
    "harsh_braking": (Param("limit_g", (0.36, 0.34, 0.32, 0.25), "b1", 9.80665), Param("hold_s", 0.6, "b1")),
    "speeding": (Param("tolerance_kmh", 5.0, "b2", 1 / 3.6),),
}


def toml(folder: Path, text: str) -> Path:
    path = folder / "fleet.toml"
    path.write_text(text)
    return path


def complaint(*args: object, **kwargs: object) -> str:
    with pytest.raises(ConfigError) as error:
        load(*args, **{"environ": {}, "params": PARAMS, "kinds": ["speeding"], **kwargs})  # type: ignore[arg-type]
    return str(error.value)


def test_nothing_said_is_the_default() -> None:
    config = load(None, {})
    assert (config.commit.payloads, config.commit.linger_ms, config.gateway.future_s) == (100, 5.0, 300.0)
    assert config.settle.horizon_days == 7


def test_the_environment_overrides_the_file_and_an_argument_overrides_both(tmp_path: Path) -> None:
    path = toml(tmp_path, "[commit]\npayloads = 10\nlinger_ms = 1\n[http]\nport = 1\n")
    environ = {"TRIPMETER_HTTP__PORT": "2", "TRIPMETER_COMMIT__PAYLOADS": "20", "PATH": "/bin"}
    config = load(path, environ, ["http.port=3"])
    assert (config.commit.payloads, config.commit.linger_ms, config.http.port) == (20, 1.0, 3)
    shown = show(config)
    assert shown["commit.linger_ms"] == (1.0, f"{path} line 3")
    assert shown["http.port"] == (3, "--set http.port=3")
    assert shown["mqtt.port"] == (1883, "default")


def test_the_environment_can_name_the_file(tmp_path: Path) -> None:
    assert load(None, {"TRIPMETER_CONFIG": str(toml(tmp_path, "http.port = 9"))}).http.port == 9


def test_a_secret_may_be_in_a_file_of_its_own(tmp_path: Path) -> None:
    secret, word = tmp_path / "secret", "of Kafka"
    secret.write_text(f"{word}\n")
    config = load(None, {"TRIPMETER_KAFKA__PASSWORD__FILE": str(secret)})
    assert config.kafka.password == word
    assert show(config)["kafka.password"] == (MASK, f"environment TRIPMETER_KAFKA__PASSWORD__FILE ({secret})")
    text = complaint(environ={"TRIPMETER_KAFKA__PASSWORD__FILE": str(tmp_path / "nowhere")})
    assert "environment TRIPMETER_KAFKA__PASSWORD__FILE" in text
    assert "nowhere cannot be read" in text


def test_an_unknown_key_names_the_nearest_and_the_line(tmp_path: Path) -> None:
    path = toml(tmp_path, "[gateway]\n# how far\nfutre_s = 1\n[comit]\npayloads = 1\n")
    text = complaint(path)
    assert f"{path} line 3: unknown key gateway.futre_s; did you mean 'future_s'?" in text
    assert f"{path} line 5: unknown section 'comit'; did you mean 'commit'?" in text


def test_an_unknown_variable_names_itself() -> None:
    text = complaint(None, environ={"TRIPMETER_GATEWAY__FUTUR_S": "1"})
    assert text.startswith("environment TRIPMETER_GATEWAY__FUTUR_S: unknown key gateway.futur_s")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("http.port=70000", "http.port is 70000, expected 0 to 65535"),
        ("http.port=many", "http.port is 'many', expected a whole number"),
        ("gateway.accept_unregistered=1", "gateway.accept_unregistered is 1, expected true or false"),
        ("mqtt.broker=embeded", "mqtt.broker is 'embeded'; did you mean 'embedded'?"),
        ("retention.payloads_days=1", "retention.payloads_days is shorter than settle.horizon_days"),
        ("hours.rule=custom", "set hours.drive_h and hours.break_min"),
        ("alerts.speding.min_level=1", "unknown key alerts.speding; did you mean 'speeding'?"),
        ("alerts.speeding.level=1", "unknown key alerts.speeding.level; did you mean 'min_level'?"),
        ("detectors.harsh_brakes.limit_g=1", "unknown detector 'harsh_brakes'; did you mean 'harsh_braking'?"),
        ("detectors.harsh_braking.limt_g=1", "unknown parameter detectors.harsh_braking.limt_g; did you mean"),
        ("detectors.harsh_braking.limit_g.lorry=1", "unknown vehicle class 'lorry'"),
        ("detectors.harsh_braking.limit_g=hard", "detectors.harsh_braking.limit_g is 'hard', expected a number"),
        ("detectors.harsh_braking.limit_g=nan", "expected a number"),
        ("port", "expected section.key=value"),
    ],
)
def test_an_impossible_value_says_what_was_expected(said: str, expected: str) -> None:
    assert expected in complaint(None, sets=[said])


def test_all_problems_come_at_once() -> None:
    assert len(complaint(None, sets=["a.b=1", "http.prt=2", "mqtt.port=-1"]).splitlines()) == 3


def test_a_password_of_digits_stays_text_and_is_masked() -> None:
    config = load(None, {"TRIPMETER_MQTT__PASSWORD": "0123"})
    assert config.mqtt.password == "0123"  # noqa: S105
    assert show(config)["mqtt.password"] == (MASK, "environment TRIPMETER_MQTT__PASSWORD")
    assert show(load(None, {}))["mqtt.password"][0] == ""


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    assert "cannot be read" in complaint(tmp_path / "none.toml")


def test_broken_toml_says_where(tmp_path: Path) -> None:
    assert "line 2" in complaint(toml(tmp_path, "[http]\nport = = 1\n"))


def test_a_threshold_is_set_for_all_classes_or_for_one(tmp_path: Path) -> None:
    path = toml(tmp_path, "[detectors.harsh_braking]\nlimit_g = 0.4\n[detectors.speeding]\ntolerance_kmh = {car = 0}\n")
    config = load(path, {}, ["detectors.harsh_braking.limit_g.truck=0.3"], PARAMS)
    found = thresholds(config, PARAMS)
    assert found["harsh_braking"]["limit_g"].tolist() == [g * 9.80665 for g in (0.4, 0.4, 0.3, 0.4)]
    assert found["harsh_braking"]["hold_s"].tolist() == [0.6] * 4
    assert found["speeding"]["tolerance_kmh"].tolist() == [0.0] + [5.0 * (1 / 3.6)] * 3


def test_alert_settings_change_the_shipped_rules() -> None:
    rules = {
        "crash": AlertRule((None, "critical", "critical"), 600, "call"),
        "speeding": AlertRule((None, "warning", "major"), 3600, "talk"),
    }
    sets = [
        "alerts.default.quiet_s=60",
        "alerts.speeding.min_level=3",
        "alerts.crash.min_level=1",
        "alerts.crash.pages=none",
    ]
    found = alert_rules(load(None, {}, sets, PARAMS, rules), rules)
    assert found["speeding"] == AlertRule((None, None, "major"), 60, "talk")
    assert found["crash"] == AlertRule(("info", "critical", "critical"), 60, "call", pages="none")
    assert alert_rules(load(None, {}), rules) == rules


@given(st.floats(0.01, 9.0), st.sampled_from(CLASSES))
def test_the_rule_version_follows_the_numbers_alone(limit: float, klass: str) -> None:
    config = load(None, {}, [f"detectors.harsh_braking.limit_g.{klass}={limit!r}"])
    again = load(None, {f"TRIPMETER_DETECTORS__HARSH_BRAKING__LIMIT_G__{klass.upper()}": repr(limit)})
    plain = load(None, {})
    assert rule_version(config, PARAMS) == rule_version(again, PARAMS)
    same = thresholds(config, PARAMS)["harsh_braking"].tolist() == thresholds(plain, PARAMS)["harsh_braking"].tolist()
    assert (rule_version(config, PARAMS) == rule_version(plain, PARAMS)) is same


def test_hours_rules_are_part_of_the_rule_version_and_as_shipped_they_add_nothing() -> None:
    plain = rule_version(load(None, {}), PARAMS)
    sets = ["hours.rule=us_70_8", "hours.unassigned=breaks", "hours.continuous_driving_notice_min=5"]
    assert rule_version(load(None, {}, ["hours.rule=eu"]), PARAMS) == plain
    assert len({plain, *(rule_version(load(None, {}, [one]), PARAMS) for one in sets)}) == 4
