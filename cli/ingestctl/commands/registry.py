"""The commands that ingestctl has, in the order in which they are of use: where each is, and what it does."""

from importlib import import_module

import click

REGISTRY = {
    "submit": ("ingestctl.commands.submit:submit", "Submit ids and print their ingestion id."),
    "watch": ("ingestctl.commands.watch:watch", "Show ingestions live until they are completed."),
    "status": ("ingestctl.commands.status:status", "Print how far an ingestion has come."),
    "results": ("ingestctl.commands.status:results", "Print what came of the ids so far."),
    "list": ("ingestctl.commands.listing:list_", "List ingestions, the newest first."),
    "schedule": ("ingestctl.commands.schedule:schedule", "Tell what runs in the next slots, and when."),
    "why": ("ingestctl.commands.status:why", "Tell why an ingestion does not run earlier, and when it will."),
    "cancel": ("ingestctl.commands.ingestion_commands:cancel", "Take back what has not run of an ingestion."),
    "priority": (
        "ingestctl.commands.ingestion_commands:priority",
        "Change how urgent the rest of an ingestion is.",
    ),
    "retry": (
        "ingestctl.commands.ingestion_commands:retry",
        "Submit the ids that failed again, as a new ingestion.",
    ),
    "pause": ("ingestctl.commands.dispatcher_commands:pause", "Let no slot open until it is resumed."),
    "resume": ("ingestctl.commands.dispatcher_commands:resume", "Let slots open again."),
    "health": ("ingestctl.commands.dispatcher_commands:health", "Tell how the service is, and what waits."),
    "completion": (
        "ingestctl.commands.completion:completion",
        "Print what makes a shell complete commands and options.",
    ),
}


def titles() -> dict[str, click.Command]:
    """Return commands that only tell what they do, so that --help need not load any."""
    return {name: click.Command(name, short_help=does) for name, (_, does) in REGISTRY.items()}


def load(name: str) -> click.Command:
    """Return the command itself."""
    module, _, attribute = REGISTRY[name][0].partition(":")
    command = getattr(import_module(module), attribute)
    assert isinstance(command, click.Command)
    return command
