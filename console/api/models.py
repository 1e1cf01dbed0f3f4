"""Models over HTTP: those that were fitted, what each says of itself, and how good it is on data it is held against."""

from pathlib import Path

from console.api.ledger import whole
from console.endpoint import Ask, Endpoint, Query, Reply, Shape
from console.files.exports import noted
from console.files.papers import Report, printed, sheet, told
from console.files.spoken import asked as in_a_language
from console.files.spoken import paper as spoken
from console.gate.access import PRICING
from console.reckoning.models import MODEL, Asked, on_shelf, paper, read
from console.said import number
from pricing.models.spec import ModelError
from pricing.reports.paper import Paper
from streams import sheets
from streams.sheets import SheetError


class ModelRow(Shape):
    """A model as its file tells it."""

    file: str
    name: str = ""
    family: str = ""
    response: str = ""
    exposure: str = ""
    rows: int = 0
    weight: float = 0.0
    aic: float | None = None
    phi: float | None = None
    problem: str = ""  # why it cannot be used; empty: it can


class DataRow(Shape):
    """Data that models can be held against."""

    file: str
    columns: list[str]
    numeric: list[str]  # of them those that hold numbers
    problem: str


class ModelShelf(Shape):
    """All there is in the folder."""

    configured: bool  # whether pricing.models names a folder
    models: list[ModelRow]
    data: list[DataRow]


class Held(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """On which data, against which other model; rows of one ``by`` belong together, ``before`` is what was paid."""

    data: str = ""
    against: str = ""
    by: str = ""
    before: str = ""


def listed(ask: Ask) -> ModelShelf:
    """Models, and data to hold them against."""
    whole(ask)
    world = ask.world
    return ModelShelf(
        configured=bool(world.config.pricing.models),
        models=[_model(path) for path in on_shelf(world, MODEL).values()],
        data=[_data(path) for path in on_shelf(world, *sheets.TABLES).values()],
    )


def shown(ask: Ask) -> Report:
    """A model by itself, or on data: calibration, lift, order, double lift, dislocation."""
    return told(_paper(ask))


def page(ask: Ask) -> Reply:
    """The same as one page."""
    return printed(spoken(_paper(ask), ask.query.language, own=True))


def book(ask: Ask) -> Reply:
    """Its tables as a workbook."""
    return noted(ask, f"{_ONE}.xlsx", sheet(spoken(_paper(ask), ask.query.language, own=True), "model"))


def _paper(ask: Ask) -> Paper:
    whole(ask)
    said = ask.query
    return paper(ask.world, Asked(ask.parts["model"], said.data, said.against, said.by, said.before))


def _model(path: Path) -> ModelRow:
    try:
        model = read(path)
    except (ModelError, OSError, UnicodeDecodeError, KeyError, TypeError) as error:
        return ModelRow(file=path.name, problem=str(error))
    spec, fit = model.spec, model.fit
    return ModelRow(
        file=path.name,
        name=spec.name,
        family=spec.family,
        response=spec.response.column,
        exposure=spec.exposure.column if spec.exposure else "",
        rows=fit.rows,
        weight=fit.weight,
        aic=number(fit.aic, 2),
        phi=number(fit.phi, 5),
    )


def _data(path: Path) -> DataRow:
    try:
        schema = sheets.columns(path)
    except SheetError as error:
        return DataRow(file=path.name, columns=[], numeric=[], problem=str(error))
    numeric = [name for name, kind in schema.items() if kind.is_numeric()]
    return DataRow(file=path.name, columns=list(schema), numeric=numeric, problem="")


_LIST, _ONE = "/pricing/models", "/pricing/models/{model}"
_GOOD = "How good a model is"
ENDPOINTS = (
    Endpoint("GET", _LIST, listed, "pricing", "Fitted models, and data", PRICING, ModelShelf),
    Endpoint("GET", f"{_ONE}.html", page, "pricing", f"{_GOOD}, to print", PRICING, bytes, query=in_a_language(Held)),
    Endpoint(
        "GET", f"{_ONE}.xlsx", book, "pricing", f"{_GOOD}, as a workbook", PRICING, bytes, query=in_a_language(Held)
    ),
    Endpoint("GET", _ONE, shown, "pricing", _GOOD, PRICING, Report, query=Held),
)
