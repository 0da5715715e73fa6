"""`ingestctl pause`, `resume` and `health`: what an operator of the service needs."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from ingestctl.commands.arguments import common
from ingestctl.commands.context import CliContext
from ingestctl.commands.output import JSONS, Form, output_option, print_one, print_rows
from ingestctl.errors import UnavailableError
from ingestctl.models import Dispatcher, Health, Response
from ingestctl.render.dispatcher import backlog_rows, state

Answer = TypeVar("Answer", bound=Response)


@click.command()
@output_option(Form.TABLE, *JSONS)
@common
@click.pass_obj
def pause(context: CliContext, form: Form) -> None:
    """Let no slot open until it is resumed.

    Calls in flight finish, and ids are accepted as before; a restart changes nothing.
    """
    with context.client() as client:
        _print(client.pause(), context, form)


@click.command()
@output_option(Form.TABLE, *JSONS)
@common
@click.pass_obj
def resume(context: CliContext, form: Form) -> None:
    """Let slots open again."""
    with context.client() as client:
        _print(client.resume(), context, form)


@click.command()
@output_option(Form.TABLE, *JSONS)
@common
@click.pass_context
def health(ctx: click.Context, form: Form) -> None:
    """Tell how the service is, and what waits.

    The exit code is 1 if it cannot take or release ingestions now.
    """
    context = ctx.ensure_object(CliContext)
    with context.watching_client() as client:
        asked = {
            "health": _ask(client.health),
            "ready": _ask(client.ready),
            "dispatcher": _ask(client.dispatcher),
        }
    if form in JSONS:
        click.echo(json.dumps({name: _json(answer) for name, answer in asked.items()}))
    else:
        _print_health(asked, context)
    if any(isinstance(answer, UnavailableError) for answer in asked.values()):
        ctx.exit(UnavailableError.exit_code)


def _ask(ask: Callable[[], Answer]) -> Answer | UnavailableError:
    try:
        return ask()
    except UnavailableError as error:
        return error


def _json(answer: Response | UnavailableError) -> Mapping[str, Any]:
    return {"error": str(answer)} if isinstance(answer, UnavailableError) else answer.raw


def _print_health(asked: Mapping[str, Response | UnavailableError], context: CliContext) -> None:
    for name, answer in asked.items():
        click.echo(f"{name:10}  {_sentence(answer, context)}")
    if isinstance(dispatcher := asked["dispatcher"], Dispatcher):
        print_rows(backlog_rows(dispatcher))


def _sentence(answer: Response | UnavailableError, context: CliContext) -> str:
    match answer:
        case Dispatcher():
            return state(answer, context.now())
        case Health(status=status, version=str(version)):
            return f"{status}, version {version}, at {context.url}"
        case Health(status=status):
            return status
    return str(answer)


def _print(dispatcher: Dispatcher, context: CliContext, form: Form) -> None:
    if form in JSONS:
        print_one(dispatcher)
    else:
        click.echo(state(dispatcher, context.now()))
