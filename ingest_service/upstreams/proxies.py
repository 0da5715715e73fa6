"""The proxy between this process and the upstream, as the usual variables of the environment name it."""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from requests.utils import should_bypass_proxies

from ingest_service.environment import is_http_url
from ingest_service.errors import SettingError


def proxy_of(url: str, environ: Mapping[str, str]) -> str | None:
    """Return the URL of the proxy for calls to this URL, None where they need none: to this machine they never do.

    Raises SettingError, which shows no password, for a proxy that cannot be used.
    """
    parts = urlsplit(url)
    if _is_this_machine(parts.hostname or "") or should_bypass_proxies(url, _value(environ, "no_proxy")):
        return None
    for name in (f"{parts.scheme}_proxy", "all_proxy"):
        if value := _value(environ, name):
            return _usable(name, value)
    return None


def _value(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.upper()) or ""


def _usable(name: str, value: str) -> str:
    proxy = value if "://" in value else f"http://{value}"
    if not is_http_url(proxy):
        raise SettingError(
            f"{name.upper()} names a proxy that cannot be used for the upstream: it should begin with http:// or "
            "https://, for SOCKS is not supported; NO_PROXY names the hosts that need no proxy"
        )
    return proxy


def _is_this_machine(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
