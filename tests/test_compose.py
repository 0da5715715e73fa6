"""The compose file runs one process with SQLite, or replicas on PostgreSQL behind nginx."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import yaml

from ingest_service.config import Settings

ROOT = Path(__file__).parent.parent
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
NGINX = (ROOT / "deploy/nginx/replicas.conf").read_text()
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PROMETHEUS = yaml.safe_load((ROOT / "deploy/prometheus/compose.yml").read_text())
PROGRAMS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
REPLICAS = [SERVICES["replica-1"], SERVICES["replica-2"]]
OF_THE_IMAGE = [SERVICES["ingest-service"], *REPLICAS]


def test_compose_keeps_the_database_in_a_volume_and_asks_whether_the_service_is_ready() -> None:
    assert SERVICES["ingest-service"]["volumes"] == ["ingest:/data"]
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql/data"]
    assert COMPOSE["volumes"].keys() == {"ingest", "postgres", "prometheus"}
    assert "INGEST_DATABASE_URL=sqlite:////data/" in DOCKERFILE
    for service in OF_THE_IMAGE:
        assert service["healthcheck"]["test"] == ["CMD", "python", "-m", "ingest_service.probe", "/ready"]


def test_compose_starts_one_process_with_sqlite_unless_it_is_asked_for_more() -> None:
    started = [name for name, service in SERVICES.items() if "profiles" not in service]
    assert started == ["image", "ingest-service"]
    assert SERVICES["image"]["command"] == ["true"]
    assert "INGEST_DATABASE_URL" not in SERVICES["ingest-service"]["environment"]


def test_the_replicas_of_compose_share_an_image_and_a_database_and_have_names_of_their_own() -> None:
    assert len({service["image"] for service in OF_THE_IMAGE}) == 1
    (url,) = {replica["environment"]["INGEST_DATABASE_URL"] for replica in REPLICAS}
    of_database = SERVICES["postgres"]["environment"]
    assert url == f"postgresql://{of_database['POSTGRES_USER']}@postgres/{of_database['POSTGRES_DB']}"
    for replica in REPLICAS:
        assert replica["environment"]["PGPASSWORD"] == of_database["POSTGRES_PASSWORD"]
        assert Settings.from_environ({"INGEST_DATABASE_URL": url}).is_postgres
    names = [replica["environment"]["INGEST_REPLICA_NAME"] for replica in REPLICAS]
    assert names == ["replica-1", "replica-2"]


def test_what_a_service_of_compose_waits_for_can_say_that_it_is_healthy() -> None:
    for service in SERVICES.values():
        for name, needed in service.get("depends_on", {}).items():
            if name != "image":
                assert needed == {"condition": "service_healthy"}
                assert SERVICES[name]["healthcheck"]
                assert SERVICES[name]["profiles"] == service["profiles"]


def test_one_service_of_compose_builds_the_image_and_all_others_that_use_it_wait_for_that() -> None:
    assert [name for name, service in SERVICES.items() if "build" in service] == ["image"]
    built = SERVICES["image"]["image"]
    users = [service for name, service in SERVICES.items() if service["image"] == built and name != "image"]
    assert len(users) == 4
    for service in users:
        assert service["depends_on"]["image"] == {"condition": "service_completed_successfully"}
        assert service["pull_policy"] == "never"


def test_nginx_passes_requests_to_the_replicas_of_compose() -> None:
    passed_to = re.findall(r"server (\S+):8000 ", NGINX)
    assert sorted(passed_to) == sorted(SERVICES["proxy"]["depends_on"])
    (port,) = re.findall(r"listen (\d+);", NGINX)
    assert SERVICES["proxy"]["ports"] == [f"127.0.0.1:8001:{port}"]
    (mounted,) = SERVICES["proxy"]["volumes"]
    assert (ROOT / mounted.partition(":")[0]).read_text() == NGINX


def test_the_compose_file_has_the_form_that_its_specification_asks_for() -> None:
    check = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(ROOT / "compose.yaml")]
    checked = subprocess.run([sys.executable, *check], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_every_file_that_compose_mounts_exists() -> None:
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", [])]
    files = [mount.partition(":")[0] for mount in mounts if mount.startswith(".")]
    assert len(files) == 6
    assert [name for name in files if not (ROOT / name).is_file()] == []


def test_the_fake_upstream_of_compose_is_a_program_of_the_image_beside_the_service() -> None:
    fake = SERVICES["fake-upstream"]
    assert fake["network_mode"] == "service:ingest-service"
    (program,) = fake["command"]
    assert program in PROGRAMS
    assert fake["image"] == SERVICES["ingest-service"]["image"]
    (url,) = re.findall(r"http://\S+/\{id\}", (ROOT / "compose.yaml").read_text())
    assert Settings.from_environ({"INGEST_UPSTREAM_URL": url}).upstream_request.url == url


def test_prometheus_scrapes_every_service_of_compose_and_knows_the_alerts() -> None:
    (job,) = PROMETHEUS["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    assert [SERVICES[name] for name in found["names"]] == OF_THE_IMAGE
    assert found["port"] == 8000
    mounted = [mount.split(":")[1] for mount in SERVICES["prometheus"]["volumes"]]
    assert [f"/etc/prometheus/{name}" in mounted for name in PROMETHEUS["rule_files"]] == [True]


def test_grafana_finds_prometheus_and_the_dashboard_without_a_hand() -> None:
    grafana = SERVICES["grafana"]
    (source,) = yaml.safe_load((ROOT / "deploy/grafana/datasources.yaml").read_text())["datasources"]
    (name, port) = re.findall(r"http://(\w+):(\d+)", source["url"])[0]
    assert SERVICES[name]["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert source["isDefault"]
    (provider,) = yaml.safe_load((ROOT / "deploy/grafana/dashboards.yaml").read_text())["providers"]
    home = grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home.startswith(provider["options"]["path"])
    assert f"./deploy/grafana/ingest-service.json:{home}:ro" in grafana["volumes"]


def test_compose_gives_the_container_no_more_rights_than_it_needs() -> None:
    for service in OF_THE_IMAGE:
        assert service["tmpfs"] == ["/tmp"]
        assert service["pids_limit"] > 100
        assert service["mem_limit"] == "2g"
    for service in [*OF_THE_IMAGE, SERVICES["proxy"]]:
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
    for service in SERVICES.values():
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
