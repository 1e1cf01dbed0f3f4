"""token: makes one for HTTP; what it is, is shown once, and kept nowhere."""

import click

from streams.cli import screen
from streams.web import tokens
from streams.web.tokens import Grant


@click.command("token")
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(list(tokens.ROLES)), help="For what.")
@click.option("--fleet", default="", help="Only for this fleet; else for all.")
@screen.json_option
def command(name: str, roles: tuple[str, ...], fleet: str, as_json: bool) -> None:
    """Make a token for NAME. Give NAME the token, and the line to the service: the setting http.tokens."""
    if not name.strip() or any(sign.isspace() or sign in "#;" for sign in name + fleet) or "," in fleet:
        raise click.UsageError("a name or fleet here holds no space, # ; or ,")
    token = tokens.made()
    said = tokens.line(name, [Grant(role, fleet) for role in roles], token)
    if as_json:
        screen.emit({"token": token, "line": said})
        return
    click.echo(token)
    click.echo(f"for http.tokens: {said}", err=True)
