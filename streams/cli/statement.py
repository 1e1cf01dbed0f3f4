"""Statement: the command of ``tripmeter renew`` that writes an offer for who is insured."""

from pathlib import Path

import click
from sqlalchemy import Connection

from pricing.ledger.offered import WHOLE
from pricing.ledger.pen import Pen
from pricing.ledger.statement import Statement, html, text
from pricing.premium import ANSWER, OFFER
from streams.cli import screen, source
from streams.ledger import chains
from streams.registry import stored
from streams.registry.contracts import Policy, Policyholder
from streams.tables import moment


@click.command("statement")
@click.argument("policy_id", metavar="POLICY")
@click.option("--out", type=click.Path(path_type=Path), help="As a page (.html) or text (.txt); else on the screen.")
@screen.data_option
def statement(policy_id: str, out: Path | None, data: Path | None) -> None:
    """The offer of POLICY by fleet and vehicle: this term, the next, and why it changes."""
    if out and out.suffix not in (".html", ".txt"):
        raise screen.fail(f"{out}: expected a name that ends with .html or .txt")
    with source.store(data).reading() as connection:
        found = _found(connection, policy_id)
    if out is None:
        screen.out.print(screen.visible(text(found)), markup=False, soft_wrap=True)
        return
    out.write_text(screen.visible(html(found) if out.suffix == ".html" else text(found)), "utf-8")
    screen.err.print(f"wrote {out}", markup=False)


def _found(connection: Connection, policy_id: str) -> Statement:
    pen = Pen(chains.of(connection, policy_id), moment(0.0))
    offers, answers = pen.all_known(OFFER), pen.known(ANSWER, WHOLE, WHOLE)
    if not offers:
        raise screen.fail(f"policy {policy_id!r} has no offer: 'tripmeter renew --policy {policy_id}' makes one")
    rows = stored.read(connection).rows
    policy = rows["policies"].get(policy_id)
    holder = rows["policyholders"].get(policy.policyholder_id) if isinstance(policy, Policy) else None
    name = holder.name if isinstance(holder, Policyholder) else ""
    return Statement(policy_id, name, answers[-1]["reason"] if answers else "", [entry.draft for entry in offers])
