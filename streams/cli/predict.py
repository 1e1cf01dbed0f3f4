"""predict: what a fitted model expects of each row of policy data."""

from pathlib import Path

import click

from pricing.models import document, model
from pricing.models.model import PREDICTION
from pricing.models.spec import ModelError
from streams.cli import policies, screen


@click.command("predict")
@click.option("--model", "model_path", type=click.Path(path_type=Path), required=True, help="Of tripmeter fit (JSON).")
@policies.data_option
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The rows with their prediction.")
@screen.json_option
def command(model_path: Path, path: Path, out: Path, as_json: bool) -> None:
    """Append the response a model expects of each row, for the row's exposure."""
    try:
        fitted = document.read(model_path.read_text("utf-8"), str(model_path))
        frame = policies.read(path)
        if PREDICTION in frame.columns:
            raise screen.fail(f"{path}: has a column {PREDICTION!r} already; rename it or leave it out")
        predicted = frame.with_columns(model.predict(fitted, frame))
    except (OSError, UnicodeDecodeError) as error:
        raise screen.fail(f"{model_path}: cannot be read ({error})") from error
    except ModelError as error:
        raise screen.fail(error) from error
    policies.write(predicted, out)
    total = float(predicted[PREDICTION].sum())
    if as_json:
        screen.emit({"model": fitted.spec.name, "rows": predicted.height, "expected": total, "out": str(out)})
    else:
        screen.out.print(f"{predicted.height:,} rows, {total:,.2f} expected: {out}", markup=False)
