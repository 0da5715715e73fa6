"""`ingestctl pause`, `resume` and `health`: commands about the service as a whole."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from ingestctl.commands.arguments import common
from ingestctl.commands.context import CliContext
from ingestctl.commands.output import JSONS, Form, output_option, print_one, print_rows
from ingestctl.errors import UnavailableError
from ingestctl.models import Dispatcher, Health, Response
from ingestctl.render.dispatcher import backlog_rows, limit_lines, replica_names, state
from ingestctl.render.json_lines import as_json
from ingestctl.render.printing import print_line

Answer = TypeVar("Answer", bound=Response)


@click.command()
@output_option(Form.TABLE, *JSONS)
@common
@click.pass_obj
def pause(context: CliContext, form: Form) -> None:
    """Stop opening slots until they are resumed.

    Calls in flight finish, and ids are accepted as before. A restart of the service does not end the pause.
    """
    with context.client() as client:
        _print_dispatcher(client.pause(), context, form)


@click.command()
@output_option(Form.TABLE, *JSONS)
@common
@click.pass_obj
def resume(context: CliContext, form: Form) -> None:
    """Open slots again."""
    with context.client() as client:
        _print_dispatcher(client.resume(), context, form)


@click.command()
@output_option(Form.TABLE, *JSONS)
@common
@click.pass_context
def health(ctx: click.Context, form: Form) -> None:
    """Show the health of the service and its backlog.

    The exit code is 1 if it cannot accept or release ingestions now.
    """
    context = ctx.ensure_object(CliContext)
    with context.polling_client() as client:
        answers = {
            "health": _ask(client.health),
            "ready": _ask(client.ready),
            "dispatcher": _ask(client.dispatcher),
        }
    if form in JSONS:
        print_line(as_json({name: _json(answer) for name, answer in answers.items()}))
    else:
        _print_health(answers, context)
    if any(isinstance(answer, UnavailableError) for answer in answers.values()):
        ctx.exit(UnavailableError.exit_code)


def _ask(question: Callable[[], Answer]) -> Answer | UnavailableError:
    try:
        return question()
    except UnavailableError as error:
        return error


def _json(answer: Response | UnavailableError) -> Mapping[str, Any]:
    return {"error": str(answer)} if isinstance(answer, UnavailableError) else answer.raw


def _print_health(answers: Mapping[str, Response | UnavailableError], context: CliContext) -> None:
    for name, answer in answers.items():
        print_line(f"{name:10}  {_sentence(answer, context)}")
    if isinstance(dispatcher := answers["dispatcher"], Dispatcher):
        for line in limit_lines(dispatcher, context.now()):
            print_line(f"{'limit':10}  {line}")
        if dispatcher.replicas:
            print_line(f"{'replicas':10}  {replica_names(dispatcher)}")
        print_rows(backlog_rows(dispatcher))


def _sentence(answer: Response | UnavailableError, context: CliContext) -> str:
    match answer:
        case Dispatcher():
            return state(answer, context.now())
        case Health(status=status, version=str(version)):
            return f"{status}, version {version}, at {context.address}"
        case Health(status=status):
            return status
    return str(answer)


def _print_dispatcher(dispatcher: Dispatcher, context: CliContext, form: Form) -> None:
    if form in JSONS:
        print_one(dispatcher)
    else:
        print_line(state(dispatcher, context.now()))
