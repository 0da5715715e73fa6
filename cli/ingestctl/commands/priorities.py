"""Priorities on the command line."""

from collections.abc import Callable
from typing import Any

import click

from ingestctl.models import Priority

PRIORITIES = "|".join(Priority)


class PriorityName(click.Choice[Priority]):
    """A priority in upper or lower case; errors and completions show it in upper case."""

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:
        """Return the form that is compared."""
        return super().normalize_choice(choice, ctx).upper()


PRIORITY = PriorityName(Priority, case_sensitive=False)


def priority_option(help_text: str, default: Priority | None = None) -> Callable[..., Any]:
    """Return the option `-p`."""
    return click.option(
        "-p", "--priority", type=PRIORITY, metavar=PRIORITIES, default=default, show_default=True, help=help_text
    )
