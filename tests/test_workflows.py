"""The workflows of GitHub have the form that GitHub asks for, and do what the Makefile and the docs say."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
GITHUB = ROOT / ".github"
CI: dict[str, Any] = yaml.safe_load((GITHUB / "workflows/ci.yml").read_text())
RELEASE: dict[str, Any] = yaml.safe_load((GITHUB / "workflows/release.yml").read_text())
RELEASING = (ROOT / "docs/releasing.md").read_text()
SECURITY = (ROOT / "docs/security.md").read_text()


def commands(workflow: dict[str, Any]) -> list[str]:
    return [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("vendor.github-workflows", "workflows/ci.yml"),
        ("vendor.github-workflows", "workflows/release.yml"),
        ("vendor.dependabot", "dependabot.yml"),
    ],
)
def test_a_file_for_github_has_the_form_that_its_schema_asks_for(schema: str, path: str) -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(GITHUB / path)]
    checked = subprocess.run(check, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_every_python_from_the_oldest_that_is_allowed_is_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    tested = CI["jobs"]["fast"]["strategy"]["matrix"]["python"]
    assert project["requires-python"] == f">={tested[0]}"
    assert tested == [f"3.{minor}" for minor in range(11, 11 + len(tested))]


def test_the_workflows_run_targets_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    wanted = [command.removeprefix("make ") for command in commands(CI) + commands(RELEASE) if "make " in command]
    assert set(wanted) == {"check", "test"}
    assert targets >= set(wanted)


def test_a_release_is_made_with_the_commands_that_the_documentation_names() -> None:
    documented = re.findall(r"^\$ (\.venv.*|pipx.*)$", RELEASING, re.MULTILINE)
    assert len(documented) == 2
    assert [command for command in documented if command not in commands(RELEASE)] == []


def test_every_run_asks_for_known_holes_as_the_documentation_does_and_lists_the_packages_of_a_release() -> None:
    (audit,) = re.findall(r"^\$ (pipx.*pip-audit.*)$", SECURITY, re.MULTILINE)
    (listing,) = (command for command in commands(RELEASE) if "cyclonedx" in command)
    asked = commands({"jobs": {"packages": CI["jobs"]["packages"]}})
    assert asked == [listing.replace("dist/sbom.json", "sbom.json"), audit]


def test_known_holes_are_asked_for_also_while_nothing_changes() -> None:
    # YAML takes the word `on` for True.
    assert CI[True]["schedule"]  # type: ignore[index]


def test_a_tag_that_is_not_the_version_makes_no_release() -> None:
    steps = RELEASE["jobs"]["release"]["steps"]
    names = [step.get("name") for step in steps]
    checked = names.index("The tag is the version")
    assert "$GITHUB_REF_NAME" in steps[checked]["run"]
    assert [number for number, step in enumerate(steps) if "gh release" in step.get("run", "")] > [checked]
