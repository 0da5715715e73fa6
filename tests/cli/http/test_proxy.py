"""Proxies that the environment names: the stand-in is the proxy, and sees the whole address of a request."""

import pytest

from tests.cli.conftest import Run
from tests.cli.stand_in import INGESTION_ID, Answer, StandIn, accepted

ELSEWHERE = "http://ingest.example:8000"


def test_a_service_elsewhere_is_asked_through_the_proxy(run: Run, service: StandIn) -> None:
    service.answers(accepted())
    for proxy in (service.url, service.url.removeprefix("http://")):
        assert run(f"submit 1 --url {ELSEWHERE}", http_proxy=proxy).stdout == f"{INGESTION_ID}\n"
    assert [request.path for request in service.requests] == 2 * [f"{ELSEWHERE}/ingest"]


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("proxy", ["{nowhere}", "socks5://127.0.0.1:1"])
def test_a_service_of_this_system_is_never_asked_through_a_proxy(
    run: Run, service: StandIn, nowhere: str, variable: str, proxy: str
) -> None:
    service.answers(accepted())
    result = run("submit 1", **{variable: proxy.format(nowhere=nowhere)})
    assert (result.exit_code, result.stderr) == (0, "")
    assert service.requests[0].path == "/ingest"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "[::1]", "localhost."])
def test_every_name_of_this_system_goes_without_a_proxy(
    run: Run, service: StandIn, nowhere: str, host: str
) -> None:
    service.answers(accepted())
    there = f"http://{host}:{nowhere.rpartition(':')[2]}"
    result = run(f"submit 1 --url {there}", http_proxy=service.url, all_proxy=service.url)
    assert (result.exit_code, service.requests) == (3, [])
    assert result.stderr.startswith(f"Error: Cannot reach the ingest service at {there}: ")


def test_a_host_in_no_proxy_goes_without_one(run: Run, service: StandIn) -> None:
    service.answers(accepted())
    result = run("submit 1 --url http://nosuch.invalid", http_proxy=service.url, no_proxy="nosuch.invalid")
    assert (result.exit_code, service.requests) == (3, [])
    assert "proxy" not in result.stderr


def test_the_error_of_a_proxy_that_cannot_be_reached_names_it_without_its_password(run: Run, nowhere: str) -> None:
    proxy = nowhere.replace("//", "//user:secret@")
    for scheme in ("http", "https"):
        result = run(f"submit 1 --url {scheme}://ingest.example --debug", **{f"{scheme}_proxy": proxy})
        assert (result.exit_code, result.stdout) == (3, "")
        assert result.stderr.splitlines()[-1] == (
            f"Error: The proxy {nowhere} does not lead to {scheme}://ingest.example: Connection refused. "
            "Correct http_proxy and https_proxy, or add ingest.example to no_proxy."
        )
        assert "secret" not in result.stderr


@pytest.mark.parametrize(
    ("status", "phrase"), [(403, "403 Forbidden"), (407, "407 Proxy Authentication Required")]
)
def test_the_error_of_a_proxy_that_refuses_names_it(run: Run, service: StandIn, status: int, phrase: str) -> None:
    service.answers(Answer(status, b"<html>"))
    result = run(f"submit 1 --url {ELSEWHERE}", http_proxy=service.url)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{ELSEWHERE}/ingest answered {phrase} through the proxy {service.url}, but not" in result.stderr


def test_a_proxy_that_finds_no_service_is_named(run: Run, service: StandIn) -> None:
    service.answers(Answer(502, b"<html>"))
    result = run(f"submit 1 --url {ELSEWHERE}", http_proxy=service.url)
    assert result.exit_code == 1
    assert f"cannot answer now through the proxy {service.url}: Bad Gateway. Try again" in result.stderr


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [
        ("socks5://user:secret@127.0.0.1:1080", "socks5://127.0.0.1:1080"),
        ("gopher://proxy", "gopher://proxy"),
        ("http://user:secret@", "http://"),
        ("user:secret@proxy:port", "http://proxy:port"),
        ("http://user:secret@proxy:port", "http://proxy:port"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_wrong_usage_and_named_without_its_password(
    run: Run, proxy: str, shown: str
) -> None:
    result = run(f"submit 1 --url {ELSEWHERE} --debug", ALL_PROXY=proxy)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == (
        f"Error: {shown} is not a proxy that ingestctl can use: it needs one for HTTP, like http://proxy:3128. "
        "Correct http_proxy, https_proxy and all_proxy, or add ingest.example to no_proxy."
    )
    assert "secret" not in result.stderr
