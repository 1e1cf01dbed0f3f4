"""README: its links lead somewhere, its commands exist, and its payload is the harsh braking it says it is."""

import re
from pathlib import Path

from devices.codecs import decode
from devices.columns import Received, collect
from devices.samples import Payload
from simulator.cli import main as simulator
from streams import config
from streams.cli import COMMANDS
from streams.detectors import DETECTORS
from streams.fleets.fleet import Fleet
from streams.pipeline.pipeline import Pipeline
from streams.replay import Assumed
from streams.rules import gather

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_every_link_leads_to_a_file():
    targets = re.findall(r"\]\(([^)#:]+)\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).is_file()] == []


def test_every_command_exists():
    assert set(re.findall(r"\btripmeter ([a-z]+)", README)) <= set(COMMANDS)
    assert set(re.findall(r"\btripmeter-sim ([a-z]+)", README)) <= set(simulator.commands)


def test_the_payload_is_a_harsh_braking():
    body = re.search(r"-m '(\{.*?\})'", README, re.DOTALL)
    assert body is not None
    payload = Payload("tripmeter/v1/acme/truck-7/telemetry", body[1].encode(), 2e9)
    samples, rejected = collect([Received(payload, "acme", "truck-7", decode(payload.body))])
    found = Pipeline(Fleet(Assumed()), gather(config.load(environ={})).in_force).run(samples)
    assert rejected == []
    assert {DETECTORS[change["kind"]].kind for change in found.changes} == {"harsh_braking"}
