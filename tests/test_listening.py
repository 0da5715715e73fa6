"""Addresses on which the service listens."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from ingest_service.listening import described, listen

HAS_IPV6 = socket.has_dualstack_ipv6()


class Listeners:
    """Sockets that listen until the test ends."""

    def __init__(self, opened: ExitStack) -> None:
        self._opened = opened

    def __call__(self, host: str, port: int = 0) -> list[tuple[str, int]]:
        """Listen there, and return the addresses."""
        sockets = [self._opened.enter_context(listening) for listening in listen(host, port)]
        return [listening.getsockname()[:2] for listening in sockets]


@pytest.fixture
def listening() -> Iterator[Listeners]:
    with ExitStack() as opened:
        yield Listeners(opened)


def answers(host: str, port: int) -> bool:
    with socket.create_connection((host, port), timeout=10):
        return True


@pytest.mark.skipif(not HAS_IPV6, reason="this machine has no IPv6")
@pytest.mark.parametrize("host", ["::", "*"])
def test_every_interface_is_ipv4_and_ipv6_on_one_port(listening: Listeners, host: str) -> None:
    ((address, port),) = listening(host)
    assert address == "::"
    assert answers("127.0.0.1", port)


def test_every_interface_of_ipv4_alone(listening: Listeners) -> None:
    ((address, port),) = listening("0.0.0.0")
    assert address == "0.0.0.0"
    assert answers("127.0.0.1", port)


def test_a_name_is_every_address_of_it_that_this_machine_has_on_one_port(listening: Listeners) -> None:
    addresses = listening("localhost")
    assert {"127.0.0.1", "::1"}.issuperset(host for host, _ in addresses)
    assert len({port for _, port in addresses}) == 1


@pytest.mark.parametrize(
    ("host", "said"),
    [("nosuch.invalid", "Name or service not known|failure in name resolution"), ("192.0.2.1", "Cannot assign")],
)
def test_a_host_that_is_not_here_is_an_error_with_the_words_of_the_system(host: str, said: str) -> None:
    with pytest.raises(OSError, match=said):
        listen(host, 0)


def test_a_port_that_is_taken_is_an_error(listening: Listeners) -> None:
    ((_, port),) = listening("127.0.0.1")
    with pytest.raises(OSError, match="Address already in use"):
        listen("127.0.0.1", port)


def test_addresses_are_described_as_urls() -> None:
    assert described([("127.0.0.1", 8000)]) == "http://127.0.0.1:8000"
    assert described([("127.0.0.1", 80), ("::1", 80)]) == "http://127.0.0.1:80 and http://[::1]:80"
    assert described([("::", 8131)]).startswith("http://[::]:8131 (")
