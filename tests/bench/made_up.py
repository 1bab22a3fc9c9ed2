"""Names and subjects that are made up, so that there are as many as a measurement needs."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

CONSONANTS = "b d f g h k l m n p r s t v w z br st tr kl sch".split()
VOWELS = "a e i o u aa ee oo ij ou".split()
ENDINGS = ("n", "r", "s", "m", "stad", "burg", "dam", "veen", "")
WORDS = (6, 3, 1)
"""How often a name has one, two or three words, beside one another."""


def names(subjects: int, aliases: int, seed: int = 7) -> Iterator[tuple[str, str, str]]:
    """Names of made-up subjects, `aliases` in all: (slug, language or "both", text)."""
    chance = random.Random(seed)
    for number in range(aliases):
        text = " ".join(_word(chance) for _ in range(chance.choices((1, 2, 3), WORDS)[0]))
        yield f"made_up_{number % subjects}", chance.choice(("nl", "en", "both")), text.title()


def mistyped(text: str, chance: random.Random) -> str:
    """The text with a letter left out, doubled, replaced, or swapped with the next one."""
    place = chance.randrange(1, max(len(text) - 1, 2))
    before, here, after = text[:place], text[place : place + 1], text[place + 1 :]
    return chance.choice(
        (before + after, before + here * 2 + after, before + "x" + after, before + after[:1] + here + after[1:])
    )


def questions(written: Sequence[str], named: Sequence[str], number: int, seed: int = 7) -> list[str]:
    """Questions, a third of which name one of the made-up subjects; half of those names have a typing error."""
    chance = random.Random(seed)
    made = []
    for place in range(number):
        question = written[place % len(written)]
        if place % 3 == 0:
            name = chance.choice(named)
            question = f"{question} {mistyped(name, chance) if place % 2 else name}?"
        made.append(question)
    return made


def _word(chance: random.Random) -> str:
    syllables = (chance.choice(CONSONANTS) + chance.choice(VOWELS) for _ in range(chance.randint(2, 3)))
    return "".join(syllables) + chance.choice(ENDINGS)
