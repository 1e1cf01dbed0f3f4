"""Document: a fitted model as a readable JSON that says what it was fitted to; its hash tells if it was altered."""

import hashlib
import json
import math
import tomllib
from dataclasses import asdict, fields
from decimal import Decimal
from typing import Any

from pricing.models import reading
from pricing.models.design import Scale
from pricing.models.model import Coefficient, Fit, Model
from pricing.models.reading import SpecTable
from pricing.models.spec import ModelError
from pricing.models.spread import Bin

FORMAT = "tripmeter-model/2"
LIKELY = 1.959963984540054  # half width of a 95 % interval in standard errors


def write(model: Model, spec: str, data: dict[str, Any]) -> str:
    """The JSON of a model, of the spec's TOML text, and of what is said of the data (name, rows, sha256)."""
    content: dict[str, Any] = {
        "format": FORMAT,
        "spec": tomllib.loads(spec),
        "data": data,
        "levels": {name: asdict(scale) for name, scale in model.scales.items()},
        "bins": {name: [asdict(one) for one in own] for name, own in model.bins.items()},
        "coefficients": [row(one) for one in model.coefficients],
        "fit": asdict(model.fit) | {"deviance_100": model.fit.deviance_100},
    }
    return json.dumps(content | {"sha256": _digest(content)}, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def row(one: Coefficient) -> dict[str, Any]:
    """A coefficient with its relativity, the interval that holds it in 95 of 100 cases, and its two-sided p-value."""
    low, high = (math.exp(one.estimate + side * LIKELY * one.error) for side in (-1.0, 1.0))
    p = math.erfc(abs(one.estimate) / one.error / math.sqrt(2.0)) if one.error > 0.0 else None
    return asdict(one) | {"relativity": math.exp(one.estimate), "low": low, "high": high, "p": p}


def _digest(content: dict[str, Any]) -> str:
    """SHA-256 of all but the hash, whatever the layout."""
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


def read(text: str, where: str) -> Model:
    """The model of a JSON text; raises where it is none, or was altered."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise ModelError(f"{where}: no JSON: {error}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ModelError(f"{where}: not a model; expected what tripmeter fit has written ({FORMAT})")
    said = content.pop("sha256", "")
    if said != _digest(content):
        raise ModelError(f"{where}: altered since it was fitted (its sha256 does not match); fit it again")
    exact = json.loads(text, parse_float=Decimal)["spec"]  # as a TOML text is read
    return Model(
        reading.read(SpecTable(exact, f"{where}: spec.")),
        {name: Scale(tuple(one["levels"]), one["base"]) for name, one in content["levels"].items()},
        tuple(Coefficient(**_only(Coefficient, one)) for one in content["coefficients"]),
        Fit(**_only(Fit, content["fit"])),
        {name: tuple(Bin(**one) for one in own) for name, own in content["bins"].items()},
    )


def _only(kind: type[Coefficient] | type[Fit], said: dict[str, Any]) -> dict[str, Any]:
    return {field.name: said[field.name] for field in fields(kind)}
