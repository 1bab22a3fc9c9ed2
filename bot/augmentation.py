"""More training examples out of the written ones: typing errors, and a story around the question.

People type on phones and write emails; examples written at a desk are cleaner and shorter than that. Only training
sees these variants. What they are made of is data: sentences that ask nothing, in data/augmentation.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

TYPOS = 0.3
"""Share of the examples that are also trained with typing errors."""
STORIES = 0.3
"""Share of the examples that are also trained with a story around them."""
LONGEST = 30
"""Words beyond which an example is a story already."""
SHORTEST = 6
"""Characters of a text that may still lose one."""
SEED = 7

NEIGHBOURS = {
    key: row[max(number - 1, 0) : number] + row[number + 1 : number + 2]
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    for number, key in enumerate(row)
}


@dataclass(frozen=True)
class Chatter:
    """Sentences around a question, in one language. They ask nothing and name no subject."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    inside: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> Chatter:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
        return cls(*(tuple(loaded[key]) for key in ("before", "after", "inside")))


def augment(
    examples: Sequence[tuple[str, str]], languages: Sequence[str], chatter: dict[str, Chatter], seed: int = SEED
) -> list[tuple[str, str]]:
    """The variants of (text, label) examples; `languages` says in which language each is. The same every time."""
    random_ = random.Random(seed)
    variants = []
    for (text, label), language in zip(examples, languages, strict=True):
        if len(text) >= 12 and random_.random() < TYPOS:
            variants.append((mistyped(text, random_), label))
        if 3 <= len(text.split()) <= LONGEST and random_.random() < STORIES:
            variants.append((told(text, chatter[language], random_), label))
    return variants


def mistyped(text: str, random_: random.Random) -> str:
    """The text with one typing error for about every eight letters: swapped, left out, doubled, beside it, no space."""
    characters = list(text)
    if len(characters) < SHORTEST:
        return text
    for _ in range(max(1, len(text) // random_.choice((8, 14, 22)))):
        place = random_.randrange(1, len(characters) - 1)
        kind = random_.random()
        if characters[place] == " ":
            if kind < 0.3:
                del characters[place]
        elif kind < 0.35:
            characters[place : place + 2] = characters[place : place + 2][::-1]
        elif kind < 0.65:
            del characters[place]
        elif kind < 0.8:
            characters.insert(place, characters[place])
        elif beside := NEIGHBOURS.get(characters[place].lower()):
            characters[place] = random_.choice(beside)
        if len(characters) < SHORTEST:
            break
    return "".join(characters)


def told(text: str, chatter: Chatter, random_: random.Random) -> str:
    """The question with sentences before it, after it or both."""
    shape = random_.random()
    if shape < 0.2:
        return f"{random_.choice(chatter.inside)} {text[:1].lower()}{text[1:]}"
    parts = [text]
    if shape < 0.85:
        parts.insert(0, random_.choice(chatter.before))
    if shape > 0.55:
        parts.append(random_.choice(chatter.after))
    if shape > 0.92:
        parts.insert(0, random_.choice(chatter.before))
    return " ".join(part if part[-1:] in ".!?:," else f"{part}{random_.choice(('.', ' ', ','))}" for part in parts)
