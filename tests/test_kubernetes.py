"""The manifests for Kubernetes fit each other, the image and the settings."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest_service import __version__
from ingest_service.config import Settings
from ingest_service.service import GRACE_SECONDS

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OF_THE_IMAGE = dict(re.findall(r"(INGEST_\w+)=(\S+)", DOCKERFILE))
USER = 10001


def manifests(folder: str) -> dict[str, dict[str, Any]]:
    """Return what is applied together, by its kind."""
    found = map(yaml.safe_load, map(Path.read_text, (ROOT / "deploy/kubernetes" / folder).glob("*.yaml")))
    return {one["kind"]: one for one in found}


POSTGRES, SQLITE = manifests("postgres"), manifests("sqlite")
WORKLOADS = [POSTGRES["Deployment"], SQLITE["StatefulSet"]]
every_workload = pytest.mark.parametrize("workload", WORKLOADS, ids=["postgres", "sqlite"])


def pod(workload: dict[str, Any]) -> dict[str, Any]:
    """Return what a pod consists of."""
    spec: dict[str, Any] = workload["spec"]["template"]["spec"]
    return spec


def container(workload: dict[str, Any]) -> dict[str, Any]:
    (only,) = pod(workload)["containers"]
    assert isinstance(only, dict)
    return only


def mounts(workload: dict[str, Any]) -> dict[str, str]:
    return {mount["name"]: mount["mountPath"] for mount in container(workload)["volumeMounts"]}


@pytest.mark.parametrize("applied", [POSTGRES, SQLITE], ids=["postgres", "sqlite"])
def test_everything_that_is_applied_together_selects_the_same_pods(applied: dict[str, dict[str, Any]]) -> None:
    (workload,) = [one for one in applied.values() if one in WORKLOADS]
    labels = workload["spec"]["template"]["metadata"]["labels"]
    selectors = [one["spec"]["selector"] for one in applied.values()]
    assert all(selector.get("matchLabels", selector) == labels for selector in selectors)
    assert {one["metadata"]["name"] for one in applied.values()} == {"ingest-service"}


def test_everything_of_kubernetes_is_of_a_kind_that_is_known() -> None:
    kinds = {(one["apiVersion"], kind) for kind, one in (POSTGRES | SQLITE).items()}
    workloads = {("apps/v1", "Deployment"), ("apps/v1", "StatefulSet")}
    assert kinds == workloads | {("v1", "Service"), ("policy/v1", "PodDisruptionBudget")}


def test_kubernetes_replaces_replicas_one_by_one_and_keeps_one_while_nodes_are_drained() -> None:
    spec = POSTGRES["Deployment"]["spec"]
    assert spec["replicas"] > POSTGRES["PodDisruptionBudget"]["spec"]["minAvailable"]
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}


def test_kubernetes_runs_one_process_with_sqlite_whose_database_is_on_a_volume_of_its_own() -> None:
    spec = SQLITE["StatefulSet"]["spec"]
    assert (spec["replicas"], spec["serviceName"]) == (1, SQLITE["Service"]["metadata"]["name"])
    (claimed,) = spec["volumeClaimTemplates"]
    place = mounts(SQLITE["StatefulSet"])[claimed["metadata"]["name"]]
    environ = {entry["name"]: entry["value"] for entry in container(SQLITE["StatefulSet"])["env"]}
    assert str(Settings.from_environ(OF_THE_IMAGE | environ).database_path.parent) == place
    assert "PodDisruptionBudget" not in SQLITE


@every_workload
def test_kubernetes_lets_the_calls_in_flight_finish(workload: dict[str, Any]) -> None:
    assert pod(workload)["terminationGracePeriodSeconds"] > GRACE_SECONDS + 2


@every_workload
def test_kubernetes_asks_at_the_port_of_the_image(workload: dict[str, Any]) -> None:
    asked = container(workload)
    assert asked["ports"] == [{"name": "http", "containerPort": Settings.from_environ(OF_THE_IMAGE).port}]
    assert asked["startupProbe"]["httpGet"] == {"path": "/health", "port": "http"}
    assert asked["readinessProbe"]["httpGet"] == {"path": "/ready", "port": "http"}
    assert asked["livenessProbe"]["httpGet"] == {"path": "/health", "port": "http"}
    for applied in (POSTGRES, SQLITE):
        (served,) = applied["Service"]["spec"]["ports"]
        assert served["targetPort"] == "http"


@every_workload
def test_kubernetes_gives_the_container_no_more_rights_than_it_needs(workload: dict[str, Any]) -> None:
    rights = pod(workload)["securityContext"]
    assert rights["runAsNonRoot"]
    assert {rights["runAsUser"], rights["runAsGroup"], rights["fsGroup"]} == {USER}
    assert f"USER {USER}:{USER}\n" in DOCKERFILE
    assert not pod(workload)["automountServiceAccountToken"]
    assert container(workload)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


@every_workload
def test_kubernetes_mounts_every_volume_that_it_has_and_no_other(workload: dict[str, Any]) -> None:
    claims = [claim["metadata"] for claim in workload["spec"].get("volumeClaimTemplates", [])]
    assert mounts(workload).keys() == {volume["name"] for volume in [*pod(workload)["volumes"], *claims]}
    assert mounts(workload)["tmp"] == "/tmp"


@every_workload
def test_kubernetes_runs_this_version(workload: dict[str, Any]) -> None:
    assert container(workload)["image"].endswith(f"/ingest-service:{__version__}")


def test_kubernetes_mounts_the_url_of_the_database_where_the_service_reads_it(tmp_path: Path) -> None:
    (tmp_path / "database-url").write_text("postgresql://ingest@database/ingest\n")
    deployment = POSTGRES["Deployment"]
    environ = {entry["name"]: entry.get("value", "a-pod") for entry in container(deployment)["env"]}
    environ["INGEST_DATABASE_URL_FILE"] = environ["INGEST_DATABASE_URL_FILE"].replace(
        mounts(deployment)["database-url"], str(tmp_path)
    )
    settings = Settings.from_environ(OF_THE_IMAGE | environ)
    assert settings.database_url.get_secret_value() == "postgresql://ingest@database/ingest"
    assert settings.replica_name == "a-pod"
