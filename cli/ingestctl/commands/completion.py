"""`ingestctl completion`."""

import click
from click.shell_completion import get_completion_class

from ingestctl.commands.arguments import common

NAME = "ingestctl"
EPILOG = """\b
To have it in every shell:
  bash  echo 'eval "$(ingestctl completion bash)"' >> ~/.bashrc
  zsh   echo 'eval "$(ingestctl completion zsh)"' >> ~/.zshrc
  fish  ingestctl completion fish > ~/.config/fish/completions/ingestctl.fish
"""


@click.command(epilog=EPILOG)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@common
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a script that completes commands and options."""
    script = get_completion_class(shell)
    assert script is not None, "click knows the shells of the choice"
    click.echo(script(ctx.find_root().command, {}, NAME, "_INGESTCTL_COMPLETE").source())
