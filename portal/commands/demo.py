"""``portal demo``: load the synthetic portfolio, list its sign-ins, read its phone."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from portal import i18n
from portal.commands.dates import parse_day
from portal.commands.wiring import context_from_environment, migrated_context

app = typer.Typer(no_args_is_help=True)


@app.command()
def load(seed: Annotated[int, typer.Option(help="The same seed gives the same portfolio.")] = 20261122,
         accounts: Annotated[int, typer.Option(min=1, max=50_000, help="How many card accounts.")] = 2_000,
         as_of: Annotated[date | None, typer.Option("--as-of", parser=parse_day, metavar="DATE",
                                                    help="The day it stands at. Default: today.")] = None) -> None:
    """Fill an empty database with synthetic cardholders, cards and requests (PORTAL_DEMO=1 only)."""
    from core.bootstrap import upgrade_database
    from core.services.demo import load_demo
    from portal.commands.progress import drawn

    context = context_from_environment()
    if not context.settings.demo:
        raise typer.BadParameter("the demo is for demo mode: set PORTAL_DEMO=1", param_hint="portal demo")
    upgrade_database(context)
    with drawn() as progress:
        report = load_demo(context, seed=seed, count=accounts, as_of=as_of, progress=progress)
    typer.echo(f"{report.loaded.imported:,} accounts of {report.people:,} people as of {report.as_of}, "
               f"{report.requests:,} requests")


@app.command()
def users() -> None:
    """List the sign-ins of the demo."""
    from core.services.demo import sign_ins

    for one in sign_ins():
        typer.echo(f"{one.role:12}{one.login or '(not yet)':14}{one.password:26}{one.note}")


@app.command()
def phone(card_last4: Annotated[str, typer.Argument(help="The card's last four digits.")],
          name: Annotated[str, typer.Argument(help="The cardholder's name.")],
          locale: Annotated[str, typer.Option(help=f"Language of the messages: {' or '.join(i18n.LOCALES)}.")]
          = i18n.DEFAULT_LOCALE) -> None:
    """Show the latest messages "sent" to a synthetic cardholder as they would be read, codes included."""
    from core.domain.errors import NotFound
    from core.services.identity import demo_phone
    from portal.components.messages import in_words

    if locale not in i18n.LOCALES:
        raise typer.BadParameter(f"one of {', '.join(i18n.LOCALES)}", param_hint="--locale")
    try:
        messages = demo_phone(migrated_context(), card_last4=card_last4, name=name)
    except NotFound as refusal:
        told = {"cardholder": f"nobody matches card {card_last4} and the name {name}"}.get(
            str(refusal.data["kind"]), "the demo's phone is for demo mode: set PORTAL_DEMO=1")
        raise typer.BadParameter(told, param_hint="portal demo phone") from None
    if not messages:
        typer.echo("nothing was sent to this person")
    with i18n.speaking(locale):
        for message in messages:
            typer.echo(f"{i18n.moment(message.at)}  {in_words(message.template, message.parameters)}")
