"""Registry of the commands, the most useful first: the place and the title of each."""

from importlib import import_module

import click

REGISTRY = {
    "submit": ("submit:submit", "Submit ids and print their ingestion id."),
    "watch": ("watch:watch", "Show ingestions live until they are completed."),
    "status": ("status:status", "Show the progress of an ingestion."),
    "results": ("status:results", "Print the results of the ids so far."),
    "list": ("listing:list_", "List ingestions, the newest first."),
    "schedule": ("schedule:schedule", "Show the next slots, with their times and ids."),
    "why": ("status:why", "Explain why an ingestion does not run earlier."),
    "cancel": ("ingestion_commands:cancel", "Cancel the batches of ingestions that have not run."),
    "priority": ("ingestion_commands:priority", "Change the priority of the batches that have not run."),
    "retry": ("ingestion_commands:retry", "Submit the failed ids again, as a new ingestion."),
    "pause": ("dispatcher_commands:pause", "Stop opening slots until they are resumed."),
    "resume": ("dispatcher_commands:resume", "Open slots again."),
    "health": ("dispatcher_commands:health", "Show the health of the service and its backlog."),
    "audit": ("audit:audit", "Check by the ledger that the promise was kept."),
    "verify": ("verify:verify", "Check that a service keeps its specification."),
    "completion": ("completion:completion", "Print a script that completes commands and options."),
}


def titles() -> dict[str, click.Command]:
    """Return commands that have only a title, so that --help loads none of the real ones."""
    return {name: click.Command(name, short_help=title) for name, (_, title) in REGISTRY.items()}


def load(name: str) -> click.Command:
    """Return the command itself."""
    module, _, attribute = REGISTRY[name][0].partition(":")
    command = getattr(import_module(f"ingestctl.commands.{module}"), attribute)
    assert isinstance(command, click.Command)
    return command
