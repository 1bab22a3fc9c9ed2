"""Rows of a large store, made up. The same seed makes the same rows, but for their times, which end now."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

DAYS = 90
"""Days over which the conversations are spread."""
QUESTIONS = 20_000
"""Different turns, but for a word of their own, that conversations are made of."""
REPEATED = 100_000
"""How many words of their own there are: so rare is a rare word."""
INTENTS = (
    "about members topics benefit since purpose location when welcome people compare status nationalities residents "
    "email funding approval companies switch_language prompt_injection mission smart_city business support how_to "
    "nlu_fallback activities slogans count activity unknown/money unknown/numbers unknown/office_holder unknown/names "
    "unknown/travel unknown/population out_of_scope/services out_of_scope/tasks out_of_scope/study_life "
    "out_of_scope/noise chitchat/thanks chitchat/greeting"
).split()
SUBJECTS = (
    "enschede munster palo_alto dalian euregio eurocities european_union brussels railway edl saxion refugees "
    "university_of_twente twente_board osnabruck hengelo almelo silicon_valley partner_cities green_deal linkoping "
    "heidelberg drones contact textile_barons stadsbeek rail_zones street_lighting poland corona"
).split()
OUTCOMES = {
    "answered": 60, "not_in_sources": 12, "out_of_scope": 10, "clarify": 7, "smalltalk": 6, "handover": 2, "refused": 2,
    "failed": 1,
}  # fmt: skip
REASONS = {
    "ranked": 68, "declined": 19, "conversation": 7, "compare": 2, "same question": 1, "several fit": 1,
    "two questions": 1, "bare why": 1,
}  # fmt: skip
MODELS = ("31ac94d07d75467a99b133c48b58f252", "77aa0c1e5d0b4c0f9a2f5f5a4f0e9d11", "c0ffee00c0ffee00c0ffee00c0ffee00")
REVIEWERS = ("anna", "bram", "carla", "dirk", "els")
TAGS = ("klacht", "voorbeeld", "tekst nodig", "vertaling", "nakijken", "team", "pers", "school", "trein", "subsidie")
VERDICTS = {
    "right": 70, "needs_content": 8, "wrong_intent": 7, "wrong_subject": 5, "right_answer": 5, "out_of_scope": 3,
    "ignore": 2,
}  # fmt: skip
STATES = {"new": 90, "done": 7, "later": 2, "wont_fix": 1}
RARE, COMMON = "w77", "enschede"
"""A word of few turns, and one of very many."""

Row = tuple[Any, ...]


class Tables(NamedTuple):
    """Rows by table, for some conversations."""

    conversations: list[Row]
    turns: list[Row]
    turn_subjects: list[Row]
    work: list[Row]
    judgements: list[Row]
    tags: list[Row]


COLUMNS = {
    "conversations": "id started_at last_at turns language state reviewer",
    "turns": (
        "id conversation number at text reply language intent confidence confidence_band ranking entities subjects "
        "outcome reason facts sources latency_ms model rating comment"
    ),
    "turn_subjects": "subject at turn",
    "work": "conversation state reviewer hold at",
    "judgements": "turn conversation verdict value by at",
    "tags": "tag conversation at",
}


@dataclass(frozen=True)
class Asked:
    """A turn as many conversations have it."""

    text: str
    reply: str
    language: str
    intent: str
    confidence: float
    subjects: tuple[str, ...]
    outcome: str
    reason: str
    stored: tuple[str, str, str, str, str]
    """ranking, entities, subjects, facts, sources in JSON."""


def tables(conversations: int, now: datetime, size: int = 2000, seed: int = 7) -> Iterator[Tables]:
    """All rows, some conversations at a time. A conversation has 1 to 9 turns, five on average."""
    chance = random.Random(seed)
    asked = _asked(chance)
    for start in range(0, conversations, size):
        part = Tables([], [], [], [], [], [])
        for number in range(start, min(start + size, conversations)):
            # In the order of time, as events are.
            began = now - timedelta(days=DAYS) * (1 - number / conversations)
            _conversation(part, f"session-{number:08d}", began, now, asked, chance)
        yield part


def _conversation(
    part: Tables, own: str, began: datetime, now: datetime, asked: Sequence[Asked], chance: random.Random
) -> None:
    count = chance.randint(1, 9)
    at = began
    language = "nl"
    for number in range(1, count + 1):
        turn = asked[int(chance.random() * QUESTIONS)]
        id = f"{chance.getrandbits(128):032x}"
        at = min(now, at + timedelta(seconds=chance.randint(5, 90))) if number > 1 else began
        rating = None if chance.random() > 0.05 else "down" if chance.random() < 0.4 else "up"
        comment = "dat klopt niet" if rating == "down" and chance.random() < 0.5 else None
        band = min(9, int(turn.confidence * 10))
        model = MODELS[0 if chance.random() < 0.8 else 1 if chance.random() < 0.95 else 2]
        word = f"w{int(chance.random() * REPEATED)}"
        part.turns.append(
            (id, own, number, at, f"{turn.text} {word}", turn.reply, turn.language, turn.intent, turn.confidence, band,
             *turn.stored[:3], turn.outcome, turn.reason, *turn.stored[3:], chance.randint(20, 900), model, rating, comment)
        )  # fmt: skip
        part.turn_subjects.extend((subject, at, id) for subject in turn.subjects)
        if chance.random() < 0.05:
            part.judgements.append((id, own, _pick(chance, VERDICTS), None, chance.choice(REVIEWERS), at))
        language = turn.language
    state = _pick(chance, STATES)
    reviewer = None if state == "new" else chance.choice(REVIEWERS)
    part.conversations.append((own, began, at, count, language, state, reviewer))
    if state != "new":
        part.work.append((own, state, reviewer, None, at))
    if chance.random() < 0.02:
        part.tags.append((TAGS[min(len(TAGS) - 1, int(chance.expovariate(0.5)))], own, at))


def _asked(chance: random.Random) -> list[Asked]:
    from wordfreq import top_n_list

    words = {language: top_n_list(language, 4000) for language in ("nl", "en")}
    return [_one(chance, words) for _ in range(QUESTIONS)]


def _one(chance: random.Random, words: dict[str, list[str]]) -> Asked:
    language = "nl" if chance.random() < 0.7 else "en"
    subjects = tuple(dict.fromkeys(_rare(chance, SUBJECTS) for _ in range(chance.choice((0, 1, 1, 1, 2)))))
    intent, outcome = _rare(chance, INTENTS), _pick(chance, OUTCOMES)
    confidence = round(min(1.0, chance.betavariate(4, 1.2)), 4)
    names = [subject.replace("_", " ") for subject in subjects]
    fact = f"{subjects[0]}.{intent}" if subjects else f"enschede.{intent}"
    stored = (
        [[fact, -0.05], ["munster.about", -4.2], ["euregio.members", -6.1]],
        [{"subject": subject, "text": name} for subject, name in zip(subjects, names, strict=True)],
        list(subjects),
        [fact] if outcome == "answered" else [],
        [{"id": "page", "title": "Internationale samenwerking", "as_of": "2026-11"}] if outcome == "answered" else [],
    )
    text = " ".join([*_some(chance, words[language], 4, 11), *names])
    reply = " ".join(_some(chance, words[language], 12, 40)).capitalize() + "."
    return Asked(
        text, reply, language, intent, confidence, subjects, outcome, _pick(chance, REASONS),
        tuple(json.dumps(value) for value in stored),  # type: ignore[arg-type]
    )  # fmt: skip


def _some(chance: random.Random, words: Sequence[str], least: int, most: int) -> list[str]:
    """Words as often as in a language: the one of rank n, n times less than the first."""
    return [_rare(chance, words) for _ in range(chance.randint(least, most))]


def _rare(chance: random.Random, values: Sequence[str]) -> str:
    """One of values of which the first is much more frequent than the last."""
    return values[int((len(values) + 1) ** chance.random()) - 1]


def _pick(chance: random.Random, weights: dict[str, int]) -> str:
    return chance.choices(tuple(weights), tuple(weights.values()))[0]
