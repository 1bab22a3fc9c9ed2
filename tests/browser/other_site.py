"""A page of another site that embeds the widget with one script and one tag, under a strict content policy of its own."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

HTML = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>Example</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<style nonce="site">
body {{ font: italic 22px/2 Georgia, serif; color: #222; margin: 0 auto; max-width: 44rem; padding: 2rem 1.5rem; text-align: center; }}
p {{ font-style: normal; text-align: start; }} button {{ background: red !important; }}
</style>
<script type="module" src="{server}/static/widget.js"></script>
</head><body>
<main><h1>Stadsnieuws</h1>
<p>Enschede werkt samen met steden in andere landen. Scholen, bedrijven en bewoners doen mee.
Op deze pagina leest u hoe dat gaat en wat het de stad brengt.</p>
<p><a href="#more">Lees verder over de samenwerking</a></p></main>
<enschede-assistant language="{language}"></enschede-assistant>
</body></html>"""


def other_site(server: str) -> Starlette:
    """The site. Its policy allows the assistant's scripts and requests, and nothing else from there."""
    policy = (
        f"default-src 'none'; script-src {server}; connect-src {server}; style-src 'nonce-site'; img-src data:; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )

    async def page(request: Request) -> HTMLResponse:
        language = request.query_params.get("language", "nl")
        return HTMLResponse(HTML.format(server=server, language=language), headers={"Content-Security-Policy": policy})

    return Starlette(routes=[Route("/", page), Route("/second", page)])
