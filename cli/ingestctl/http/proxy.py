"""Proxy on the way to the service, from the variables http_proxy, https_proxy, all_proxy and no_proxy."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, select_proxy

from ingestctl.errors import UsageError
from ingestctl.http.address import host_of, without_credentials

_BAD_PROXY = (
    "{} is not a proxy that ingestctl can use: it needs one for HTTP, like http://proxy:3128. "
    "Correct http_proxy, https_proxy and all_proxy, or add {} to no_proxy."
)


class Proxy:
    """The proxy for an address, if there is one; the services of this system never have one.

    `name` is shown, and has no password; `settings` is the argument `proxies` of requests, which reads the same
    variables itself: it is decided here, once. Raises UsageError if it is not one for HTTP.
    """

    def __init__(self, url: str, host: str) -> None:
        chosen = None if _is_loopback(host) else select_proxy(url, get_environ_proxies(url, None))
        whole = chosen if not chosen or "://" in chosen else f"http://{chosen}"
        self.name = without_credentials(whole) if whole else None
        self.settings = {f"{urlsplit(url).scheme}://{host}": whole} if whole else {"no_proxy": host}
        if whole and not host_of(whole):
            raise UsageError(_BAD_PROXY.format(self.name, host))

    @property
    def via(self) -> str:
        """Words that follow an address in a sentence, empty without a proxy."""
        return f" through the proxy {self.name}" if self.name else ""


def _is_loopback(host: str) -> bool:
    """Return whether a host is this system: localhost, 127.0.0.0/8 or ::1."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.rstrip(".").lower() == "localhost"
