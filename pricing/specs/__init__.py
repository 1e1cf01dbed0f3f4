"""Specs: models that come with the package, the published ones among them."""

from importlib.resources import files

from pricing.models.spec import ModelError


def names() -> list[str]:
    """What there is."""
    return sorted(
        entry.name.removesuffix(".toml") for entry in files(__name__).iterdir() if entry.name.endswith(".toml")
    )


def text(name: str) -> str:
    """The TOML text of one."""
    if name not in names():
        raise ModelError(f"no spec {name!r} comes with the package; there is {', '.join(names())}")
    return (files(__name__) / f"{name}.toml").read_text("utf-8")
