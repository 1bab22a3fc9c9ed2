"""Whom a message is about: names of the facts database, as entities."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.facts import catalogue_for
from bot.components.language_identification import LANGUAGE
from bot.linking import Mention

SUBJECT = "subject"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class SubjectLinking(GraphComponent):
    """Sets entities of type `subject` whose value is the subject's slug. New subjects need no training."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SubjectLinking:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            entities = [
                {
                    "entity": SUBJECT,
                    "value": mention.subject,
                    "start": mention.start,
                    "end": mention.end,
                    "confidence_entity": round(mention.score, 3),
                    "extractor": type(self).__name__,
                }
                for mention in catalogue_for(message).linker.link(message.get(TEXT) or "", message.get(LANGUAGE))
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
        return messages


def linked_mentions(message: Message) -> tuple[Mention, ...]:
    """The mentions that a message's entities of type `subject` stand for."""
    return tuple(
        Mention(entity["value"], entity["start"], entity["end"], entity.get("confidence_entity", 1.0))
        for entity in message.get(ENTITIES) or []
        if entity.get("entity") == SUBJECT
    )
