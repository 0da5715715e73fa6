import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import CompletionItem, ShellComplete

from ingestctl.main import ingestctl
from tests.cli.conftest import Run

BASH = shutil.which("bash")


def completed(*words: str) -> list[str]:
    """Return what the last word may become."""
    found: list[CompletionItem] = ShellComplete(ingestctl, {}, "ingestctl", "").get_completions(
        list(words[:-1]), words[-1]
    )
    return [item.value for item in found]


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("bash", "complete -o nosort -F _ingestctl_completion ingestctl"),
        ("zsh", "#compdef ingestctl"),
        ("fish", "complete --no-files --command ingestctl"),
    ],
)
def test_completion_prints_a_script_for_each_shell(run: Run, shell: str, line: str) -> None:
    result = run(f"completion {shell}")
    assert (result.exit_code, result.stderr) == (0, "")
    assert line in result.stdout


def test_an_unknown_shell_is_wrong_usage(run: Run) -> None:
    result = run("completion tcsh")
    assert result.exit_code == 2
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'." in result.stderr


def test_commands_options_and_choices_are_completed() -> None:
    assert completed("pr") == ["priority"]
    assert completed("re") == ["results", "retry", "resume"]
    assert completed("submit", "--d") == ["--deadline", "--dry-run", "--debug"]
    assert completed("submit", "--priority", "H") == ["HIGH"]
    assert completed("list", "--status", "c") == ["completed", "cancelled"]
    assert completed("status", "-o", "") == ["table", "json", "jsonl"]
    assert completed("completion", "z") == ["zsh"]


def test_ids_are_not_completed() -> None:
    assert completed("submit", "1") == []
    assert completed("status", "") == []


@pytest.mark.slow
@pytest.mark.skipif(BASH is None, reason="bash completes")
def test_bash_completes_with_the_script() -> None:
    script = """
        eval "$(ingestctl completion bash)"
        COMP_WORDS=(ingestctl sub) COMP_CWORD=1
        _ingestctl_completion ingestctl
        echo "${COMPREPLY[@]}"
    """
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    ran = subprocess.run([str(BASH), "-c", script], capture_output=True, text=True, env=environment, check=True)
    assert (ran.stdout, ran.stderr) == ("submit\n", "")
