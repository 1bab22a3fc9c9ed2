"""The languages the assistant speaks, and telling which one a message is in."""

from __future__ import annotations

import math
import re
from functools import lru_cache

LANGUAGES = ("nl", "en")
DEFAULT = "nl"
OTHER = {"nl": "en", "en": "nl"}

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
UNSEEN = 1e-7
"""The frequency given to a word that a language's list does not hold: below the rarest in the list."""
PRIOR = 1.5
"""Log-odds by which the language of the page or of the conversation counts."""
SURE = 20.0
"""Log-odds beyond which more words bring no more certainty."""

REQUEST = re.compile(
    r"(?:\b(?:please|graag|maar|but)\s+)?\b(?:in|naar)\s+(?:het\s+)?(?P<name>engels|english|nederlands|dutch)"
    r"(?:\s+(?:again|weer|opnieuw|this time|deze keer))*\s*,?\s*"
    r"(?:please|pls|plz|graag|aub|a\.u\.b\.|svp|alstublieft|again|weer)",
    re.IGNORECASE,
)
# Without a word of politeness, behind a verb of saying: "can you tell me in English where it is".
SAID = re.compile(
    r"\b(?:tell|say|answer|explain|write|vertel\w*|zeg\w*|antwoord\w*|leg|schrijf\w*)\b(?:\s+\w+){0,3}?\s+"
    r"(?P<request>(?:in|naar)\s+(?:het\s+)?(?P<name>engels|english|nederlands|dutch))\b",
    re.IGNORECASE,
)
QUESTION_WORD = re.compile(
    r"\b(?:wat|wie|waar\w*|wanneer|hoe\w*|welke?|what|who|where|when|how|which|why)\b(?=\W+\w)", re.IGNORECASE
)
REQUESTED = {"engels": "en", "english": "en", "nederlands": "nl", "dutch": "nl"}
WISH = re.compile(rf"\b(?:in|naar|to|into)\s+(?:het\s+)?(?:{'|'.join(REQUESTED)})\b", re.IGNORECASE)
# Of these a message consists that asks for a language and for nothing else.
WISHING = frozenset(
    """
    in naar to into het the engels english nederlands dutch taal language versie version
    can could may might would will do does is are be have like want need prefer rather possible allowed
    kan kunt kun kunnen mag zou wil willen wilt graag heb liever moet mogelijk
    i we you me us my your it that this all same everything ik wij we u je jij jullie mij me ons mijn uw dat dit alles
    say tell repeat give answer speak write talk explain translate put switch change continue go get read
    zeg zeggen vertel vertellen herhaal herhalen geef geven antwoord antwoorden praat praten spreek spreken schrijf
    schrijven vertaal vertalen vertaald uitleggen leg uit ga gaan verder krijgen lezen stellen
    please pls plz aub svp alstublieft alsjeblieft sorry thanks thank bedankt dank
    not no don't dont doesn't can't cant understand good well bad poor very so still learning only
    niet geen begrijp begrijpen snap snappen goed slecht heel erg zo nog leer alleen
    and but or en maar of again also too once more now on hey hi hello hoi hallo ok oke yes no ja nee
    ook weer nog eens een keer even nu opnieuw dan then
    a an de last previous reply text vorige laatste tekst
    """.split()
)

# Spellings of chat that word lists know badly or in the wrong language.
HINTS = {
    "nl": set("ff effe fff mn zn ie t ist kunje kanje welke waarom hoezo doei hoi goeiedag mss idd sws aub svp jullie "
              "wnr hvl hoeveel sinds stad steden partnerstad zusterstad dank bedankt doeg joh".split()),
    "en": set("pls plz ty u ur whats wheres whos hows dont doesnt cant hi hey hello since city cities town towns "
              "twin sister about the gonna wanna im ive".split()),
}  # fmt: skip
LOANED = {"thx": -1.0, "lol": -1.0}
"""Spellings of chat that both languages write: they count for less than the language of the conversation."""
# Letters that one language writes and the other hardly ever does, for words in neither list.
SPELLINGS = {
    "nl": re.compile(r"ij|aa|uu|oe|eeu|sch|lijk$|heid$|tje|jes$|ge\w+[dt]$|ou?w$|ische?$|kk|zij|vr|zw"),
    "en": re.compile(r"th|wh|sh|ough|tion|ing$|ed$|ly$|ck|y$|ious|ment$|ness$|ea|qu|ph"),
}


def requested(text: str, named: bool = True) -> tuple[str, str] | None:
    """The language that a question asks to be answered in, and the text with that request blanked out.

    "And Dalian? In English again please" is a question on Dalian. None where nothing is asked beside the language:
    that is a request to repeat the last answer. `named`: whether the text names a subject; without one, only a
    question word is a sign of a question.
    """
    if (found := REQUEST.search(text)) is not None:
        start, end = found.span()
    elif (found := SAID.search(text)) is not None:
        start, end = found.span("request")
    else:
        return None
    left = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    asks = WORD.search(left) if named else QUESTION_WORD.search(left)
    return (REQUESTED[found["name"].lower()], left) if asks and not wishes(text) else None


def wishes(text: str) -> bool:
    """Whether a message asks for another language and for nothing else: "sorry, could you say that in English?"."""
    return WISH.search(text) is not None and WISHING.issuperset(_words(text))


def log_odds(text: str) -> float:
    """How much likelier Dutch is than English, in natural logarithm: above 0 Dutch, below 0 English, 0 undecided.

    `text` is best given without the names of places and people: those say nothing about a language.
    """
    return max(-SURE, min(SURE, sum(map(_word_odds, _words(text)))))


def identify(text: str, prior: str | None = None) -> tuple[str, float]:
    """The language of a message and the probability that it is that one. `prior` is the language expected before."""
    odds = log_odds(text) + {"nl": PRIOR, "en": -PRIOR, None: 0.0}[prior if prior in LANGUAGES else None]
    if odds == 0.0:
        return DEFAULT, 0.5
    return ("nl" if odds > 0 else "en"), 1 / (1 + math.exp(-abs(odds)))


def _words(text: str) -> list[str]:
    return [word.lower().replace("’", "'") for word in WORD.findall(text)]


@lru_cache(maxsize=20_000)
def _word_odds(word: str) -> float:
    from wordfreq import word_frequency

    if word in LOANED:
        return LOANED[word]
    hinted = [word in HINTS[language] for language in LANGUAGES]
    if hinted[0] != hinted[1]:
        return 4.0 if hinted[0] else -4.0
    nl, en = (word_frequency(word, language, wordlist="small") for language in LANGUAGES)
    if nl == en == 0.0:
        return 1.0 * (len(SPELLINGS["nl"].findall(word)) - len(SPELLINGS["en"].findall(word)))
    return math.log(max(nl, UNSEEN) / max(en, UNSEEN))
