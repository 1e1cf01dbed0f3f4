"""fit: policies, claims and a model's spec to coefficients, standard errors and how well they fit."""

import json
import math
from pathlib import Path

import click

from pricing import specs
from pricing.models import document, model
from pricing.models.model import Coefficient, Model
from pricing.models.reading import parse
from pricing.models.spec import ModelError
from streams.cli import policies, screen


@click.command("fit")
@policies.data_option
@click.option("--spec", "asked", required=True, help="The model's spec (TOML), or the name of one that is shipped.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the model here (JSON).")
@screen.json_option
def command(path: Path, asked: str, out: Path | None, as_json: bool) -> None:
    """Fit a generalised linear model of claims to policy data."""
    text = _text(asked)
    try:
        spec = parse(text, asked)
        frame = policies.read(path)
        with screen.err.status(f"fitting {spec.name}"):
            found = model.fit(spec, frame)
    except ModelError as error:
        raise screen.fail(error) from error
    data = {"file": path.name, "rows": frame.height, "columns": frame.columns, "sha256": policies.digest(path)}
    written = document.write(found, text, data)
    if out:
        try:
            out.write_text(written, "utf-8")
        except OSError as error:
            raise screen.fail(f"{out}: cannot be written ({error})") from error
    if as_json:
        screen.emit(json.loads(written))
    else:
        show(found)


def _text(asked: str) -> str:
    """The spec's TOML text, from a file or from those that are shipped."""
    try:
        return Path(asked).read_text("utf-8") if asked not in specs.names() else specs.text(asked)
    except (OSError, UnicodeDecodeError) as error:
        shipped = ", ".join(specs.names())
        raise screen.fail(f"{asked}: cannot be read ({error}); a file, or one of {shipped}") from error


def show(found: Model) -> None:
    """Relativities and how well they fit, as an actuary wants to see them."""
    columns = [("term", "left"), *[(name, "right") for name in ("relativity", "coefficient", "std. error", "observed")]]
    screen.out.print(screen.table(found.spec.name, columns, [_row(one) for one in found.coefficients]))
    fit = found.fit
    lines = [
        ("rows fitted, of rows read", f"{fit.rows:,} of {fit.rows_read:,}, in {fit.cells:,} cells"),
        ("coefficients", f"{fit.parameters}, after {fit.iterations} iterations"),
        ("observed, fitted", f"{fit.observed:,.2f}, {fit.fitted:,.2f}"),
        ("deviance", f"{fit.deviance:,.4f}; of everybody at the mean {fit.null_deviance:,.4f}"),
        ("100 x deviance a row", f"{fit.deviance_100:.5f}; of everybody at the mean {fit.null_deviance_100:.5f}"),
        ("AIC", f"{fit.aic:,.2f}"),
        ("Pearson's phi", f"{fit.phi:.5f}; standard errors for {_dispersion(found)}"),
    ]
    lines += [("large losses", f"capped at {found.spec.cap:,.0f}, x {fit.load:.5f} loaded")] if found.spec.cap else []
    screen.out.print(screen.table("", [("fit", "left"), ("", "left")], [list(line) for line in lines]))


def _dispersion(found: Model) -> str:
    return "this phi" if found.spec.dispersion == "pearson" else "phi = 1"


def _row(one: Coefficient) -> list[str]:
    name = f"{one.term} {one.label}"
    seen = "" if one.response is None else f"{one.response:,.0f}"
    if one.rows is not None and one.error == 0.0:
        return [name, "1", "base", "", seen]
    return [name, f"{math.exp(one.estimate):.5g}", f"{one.estimate:.6f}", f"{one.error:.6f}", seen]
