"""How well every known statement fits a message: the trained part of the understanding."""

from __future__ import annotations

import hashlib
import inspect
import logging
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    INTENT_RESPONSE_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import bot.augmentation
import bot.encoder
import bot.ranking
import bot.terms
import bot.text
import bot.token_memo
from bot.augmentation import Chatter, augment
from bot.components.facts import catalogue_for, context_of
from bot.components.language_identification import LANGUAGE, asked_text
from bot.components.subject_linking import linked_mentions
from bot.dialogue import Context
from bot.dialogue.readings import readings
from bot.encoder import DIMENSIONS, SentenceEncoder, shared_encoder
from bot.languages import DEFAULT, LANGUAGES, identify
from bot.parts import questions, split
from bot.ranking import Examples, Ranker, train
from bot.settings import ROOT
from bot.transfer import for_new_subjects

SCORES = "statement_scores"
PARTS = "statement_scores_of_parts"
READINGS = "statement_scores_of_readings"
CHATTER = ROOT / "data" / "augmentation"
RANKING_LENGTH = 10
MADE_OF = (bot.augmentation, bot.encoder, bot.ranking, bot.terms, bot.text, bot.token_memo)
"""The code that a trained ranker is made with."""
BATCH = 128
MANY = 16_384
"""Word pieces that the encoder remembers while it encodes all examples: nearly all that they have."""
FOCUS = 0.15
"""Share of the questions of a long message in its scores."""

logger = logging.getLogger(__name__)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class StatementRanking(GraphComponent):
    """Ranks retrieval intents by their full name (since/munster), and sets the intent to the best one's head (since).

    Takes the place of Rasa's IntentClassifier and its ResponseSelector in one.
    """

    def __init__(self, model_storage: ModelStorage, resource: Resource, ranker: Ranker | None = None) -> None:
        self._model_storage, self._resource, self._ranker = model_storage, resource, ranker

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> StatementRanking:
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> StatementRanking:
        """Loads a trained ranker. Raises OSError or ValueError when it is not whole: an untrained one is no answer."""
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, Ranker.load(folder))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Makes Rasa train again when the code does that the model is made with: it looks at data and config only."""
        parts = [inspect.getsource(module) for module in MADE_OF]
        parts += [path.read_text(encoding="utf-8") for path in sorted(CHATTER.glob("*.yml"))]
        return hashlib.sha256("".join(parts).encode()).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        examples = [
            (example.get(TEXT), example.get(INTENT_RESPONSE_KEY) or example.get(INTENT))
            for example in training_data.intent_examples
            if example.get(TEXT)
        ]
        chatter = {language: Chatter.read(CHATTER / f"{language}.yml") for language in LANGUAGES}
        variants = augment(examples, [identify(text)[0] for text, _ in examples], chatter)
        self._ranker = train(_encoded(examples), _encoded(variants), logger.info)
        with self._model_storage.write_to(self._resource) as folder:
            self._ranker.save(folder)
        return self._resource

    def process(self, messages: list[Message], tracker: DialogueStateTracker = None) -> list[Message]:
        for message in messages:
            self._rank(message, context_of(tracker, catalogue_for(message)))
        return messages

    def _rank(self, message: Message, context: Context) -> None:
        """All texts that a message may stand for are ranked in one pass of the encoder."""
        text, language = asked_text(message), message.get(LANGUAGE) or DEFAULT
        mentions = linked_mentions(message)
        meant = readings(text, language, mentions, context, catalogue_for(message))
        asked, parts = questions(text), split(text, mentions)
        scores, *others = self._scores([text, *asked, *parts, *(reading.text for reading in meant)])
        scores = focused(scores, others[: len(asked)])
        scores |= for_new_subjects(
            text, message, scores, catalogue_for(message), lambda other: self._scores([other])[0]
        )
        others = others[len(asked) :]
        message.set(SCORES, scores)
        message.set(PARTS, others[: len(parts)])
        message.set(READINGS, list(zip(meant, others[len(parts) :], strict=True)))
        message.set(INTENT_RANKING_KEY, _ranking(scores), add_to_output=True)
        message.set(INTENT, message.get(INTENT_RANKING_KEY)[0], add_to_output=True)

    def _scores(self, texts: list[str]) -> list[dict[str, float]]:
        if self._ranker is None:
            raise RuntimeError("StatementRanking has not been trained: run `python -m bot train`")
        rows = self._ranker.rank(texts, shared_encoder().encode(texts))
        return [dict(zip(self._ranker.classes, row.tolist(), strict=True)) for row in rows]


def focused(whole: dict[str, float], asked: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The scores of a long message, with those of the questions in it weighed in."""
    if not asked:
        return whole
    share = FOCUS / len(asked)
    return {
        label: (1 - FOCUS) * probability + share * sum(scores[label] for scores in asked)
        for label, probability in whole.items()
    }


def _encoded(examples: Sequence[tuple[str, str]]) -> Examples:
    texts = [text for text, _ in examples]
    encoder = SentenceEncoder(threads=os.cpu_count() or 1, remembered=MANY)
    vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
    # Texts of a length together: a batch takes as long as its longest one.
    order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
    for start in range(0, len(texts), BATCH):
        if start % (BATCH * 64) == 0:
            logger.info("ranker: encoding examples, %d of %d", start, len(texts))
        batch = order[start : start + BATCH]
        vectors[batch] = encoder.encode([texts[number] for number in batch])
    return Examples(texts, [label for _, label in examples], vectors)


def _ranking(scores: dict[str, float]) -> list[dict[str, Any]]:
    heads: dict[str, float] = {}
    for label, probability in scores.items():
        head = label.partition("/")[0]
        heads[head] = heads.get(head, 0.0) + probability
    ordered = sorted(heads.items(), key=lambda item: -item[1])[:RANKING_LENGTH]
    return [{INTENT_NAME_KEY: head, PREDICTED_CONFIDENCE_KEY: round(min(p, 1.0), 4)} for head, p in ordered]
