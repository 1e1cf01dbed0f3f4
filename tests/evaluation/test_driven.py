"""A section of an earlier simulator says so; one of this one, or of recordings, does not."""

from evaluation import driven
from simulator.placed import KINDS


def test_what_another_simulator_drove_is_said_to_be_so(monkeypatch):
    monkeypatch.setattr(driven, "fingerprint", {driven.USUAL: "now", driven.ORDERED: "today"}.__getitem__)
    assert driven.noted("ranks", "Text.", "now") == driven.noted("ordered", "Text.", "today") == "Text."
    assert driven.noted("agreement", "Text.", None) == "Text."
    for name, earlier in (("ranks", None), ("ranks", "today"), ("roads", "before"), ("ordered", "now")):
        assert driven.noted(name, "Text.", earlier) == f"Text. {driven.EARLIER}"


def test_what_is_told_apart_has_one_of_each_order_and_ailment():
    day = driven.ordered()
    assert {event.kind for event in day.events} == set(KINDS)
