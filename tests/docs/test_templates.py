"""The forms for issues, and the hooks that run before a commit."""

from pathlib import Path

import pytest
import yaml

from tests.docs.markdown import ROOT

FORMS = sorted(path for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config")


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_every_form_has_what_github_asks_of_it(path: Path) -> None:
    form = yaml.safe_load(path.read_text())
    assert {"name", "description", "body"} <= form.keys()
    for field in form["body"]:
        assert field["type"] in ("textarea", "input", "checkboxes")
        assert field["attributes"]["label"]
    assert len({field["id"] for field in form["body"]}) == len(form["body"])


def test_the_hooks_before_a_commit_run_the_checks_of_make_check() -> None:
    (local,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    hooks = {tuple(hook["entry"].split()[:2]) for hook in local["hooks"]}
    makefile = (ROOT / "Makefile").read_text()
    checks = makefile.partition("check: ")[2].partition("\n\n")[0].splitlines()[1:]
    assert {(".venv/bin/ruff", "format"), (".venv/bin/ruff", "check"), (".venv/bin/mypy",)} == hooks
    assert {tuple(check.replace("$(BIN)", ".venv/bin").split()[:2]) for check in checks} == hooks
