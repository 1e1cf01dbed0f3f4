"""A console of which nothing is known yet: no vehicle, no fleet, no day on record. Each screen says so, none breaks."""

from types import SimpleNamespace

import pytest

from console.world import SIMULATED, World
from streams import config
from streams.pipeline.fixes import fixes

from ..conftest import _users
from .conftest import CALM, SCREENS, Served, Tab, signed_in, watch

pytestmark = pytest.mark.stack


@pytest.fixture
def empty(rivers, tmp_path):
    """The console of a service that has just been started."""
    river = rivers.River(tmp_path, rivers.judged(), sinks=("mqtt", "console"))
    settings = config.load(None, {}, ("console.port=0",))
    _users(river.store)
    found = Served(
        SimpleNamespace(world=World(river.store, settings, river.rules, lambda: fixes(river.pipeline), SIMULATED))
    )
    yield found
    found.stop()
    river.store.close()


def test_every_screen_stands_where_nothing_is_on_record(chromium, empty):
    one = Tab(signed_in(chromium, empty.url, "admin").new_page(), empty.url, expected=("404",))
    watch(one)
    one.go("/")
    for path, _ in one.run(SCREENS):
        one.go(path)
        one.run(CALM)
        assert one.page.get_by_text("This cannot be shown just now").count() == 0, path
        assert one.page.locator("main h1").count() == 1, path
    one.page.context.close()
    assert one.unexpected() == []
