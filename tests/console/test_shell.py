"""The page, its files, and what a browser may do with them."""

import re

from console.shell import STATIC, Shell


def test_the_page_may_run_its_own_scripts_and_no_others(house):
    answer = house.client("").get("/")
    policy = answer.headers["content-security-policy"]
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.split("style-src")[0]
    assert len(re.findall("'sha256-", policy)) == 1  # the import map
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_its_files_lie_at_the_address_of_their_version_and_may_be_kept(house):
    client = house.client("")
    page = client.get("/").text
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert named
    for name in named:
        answer = client.get(name)
        assert answer.status_code == 200, name
        assert "immutable" in answer.headers["cache-control"]
    modules = [path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.mjs")]
    versioned = re.search("/static/[0-9a-f]{12}", page)[0]
    assert client.get(f"{versioned}/{modules[0]}").headers["content-type"].startswith("text/javascript")


def test_only_the_host_of_the_tiles_may_be_asked_besides():
    assert "https://tiles.example.org" in Shell("https://tiles.example.org/{z}/{x}/{y}.png").policy
    assert "http" not in Shell("").policy.replace("https://", "")


def test_no_file_outside_is_served_and_other_paths_are_the_page(house):
    client = house.client("")
    assert client.get("/static/x/../../../pyproject.toml").status_code in (404, 200)
    assert "[project]" not in client.get("/static/x/..%2f..%2f..%2fpyproject.toml").text
    assert client.get("/alerts").text == client.get("/").text
    assert client.get("/api/v1/nothing").json()["code"] == "no_path"
    assert client.put("/api/v1/meta").headers["content-type"] == "application/problem+json"
