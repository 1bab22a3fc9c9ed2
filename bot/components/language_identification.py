"""Which language a message is in."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.facts import catalogue
from bot.languages import identify
from bot.linking import mask

LANGUAGE = "language"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class LanguageIdentification(GraphComponent):
    """Sets `language` on each message. The conversation's language, else the page's, is what is expected."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageIdentification:
        return cls()

    def process(self, messages: list[Message], tracker: DialogueStateTracker = None) -> list[Message]:
        for message in messages:
            prior = (tracker.get_slot(LANGUAGE) if tracker else None) or (message.get(METADATA) or {}).get(LANGUAGE)
            text = message.get(TEXT) or ""
            named = mask(text, catalogue().linker.link(text))
            language, _ = identify(named, prior)
            message.set(LANGUAGE, language, add_to_output=True)
        return messages
