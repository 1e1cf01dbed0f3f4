"""model: how good a fitted model is on data, and what it is worth over another."""

from pathlib import Path

import click

from pricing.models import document
from pricing.models.model import Model
from pricing.models.spec import ModelError
from pricing.reports import quality
from pricing.reports.fitted import paper
from pricing.reports.judged import comparable, judge, premiums
from streams.cli import policies, screen
from streams.cli.report import files

FILE = click.Path(path_type=Path)


@click.command("model", short_help="how good a fitted model is, and what it is worth over another")
@click.option("--model", "model_path", type=FILE, required=True, help="Of tripmeter fit (JSON).")
@click.option("--data", "path", type=FILE, help="Policies, a row each; without, what the model file tells is shown.")
@click.option("--against", "other_path", type=FILE, help="Another model: what this one is worth over it.")
@click.option("--reference", "reference_path", type=FILE, help="The data it was fitted to: have numbers moved since?")
@click.option("--by", help="Column whose rows belong together (policy, fleet); intervals draw them as one.")
@click.option("--before", help="Column of the premium in force: who would pay how much more or less.")
@click.option("--draws", default=200, show_default=True, type=click.IntRange(20, 10_000), help="Of each bootstrap.")
@click.option("--seed", default=20_260_101, show_default=True, help="The same seed, the same intervals.")
@files.out_option
@files.as_option
def command(
    model_path: Path,
    path: Path | None,
    other_path: Path | None,
    reference_path: Path | None,
    by: str | None,
    before: str | None,
    draws: int,
    seed: int,
    out: Path,
    kind: str | None,
) -> None:
    """How good a MODEL is on data: calibration, order, factors, stability, dislocation; every row is judged.

    Without --data, the model itself: how it fits, factors over the exposure it was fitted to, coefficients.
    """
    fitted = _model(model_path)
    if path is None:
        if other_path or reference_path or by or before:
            raise click.UsageError("--against, --reference, --by and --before judge the rows of --data: give it")
        files.write(paper(fitted), out, kind)
        return
    try:
        frame = policies.read(path)
        found = judge(fitted, frame, by)
        beside = quality.Beside(
            other=comparable(found, judge(_model(other_path), frame, by)) if other_path else None,
            reference=judge(fitted, policies.read(reference_path)) if reference_path else None,
            before=premiums(frame, before) if before else None,
        )
        with screen.err.status("judging"):
            made = quality.paper(found, path.name, by or "", quality.Chance(draws, seed), beside)
    except ModelError as error:
        raise screen.fail(error) from error
    files.write(made, out, kind)


def _model(path: Path) -> Model:
    try:
        return document.read(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise screen.fail(f"{path}: cannot be read ({error})") from error
