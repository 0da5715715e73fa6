"""HTTPS with the certificate authorities of this system."""

import ssl
from typing import Any

import truststore
from requests.adapters import HTTPAdapter


class SystemTrustAdapter(HTTPAdapter):
    """Trusts the authorities of the system, those of requests, and the bundle in REQUESTS_CA_BUNDLE."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Give every connection the system's context."""
        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().init_poolmanager(*args, ssl_context=context, **kwargs)
