"""Whether a form was sent from a page of ours: protection against forms on other sites (CSRF)."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request


def from_own_page(request: Request) -> bool:
    """False when a browser says that another site's page sent this request.

    Browsers say so in Sec-Fetch-Site, older ones in Origin. What sends neither, such as curl, is no page of another
    site; and a browser so old that it sends neither keeps our cookie back, which is SameSite=Lax.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")
