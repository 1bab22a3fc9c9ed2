"""What intents, subjects and statements are called in the language of a member of staff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from actions.facts import queries
from actions.facts.wording import capital
from bot.review.wording import texts


@dataclass(frozen=True)
class Names:
    """By id: names in one language. A statement's name is the question it answers. All are empty without facts."""

    intents: Mapping[str, str]
    subjects: Mapping[str, str] = field(default_factory=dict)
    statements: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, facts: Session | None, language: str) -> Names:
        """The names in the facts database; those of intents alone when there is none at hand."""
        intents: dict[str, str] = texts(language)["intents"]
        if facts is None:
            return cls(intents)
        dutch = language == "nl"
        return cls(
            intents,
            {each.slug: capital(each.name_nl if dutch else each.name_en) for each in queries.subjects(facts)},
            {each.id: each.question_nl if dutch else each.question_en for each in queries.statements(facts)},
        )

    def intent(self, label: str | None) -> str:
        """The name of an intent, also of one of a kind that has no name of its own, such as since/munster."""
        if not label:
            return ""
        return self.intents.get(label) or self.intents.get(label.partition("/")[0]) or label

    def subject(self, slug: str) -> str:
        return self.subjects.get(slug, slug)

    def candidate(self, label: str) -> str:
        """The name of what a ranking holds: a statement, or an intent that is none."""
        return self.statements.get(label) or self.intent(label)


def resolve(typed: str, options: Mapping[str, str]) -> str | None:
    """The id that somebody meant who typed or chose an id or a name; None when it is neither."""
    typed = " ".join(typed.split())
    if typed in options:
        return typed
    return next((each for each, name in options.items() if name.casefold() == typed.casefold()), None)
