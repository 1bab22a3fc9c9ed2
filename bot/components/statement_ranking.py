"""How well every known statement fits a message: the trained part of the understanding."""

from __future__ import annotations

import hashlib
import inspect
import logging
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
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

import bot.encoder
import bot.ranking
import bot.text
from bot.components.facts import catalogue
from bot.components.subject_linking import linked_mentions
from bot.encoder import shared_encoder
from bot.parts import split
from bot.ranking import Ranker, train
from bot.transfer import for_new_subjects

SCORES = "statement_scores"
PARTS = "statement_scores_of_parts"
RANKING_LENGTH = 10
BATCH = 64

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
        sources = (inspect.getsource(module) for module in (bot.encoder, bot.ranking, bot.text))
        return hashlib.sha256("".join(sources).encode()).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        examples = [e for e in training_data.intent_examples if e.get(TEXT)]
        texts = [example.get(TEXT) for example in examples]
        labels = [example.get(INTENT_RESPONSE_KEY) or example.get(INTENT) for example in examples]
        self._ranker = train(texts, labels, _encode(texts), logger.info)
        with self._model_storage.write_to(self._resource) as folder:
            self._ranker.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            scores = self._scores(text)
            scores |= for_new_subjects(text, message, scores, catalogue(), self._scores)
            message.set(SCORES, scores)
            message.set(PARTS, [self._scores(part) for part in split(text, linked_mentions(message))])
            message.set(INTENT_RANKING_KEY, _ranking(scores), add_to_output=True)
            message.set(INTENT, message.get(INTENT_RANKING_KEY)[0], add_to_output=True)
        return messages

    def _scores(self, text: str) -> dict[str, float]:
        if self._ranker is None:
            raise RuntimeError("StatementRanking has not been trained: run `python -m bot train`")
        probabilities = self._ranker.rank([text], shared_encoder().encode([text]))[0]
        return dict(zip(self._ranker.classes, map(float, probabilities), strict=True))


def _encode(texts: list[str]) -> Any:
    batches = []
    for start in range(0, len(texts), BATCH):
        if start % (BATCH * 64) == 0:
            logger.info("ranker: encoding examples, %d of %d", start, len(texts))
        batches.append(shared_encoder().encode(texts[start : start + BATCH]))
    return np.concatenate(batches)


def _ranking(scores: dict[str, float]) -> list[dict[str, Any]]:
    heads: dict[str, float] = {}
    for label, probability in scores.items():
        head = label.partition("/")[0]
        heads[head] = heads.get(head, 0.0) + probability
    ordered = sorted(heads.items(), key=lambda item: -item[1])[:RANKING_LENGTH]
    return [{INTENT_NAME_KEY: head, PREDICTED_CONFIDENCE_KEY: round(min(p, 1.0), 4)} for head, p in ordered]
