"""The tables of settings and of metrics list exactly what there is."""

import re

import pytest
from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo

from ingest_service.app import create_app
from ingest_service.config import Settings
from ingest_service.errors import SettingError
from ingest_service.metrics import Metrics
from ingest_service.rate_settings import BATCH_SIZE
from tests.docs.markdown import ROOT, code_spans, rows
from tests.simulation import Simulation

SETTINGS = rows(ROOT / "docs/settings.md", "variable")
METRICS = rows(ROOT / "docs/operations.md", "metric")
OF_THE_PROCESS = ("process_", "python_")


def variables_of(field: FieldInfo) -> list[str]:
    alias = field.validation_alias
    return [str(name) for name in alias.choices] if isinstance(alias, AliasChoices) else [str(alias)]


def written(field: FieldInfo) -> str:
    """Return how the table writes a default."""
    if field.default_factory is not None:
        return "`<host>-<pid>`"
    default = field.default
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if field is Settings.model_fields["slot_size"]:
        return f"`{BATCH_SIZE}`"
    if default is None:
        simulated = Settings.from_environ({})
        real = Settings.from_environ({"INGEST_UPSTREAM_URL": "http://localhost/{id}"})
        return f"`{real.guard:g}` with a real upstream, else `{simulated.guard:g}`"
    return f"`{default}`" if default not in ("", ()) else "none"


def test_the_table_of_settings_lists_every_variable_with_its_default() -> None:
    documented = {tuple(code_spans(name)): default for name, default, *_ in SETTINGS}
    fields = Settings.model_fields.values()
    assert documented == {tuple(variables_of(field)): written(field) for field in fields}


def test_the_settings_of_the_readme_have_the_same_defaults() -> None:
    short = [row[:2] for row in rows(ROOT / "README.md", "variable")]
    assert short
    assert [row for row in short if row not in [full[:2] for full in SETTINGS]] == []


@pytest.mark.parametrize("row", SETTINGS, ids=lambda row: code_spans(row[0])[0])
def test_the_table_of_settings_gives_the_allowed_range(row: list[str]) -> None:
    name, bounds = code_spans(row[0])[0], re.fullmatch(r"(\S+) to (\S+)", row[2])
    if bounds is not None:
        least, most = bounds[1].replace(",", ""), bounds[2].replace(",", "")
        Settings.from_environ({name: least})
        Settings.from_environ({name: most})
        for beyond in (str(-1), most + "9"):
            with pytest.raises(SettingError):
                Settings.from_environ({name: beyond})


@pytest.fixture(scope="module")
def served() -> dict[str, set[str]]:
    """Return the labels of each metric that is served after some traffic."""
    simulation = Simulation()
    client = create_app(simulation.service, Settings.from_environ({}), Metrics()).test_client()
    client.post("/ingest", json={"ids": [1, 2, 3, 4], "priority": "HIGH"}, buffered=True)
    simulation.run()
    text = client.get("/metrics").text
    names = re.findall(r"^# TYPE (\S+)", text, re.MULTILINE)
    return {name: labels_in(text, name) for name in names if not name.startswith(OF_THE_PROCESS)}


def labels_in(text: str, name: str) -> set[str]:
    """Return the labels of all series of a metric, but for the bounds of a histogram."""
    series = re.findall(rf"^{name}(?:_bucket|_sum|_count)?{{(.*?)}} ", text, re.MULTILINE)
    return {label for labels in series for label in re.findall(r"(\w+)=", labels)} - {"le"}


def test_the_table_of_metrics_lists_every_metric_with_its_labels(served: dict[str, set[str]]) -> None:
    documented = {
        name: set(code_spans(labels)) for row, labels, *_ in METRICS for name in code_spans(row) if "*" not in name
    }
    assert documented == served
