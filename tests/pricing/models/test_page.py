"""Page: the spec that docs/pricing.md shows is one, and its tables leave no key out."""

import re
from pathlib import Path

import pytest

from pricing import specs
from pricing.models.reading import parse
from pricing.models.spec import KINDS, ModelError

PAGE = (Path(__file__).parents[3] / "docs" / "pricing.md").read_text("utf-8").partition("## A fitted tariff")[2]
KNOWN = re.compile(r"known here: ([^;]+)")


def known(text):
    """Keys a table of a spec may have, as its complaint about another lists them."""
    with pytest.raises(ModelError, match="unknown key") as error:
        parse(text, "spec.toml")
    return KNOWN.search(str(error.value))[1].split(", ")


def test_the_example_is_a_spec():
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)[1]
    found = parse(example, "example.toml")
    assert [term.kind for term in found.terms] == ["categorical", "log", "categorical"]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "interaction"])
def test_no_key_is_left_out(kind):
    head = 'name = "n"\nfamily = "poisson"\nresponse = "y"\n'
    term = (
        f'[[terms]]\ntype = "{kind}"\ncolumn = "x"\nknots = [1, 2, 3]\n'
        if kind == "spline"
        else f'[[terms]]\ntype = "{kind}"\ncolumn = "x"\n'
    )
    keys = known(head + "qqq = 1\n") + known(head + term + "qqq = 1\n")
    for key in set(keys):
        assert re.search(rf"`\[*{key}\]*[` ]", PAGE), key


@pytest.mark.parametrize("name", specs.names())
def test_shipped_specs_can_be_read(name):
    assert parse(specs.text(name), name).name == name
    assert f"`{name}`" in PAGE or f"`--spec {name}`" in PAGE
