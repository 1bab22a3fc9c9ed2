"""Whether a statement speaks of everything that a yes/no question takes for true.

"Enschede was a frontrunner in self-driving cars, right?" fits the statement on drone testing well, but a yes would
affirm the cars. A plain yes is only said when each word with a meaning of its own stands in the statement too, in
either language, or names its subject.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH
from spacy.lang.nl.stop_words import STOP_WORDS as DUTCH

from bot.linking import Mention, blank
from bot.text import fold

STEM = 5
"""Letters by which words are compared: "official" and "officially", "partnerstad" and "partnersteden"."""
SHORTEST = 4
"""Letters of a word that has a meaning of its own."""
WORD = re.compile(r"[^\W\d_]+")
# Words of a question that claim nothing.
PLAIN = frozenset(
    "klopt kloppen waar zeker inderdaad toch echt eigenlijk ooit gewoon nietwaar zeggen zegt vraag weten weet "
    "denk denkt hoor hoorde gehoord gelezen lees beweert beweren "
    "right correct true indeed really actually sure isn doesn aren "
    "didn hasn know heard read think says said tell enschede gemeente stad steden stadhuis town city cities council "
    "hebben heeft have does work werkt werken samen together volgens according jullie your yours onze ours "
    "please".split()
)


def stems(texts: Iterable[str]) -> frozenset[str]:
    """The stems of all words in these texts."""
    return frozenset(word[:STEM] for text in texts for word in WORD.findall(fold(text)) if len(word) >= SHORTEST)


def telling(text: str) -> list[str]:
    """The words of a text that say what it is about: no everyday words, and none of three letters or fewer."""
    words = [word for word in WORD.findall(fold(text)) if len(word) >= SHORTEST]
    return [word for word in words if word not in PLAIN and word not in DUTCH | ENGLISH]


def unsupported(text: str, mentions: Sequence[Mention], known: Collection[str]) -> list[str]:
    """The telling words of a message that are neither names nor in `known`, a statement's stems."""
    return [word for word in telling(blank(text, mentions)) if word[:STEM] not in known]
