"""predict: what a fitted model expects of each row of policy data."""

from pathlib import Path

import click
import polars as pl

from pricing.models import document, model
from pricing.models.model import PREDICTION, Model
from pricing.models.spec import ModelError
from streams.cli import policies, screen


@click.command("predict")
@click.option("--model", "model_path", type=click.Path(path_type=Path), help="Of tripmeter fit (JSON).")
@click.option("--frequency", type=click.Path(path_type=Path), help="In place of it: claims of a row, ...")
@click.option("--severity", type=click.Path(path_type=Path), help="... and the amount of a claim; their product.")
@policies.data_option
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The rows with their prediction.")
@screen.json_option
def command(
    model_path: Path | None, frequency: Path | None, severity: Path | None, path: Path, out: Path, as_json: bool
) -> None:
    """Append the response a model expects of each row, for the row's exposure; of two, the pure premium."""
    if (model_path is None) == (frequency is None or severity is None) or (model_path and (frequency or severity)):
        raise click.UsageError("give --model, or --frequency and --severity")
    frame = policies.read(path)
    try:
        if model_path is not None:
            fitted = read(model_path)
            name, new = fitted.spec.name, [model.predict(fitted, frame)]
        else:
            name, new = "pure premium", _pure(read(frequency or path), read(severity or path), frame)
    except ModelError as error:
        raise screen.fail(error) from error
    for column in new:
        if column.name in frame.columns:
            raise screen.fail(f"{path}: has a column {column.name!r} already; rename it or leave it out")
    predicted = frame.with_columns(new)
    policies.write(predicted, out)
    total = float(predicted[PREDICTION].sum())
    if as_json:
        screen.emit({"model": name, "rows": predicted.height, "expected": total, "out": str(out)})
    else:
        screen.out.print(f"{predicted.height:,} rows, {total:,.2f} expected: {out}", markup=False)


def _pure(frequency: Model, severity: Model, frame: pl.DataFrame) -> list[pl.Series]:
    """Claims expected of each row, the amount of one, and their product."""
    claims, exposure = model.predict(frequency, frame), severity.spec.exposure
    one = frame if exposure is None else frame.with_columns(pl.lit(1.0).alias(exposure.column))
    amount = model.predict(severity, one)
    return [claims.alias("frequency"), amount.alias("severity"), (claims * amount).alias(PREDICTION)]


def read(path: Path) -> Model:
    """The model of a file."""
    try:
        return document.read(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise screen.fail(f"{path}: cannot be read ({error})") from error
