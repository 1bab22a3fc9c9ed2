"""A stand-in for Rasa that answers at once, slowly, with hostile text, or not at all; and a server around it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from bot.serve import free_port
from tests.bot.web.fake_rasa import FakeRasa

PAGE = {
    "nl": {"id": "page", "title": "Internationale samenwerking (pagina op de website van de gemeente)", "url": None, "as_of": "2026-11", "dated": "checked", "note": "De pagina zelf heeft geen datum."},
    "en": {"id": "page", "title": "International cooperation (page on the municipality's website)", "url": None, "as_of": "2026-11", "dated": "checked", "note": "The page itself carries no date."},
}  # fmt: skip
REPORT = {
    "nl": {"id": "report_2017", "title": "Internationaal jaarverslag over 2017 (in het Engels)", "url": None, "as_of": "2017", "dated": "published", "note": "Dit verslag gaat over 2017. Sindsdien kan er iets veranderd zijn."},
    "en": {"id": "report_2017", "title": "International Annual Report on 2017", "url": None, "as_of": "2017", "dated": "published", "note": "This report is about 2017. Things may have changed since."},
}  # fmt: skip
CITIES = {
    "nl": "Beide bronnen samen noemen 3 zuster- en partnersteden:\n• Palo Alto (zusterstad sinds 1980)\n• Dalian (zusterstad sinds 2009, volgens het jaarverslag over 2017)\n• Münster (partnerstad sinds 2021)\nDe huidige pagina noemt alleen Münster en Palo Alto; Dalian staat in het jaarverslag over 2017.",
    "en": "Both sources together name 3 sister and partner cities:\n• Palo Alto (sister city since 1980)\n• Dalian (sister city since 2009, according to the annual report on 2017)\n• Münster (partner city since 2021)\nThe current page only names Münster and Palo Alto; Dalian is in the annual report on 2017.",
}
MUNSTER = {
    "nl": "Münster is sinds 2021 een partnerstad van Enschede.",
    "en": "Münster has been a partner city of Enschede since 2021.",
}
CONTACT = "Mail naar info-internationaal@enschede.nl, bel 14 053 of kijk op www.enschede.nl. Zie https://voorbeeld.example/pad?a=1."
HOSTILE = '<img src=x onerror="alert(1)"><b>bold</b> javascript:alert(1) http://evil.example <a href="javascript:alert(1)">x</a>'
SENTENCE = "Enschede werkt met veel steden samen en leert daarvan. "


class StandIn(FakeRasa):
    """What it answers hangs on a word in the question. `away` makes it fail; `asked` is what reached it."""

    async def ask(self, sender: str, text: str, language: str | None, message_id: str) -> dict[str, Any]:
        await super().ask(sender, text, language, message_id)
        if "slow" in text:
            await asyncio.sleep(1.2)
        return reply_to(text, language or "nl")


def reply_to(text: str, language: str) -> dict[str, Any]:
    """A reply of the chat API's contract, without its message id."""
    said, outcome, buttons, sources = MUNSTER[language], "answered", [], [PAGE[language]]
    if text == "Answer in English":
        language, said, sources = "en", MUNSTER["en"], [PAGE["en"]]
    elif "cities" in text or "partnersteden" in text:
        said, sources = CITIES[language], [PAGE[language], REPORT[language]]
    elif "hostile" in text:
        said, sources = HOSTILE, [PAGE[language] | {"url": "javascript:alert(1)", "title": HOSTILE}]
        buttons = [{"title": HOSTILE, "payload": HOSTILE}]
    elif "contact" in text:
        said = CONTACT
    elif "long" in text:
        said = SENTENCE * 12
    elif "which" in text:
        said, outcome, sources = "Do you mean one of these?", "clarify", []
        buttons = [{"title": title, "payload": f"Since when {title}?"} for title in ("Münster", "Palo Alto")]
    messages = [{"text": said.strip(), "buttons": buttons}]
    return {"language": language, "outcome": outcome, "messages": messages, "facts": [], "sources": sources}


@contextmanager
def served(app: ASGIApp, port: int | None = None) -> Iterator[str]:
    """The address of an app that is served on loopback meanwhile."""
    port = port or free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(5)
