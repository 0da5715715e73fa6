"""Compression of answers for clients that can undo it."""

import gzip

from flask import Response, request

_GZIP = "gzip"
_BEST = 9
# Of what is made for one answer: the next levels take twice as long for a hundredth of the size.
_QUICK = 5


def packed(content: bytes, level: int = _BEST) -> bytes:
    """Compress; the same content always becomes the same."""
    return gzip.compress(content, level, mtime=0)


def compressed(response: Response, content: bytes | None = None) -> Response:
    """Compress the body of an answer if the client of this request takes that.

    `content` is the body as `packed` returned it; without it, it is made here. The tag becomes a weak one, for the
    body has two forms.
    """
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or request.accept_encodings.quality(_GZIP) <= 0:
        return response
    response.set_data(packed(response.get_data(), _QUICK) if content is None else content)
    response.content_encoding = _GZIP
    tag, _ = response.get_etag()
    if tag is not None:
        response.set_etag(tag, weak=True)
    return response
