"""What goes wrong: the server leaves and comes back, the browser draws no maps, a reader wants nothing to move."""

import shutil

import pytest

from .conftest import FLAGS

pytestmark = pytest.mark.stack

SECONDS = 1_000.0  # for playwright


def test_a_screen_never_freezes_in_silence(tab, served):
    one = tab("manager")
    one.expected = ("ERR_", "Failed to load resource")
    one.go("/?view=table")  # without a map, whose files might still be on their way
    one.page.locator(".line.live").wait_for()
    served.stop()
    one.page.locator(".notice.lost", has_text="No news since").wait_for(timeout=25 * SECONDS)
    assert one.page.locator(".picture.faded").count() == 1
    served.start()
    one.page.locator(".line.live").wait_for(timeout=40 * SECONDS)
    one.page.locator(".notice.lost").wait_for(state="detached")


@pytest.fixture
def flat(playwright):
    """A browser that draws in no third dimension."""
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=[*FLAGS, "--disable-3d-apis"])
    yield browser
    browser.close()


def test_without_webgl_the_table_has_everything(tab, flat):
    one = tab("manager", browser=flat)
    one.expected = ("WebGL", "webgl")
    one.go("/")
    one.page.locator(".notice", has_text="no WebGL").wait_for()
    one.page.get_by_role("button", name="Table").click()
    assert one.page.locator("tbody tr").count() == 2
