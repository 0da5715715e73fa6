"""The manifests for Kubernetes fit each other, the image and the settings."""

import re
from pathlib import Path
from typing import Any

import yaml

from ingest_service.config import Settings
from ingest_service.service import GRACE_SECONDS

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
KUBERNETES = {path.stem: yaml.safe_load(path.read_text()) for path in (ROOT / "deploy/kubernetes").glob("*.yaml")}


def test_everything_of_kubernetes_is_of_a_kind_that_is_known_and_selects_the_same_pods() -> None:
    kinds = {(one["apiVersion"], one["kind"]) for one in KUBERNETES.values()}
    assert kinds == {("apps/v1", "Deployment"), ("v1", "Service"), ("policy/v1", "PodDisruptionBudget")}
    labels = pod()["metadata"]["labels"]
    selectors = [one["spec"]["selector"] for one in KUBERNETES.values()]
    assert all(selector.get("matchLabels", selector) == labels for selector in selectors)
    assert {one["metadata"]["name"] for one in KUBERNETES.values()} == {"ingest-service"}


def test_kubernetes_replaces_replicas_one_by_one_and_lets_the_calls_in_flight_finish() -> None:
    spec = KUBERNETES["deployment"]["spec"]
    assert spec["replicas"] > KUBERNETES["pod-disruption-budget"]["spec"]["minAvailable"]
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    assert pod()["spec"]["terminationGracePeriodSeconds"] > GRACE_SECONDS + 2


def test_kubernetes_asks_at_the_port_of_the_image() -> None:
    container = the_container()
    (port,) = container["ports"]
    assert port == {"name": "http", "containerPort": 8000}
    assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": "http"}
    assert container["livenessProbe"]["httpGet"] == {"path": "/health", "port": "http"}
    (served,) = KUBERNETES["service"]["spec"]["ports"]
    assert served["targetPort"] == "http"


def test_kubernetes_gives_the_container_no_more_rights_than_it_needs() -> None:
    assert pod()["spec"]["securityContext"]["runAsNonRoot"]
    assert pod()["spec"]["securityContext"]["runAsUser"] > 0
    assert not pod()["spec"]["automountServiceAccountToken"]
    assert the_container()["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_kubernetes_mounts_the_url_of_the_database_where_the_service_reads_it(tmp_path: Path) -> None:
    (tmp_path / "database-url").write_text("postgresql://ingest@database/ingest\n")
    environ = {entry["name"]: entry.get("value", "a-pod") for entry in the_container()["env"]}
    of_the_image = dict(re.findall(r"(INGEST_\w+)=(\S+)", DOCKERFILE))
    mounts = {mount["name"]: mount["mountPath"] for mount in the_container()["volumeMounts"]}
    assert mounts.keys() == {volume["name"] for volume in pod()["spec"]["volumes"]}
    environ["INGEST_DATABASE_URL_FILE"] = environ["INGEST_DATABASE_URL_FILE"].replace(
        mounts["database-url"], str(tmp_path)
    )
    settings = Settings.from_environ(of_the_image | environ)
    assert settings.database_url.get_secret_value() == "postgresql://ingest@database/ingest"
    assert settings.replica_name == "a-pod"


def pod() -> dict[str, Any]:
    """Return the template of the pods."""
    template: dict[str, Any] = KUBERNETES["deployment"]["spec"]["template"]
    return template


def the_container() -> dict[str, Any]:
    (container,) = pod()["spec"]["containers"]
    assert isinstance(container, dict)
    return container
