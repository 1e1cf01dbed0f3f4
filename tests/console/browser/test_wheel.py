"""The console as it is installed: a wheel in an environment of its own, no node, from another folder, in Chromium."""

import hashlib
import re
import shutil
import subprocess
import sys
import sysconfig
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from console.shell import STATIC

from .conftest import SCREENS, Tab, watch

pytestmark = pytest.mark.stack

ROOT = Path(__file__).parents[3]
MINE = "a password for wheels"
TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".html": "text/html",
    ".txt": "text/plain",
}
# in the environment of the wheel: what it has not declared, and nothing that it has needs either, cannot be imported
GUARD = """
import re, sys
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions

known, todo = set(), ["tripmeter"]
plain = lambda name: re.sub("[-_.]+", "-", name).lower()
while todo:
    name = plain(todo.pop())
    if name in known: continue
    known.add(name)
    try: asked = distribution(name).requires or []
    except PackageNotFoundError: continue
    todo += [re.match("[A-Za-z0-9._-]+", one)[0] for one in asked if "extra ==" not in one]
barred = {top for top, owners in packages_distributions().items() if not known & set(map(plain, owners))}

class Undeclared:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in barred: raise ModuleNotFoundError(f"{name} is not declared", name=name)

sys.meta_path.insert(0, Undeclared)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The programs of an environment that has the wheel, and sees what that declares to need where we have it."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", folder, ROOT], check=True)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    (packages,) = folder.glob("venv/lib/*/site-packages")
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib"))
    subprocess.run([*pip, "--python", python, "install", "--no-deps", "--no-index", wheel], check=True)
    (packages / "sitecustomize.py").write_text(GUARD)
    return python.parent


@contextmanager
def running(installed, folder):
    """``tripmeter run`` as an operator starts it; its console's address and the first password."""
    command = [installed / "tripmeter", "run", "--data", "record", "--mqtt", "127.0.0.1:0", "--http", "127.0.0.1:0"]
    # nothing is driven here: what is not compiled need not be waited for
    environ = {"PATH": str(installed), "HOME": str(folder), "NUMBA_DISABLE_JIT": "1", "LANG": "C.UTF-8"}
    with subprocess.Popen(
        [*command, "--console", "127.0.0.1:0"], cwd=folder, env=environ, stderr=subprocess.PIPE, text=True
    ) as process:
        said = iter(process.stderr)
        try:
            url = next(found[1] for line in said if (found := re.search(r"console: (\S+)", line)))
            yield url, next(found[1] for line in said if (found := re.search(r"with (\S+): said", line)))
        finally:
            process.terminate()
            process.communicate()


def test_a_wheel_shows_everything_without_node(installed, tmp_path, chromium):
    assert shutil.which("node", path=str(installed)) is None
    barred = subprocess.run([installed / "python", "-c", "import pytest"], capture_output=True, text=True)
    assert "pytest is not declared" in barred.stderr
    with running(installed, tmp_path) as (url, password):
        with httpx2.Client(base_url=url, timeout=20) as client:
            version = re.search("/static/[0-9a-f]{12}", client.get("/").text)[0]
            for path in filter(Path.is_file, STATIC.rglob("*")):
                answer = client.get(f"{version}/{path.relative_to(STATIC).as_posix()}")
                assert hashlib.sha256(answer.content).digest() == hashlib.sha256(path.read_bytes()).digest(), path
                assert answer.headers["content-type"].partition(";")[0] == TYPES[path.suffix], path
        one = Tab(chromium.new_context(locale="en").new_page(), url)
        watch(one)
        one.expected = ("401", "404")  # nobody is signed in at first; without a registry nothing is insured
        one.page.goto(url)
        first_visit(one.page, password)
        for path, _ in one.run(SCREENS):
            one.go(path)
            one.page.locator("p.waiting").first.wait_for(state="detached")
            assert one.page.locator("nav").count(), path
        assert one.unexpected() == []
        one.page.context.close()


def first_visit(page, password):
    """Sign in, and choose a password as one is asked to."""
    page.locator("input[name=name]").fill("admin")
    page.locator("input[name=password]").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.locator("input[name=old]").fill(password)
    for field in page.locator("input[autocomplete=new-password]").all():
        field.fill(MINE)
    page.locator("form button").first.click()
    page.locator("nav.ways").wait_for()
