"""What a decision is made of: the message, the conversation so far, the weights; and the decision itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.linking import Mention
from bot.question_form import QuestionForm
from bot.rewriting import Reading

STRONG_KINDS = frozenset(
    {"body", "city", "country", "document", "event", "network", "notice", "organisation", "person", "project", "region"}
)
"""Kinds whose naming says whom a question is about; themes and groups are named in passing."""
CONVERSATION = frozenset(
    {"chitchat", "handover", "complaint", "not_understood", "affirm", "deny", "repeat", "more"}
    | {"ask_source", "switch_language", "abuse", "prompt_injection"}
)
"""Intents that ask for no fact."""
CONTACT = "contact.email"
"""The statement that is no subject of conversation: "and since when?" after it is asked of what came before."""
DECLINES = ("unknown/", "out_of_scope/")


@dataclass(frozen=True)
class Context:
    """What a conversation leaves behind for the next message."""

    subjects: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    aspect: str | None = None
    question: str | None = None
    """The last question, as it reads by itself."""
    unknown: str | None = None
    """The aspect of the last question when the facts do not hold it."""
    listed: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    """Statements that were offered as buttons."""
    told: tuple[str, ...] = ()

    @property
    def history(self) -> tuple[str, ...]:
        """The subjects that were told about, in the order in which they first came up."""
        return tuple(dict.fromkeys(statement.partition(".")[0] for statement in self.told if statement != CONTACT))

    @classmethod
    def from_slot(cls, slot: Mapping[str, object] | None) -> Context:
        """The context from a slot's value; what is missing or malformed counts as empty."""
        if not isinstance(slot, Mapping):
            return cls()
        lists = {
            name: tuple(str(item) for item in value)
            for name in ("subjects", "statements", "listed", "offered", "told")
            if isinstance(value := slot.get(name), list | tuple)
        }
        texts = {name: str(slot[name]) for name in ("aspect", "unknown", "question") if slot.get(name)}
        return cls(**lists, **texts)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Weights:
    """How much each sign counts, in natural-logarithm odds, and the thresholds of the gate."""

    same_subject: float = 1.1
    mentioned: float = 0.6
    other_subject: float = -0.8
    context: float = 1.0
    context_related: float = 1.2
    no_number: float = -1.5
    leaning: float = 0.6
    """Share of the readings in the scores of a message that leans on what was said before."""
    answer: float = -0.2
    """How much likelier the statements together must be than the reasons to decline."""
    careful: float = 0.4
    """Added to `answer` for a message that leans on what was said before: more of those ask what is not known."""
    unnamed: float = 2.8
    """Added for a message that names no subject at all, outside a conversation: most such questions are not ours."""
    brief: float = 1.0
    """Added for each word by which a message without a name is too short: "latest news" fits the newest tie as well."""
    counted: float = 0.8
    """Taken off both where a number is asked and the best statement holds one."""
    clarify: float = 0.18
    """Least share of the best statement, or of its subject, among all statements."""
    together: float = 2.6
    """Difference below which the second statement of the same subject is told too."""
    apart: float = 1.5
    """The same for a second statement of another subject: either may be meant."""


@dataclass(frozen=True)
class Understanding:
    """What is known of one message by itself."""

    text: str
    language: str
    mentions: tuple[Mention, ...]
    form: QuestionForm
    scores: Mapping[str, float]
    """Probability by label (aspect/subject, unknown/…, out_of_scope/…, chitchat/…, or a plain intent)."""
    parts: tuple[Mapping[str, float], ...] = ()
    """The scores of each of two questions in the message; empty when it is one question."""
    readings: tuple[tuple[Reading, Mapping[str, float]], ...] = ()
    """What the message may mean after what was said before, with the scores of each reading."""


@dataclass(frozen=True)
class Decision:
    """What to do. `intent` is the name that the rules route by."""

    intent: str
    confidence: float
    statements: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    detail: str | None = None
    """The part of the label behind the slash, for the intents that are no statements."""
    candidates: tuple[str, ...] = ()
    reason: str = ""
    sure: bool = False
    """Whether the statement fits so well that a yes/no question may be answered with yes."""
    scores: tuple[tuple[str, float], ...] = field(default=(), compare=False)
    question: str | None = field(default=None, compare=False)
    """The message as it reads by itself, where that is not what was typed."""


def statement_id(label: str) -> str:
    """The statement a label stands for: since/munster is munster.since."""
    aspect, _, subject = label.partition("/")
    return f"{subject}.{aspect}"


def strong(subjects: tuple[str, ...], kinds: Mapping[str, str]) -> tuple[str, ...]:
    """The subjects whose naming says whom a question is about. Enschede is in every question."""
    return tuple(slug for slug in subjects if kinds.get(slug) in STRONG_KINDS and slug != "enschede")
