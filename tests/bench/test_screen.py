"""Screen: a hard brake that a vehicle sends to the service is a row of the inbox in a real browser, and is timed."""

import pytest

from bench import screen

pytestmark = pytest.mark.stack


def test_a_hard_brake_is_a_row_of_the_inbox_timed_from_its_last_sample():
    with screen.chromium() as browser:
        (took,) = screen.arrivals(browser, 1)
    assert 0 < took < screen.PATIENCE_MS / 1000
    told = {"vehicles": 1, "main_thread": 0.5, "page_ms": 1.0, "draws_ms": 1.0, "alerts": 1}
    assert f"| {1000 * took:.0f} / {1000 * took:.0f} ms |" in screen.table(
        told | {"to_screen_ms": {"p50": 1000 * took, "p99": 1000 * took}}
    )
