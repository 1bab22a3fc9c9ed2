"""What to do about a message, given the conversation: answer, ask back or decline."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message

from bot.components.facts import catalogue_for, context_of
from bot.components.language_identification import LANGUAGE, asked_text
from bot.components.statement_ranking import PARTS, READINGS, SCORES
from bot.components.subject_linking import linked_mentions
from bot.dialogue import Context, Understanding, Weights, decide
from bot.languages import DEFAULT
from bot.question_form import read_form

DECISION = "decision"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class DialogueDecision(GraphComponent):
    """Sets `decision` (see `bot.dialogue.Decision`) and the intent that the rules route by.

    Like Rasa's FallbackClassifier it may replace the intent: by nlu_fallback, unknown or out_of_scope when nothing in
    the facts fits, and by that of the last question when the message only names another subject. Its settings are the
    weights and thresholds of `bot.dialogue.Weights`.
    """

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return asdict(Weights())

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DialogueDecision:
        return cls(Weights(**{name: config[name] for name in asdict(Weights()) if name in config}))

    def process(self, messages: list[Message], tracker: DialogueStateTracker = None) -> list[Message]:
        for message in messages:
            self._decide(message, context_of(tracker, catalogue_for(message)))
        return messages

    def _decide(self, message: Message, context: Context) -> None:
        known = catalogue_for(message)
        mentions = linked_mentions(message)
        text = asked_text(message)
        countries = [m.subject for m in mentions if known.kinds.get(m.subject) == "country"]
        understanding = Understanding(
            text=text,
            language=message.get(LANGUAGE) or DEFAULT,
            mentions=mentions,
            form=read_form(text, mentions, countries),
            scores=message.get(SCORES) or {},
            parts=tuple(message.get(PARTS) or ()),
            readings=tuple(message.get(READINGS) or ()),
        )
        decision = decide(understanding, context, known, self._weights)
        form = understanding.form
        output = asdict(decision) | {
            "asks": sorted(form.asks),
            "earlier": form.earlier,
            "claims": {
                "years": form.years,
                "months": form.months,
                "numbers": form.numbers,
                "countries": form.countries,
                "cities": [m.subject for m in mentions if known.kinds.get(m.subject) == "city"],
                "negated": form.negated,
            },
        }
        message.set(DECISION, output, add_to_output=True)
        confidence = round(min(max(decision.confidence, 0.0), 1.0), 4)
        message.set(
            INTENT, {INTENT_NAME_KEY: decision.intent, PREDICTED_CONFIDENCE_KEY: confidence}, add_to_output=True
        )
