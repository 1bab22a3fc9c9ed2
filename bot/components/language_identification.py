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

from bot.components.facts import catalogue_for
from bot.languages import identify, requested
from bot.linking import mask

LANGUAGE = "language"
ASKED = "asked_text"


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
            mentions = catalogue_for(message).linker.link(text)
            language, _ = identify(mask(text, mentions), prior)
            # "In English please" alone repeats the last answer; beside a question it is how that one is answered.
            if (request := requested(text, bool(mentions))) is not None:
                language, asked = request
                message.set(ASKED, asked)
            message.set(LANGUAGE, language, add_to_output=True)
        return messages


def asked_text(message: Message) -> str:
    """The text of a message without a request for a language."""
    return str(message.get(ASKED) or message.get(TEXT) or "")
