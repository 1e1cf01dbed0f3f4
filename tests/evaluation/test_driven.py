"""A section of an earlier simulator says so; one of this one, or of recordings, does not."""

from evaluation import driven


def test_what_another_simulator_drove_is_said_to_be_so(monkeypatch):
    monkeypatch.setattr(driven, "fingerprint", lambda: "now")
    assert driven.noted("ranks", "Text.", "now") == "Text."
    assert driven.noted("roads", "Text.", None) == "Text."
    for earlier in (None, "before"):
        assert driven.noted("ranks", "Text.", earlier) == f"Text. {driven.EARLIER}"
