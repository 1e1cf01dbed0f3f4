"""deploy/prometheus and deploy/grafana ask for metrics that there are, and leave out none."""

import json
import re
from pathlib import Path

import yaml

from streams.metrics import REGISTRY

DEPLOY = Path(__file__).parents[1] / "deploy"
SCALING = (DEPLOY.parent / "docs" / "scaling.md").read_text("utf-8")
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
NAME = re.compile(r"\b((?:tripmeter|process)_[a-z_]+)")


def read(name):
    return yaml.safe_load((DEPLOY / name).read_text("utf-8"))


def rules():
    return [rule for group in read("prometheus/alerts.yml")["groups"] for rule in group["rules"]]


def panels():
    return json.loads((DEPLOY / "grafana" / "dashboards" / "tripmeter.json").read_text("utf-8"))["panels"]


def dashboard():
    return [target["expr"] for panel in panels() for target in panel.get("targets", [])]


def series():
    """Name of a series: of which metric, with which labels."""
    found = {}
    for family in REGISTRY.collect():
        labels = set(getattr(family, "_labelnames", ())) | {name for one in family.samples for name in one.labels}
        for suffix in SUFFIXES.get(family.type, ("",)):
            found[family.name + suffix] = family.name, labels
    return found


def test_every_metric_that_is_asked_for_exists():
    there = series()
    asked = [rule["expr"] for rule in rules()] + dashboard()
    assert not [name for expr in asked for name in NAME.findall(expr) if name not in there]


def test_every_metric_is_on_the_dashboard_or_in_a_rule():
    there = series()
    asked = {there[name][0] for expr in [rule["expr"] for rule in rules()] + dashboard() for name in NAME.findall(expr)}
    ours = {metric for metric, _ in there.values() if metric.startswith("tripmeter_")}
    assert ours - asked == set()


def test_every_alert_says_what_is_the_matter_and_what_to_do():
    alerts = [rule for rule in rules() if "alert" in rule]
    assert len({rule["alert"] for rule in alerts}) == len(alerts) > 20
    for rule in alerts:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert set(rule["annotations"]) == {"summary", "todo"}
        assert f"`{rule['alert']}`" in SCALING, rule["alert"]


def test_the_page_names_no_alert_that_is_not_there():
    table = SCALING.partition("## What to watch")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == {
        rule["alert"] for rule in rules() if "alert" in rule
    }
