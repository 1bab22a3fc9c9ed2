"""What the content pages show, in words of a member of staff."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import HTTPException
from sqlalchemy.orm import Session

from actions.facts import layering, queries
from actions.facts.content import SUBJECT_KINDS
from actions.facts.documents import Document, Documents
from actions.facts.load import edits, puts_of
from actions.facts.wording import capital
from bot.languages import LANGUAGES
from bot.review.content_drafts import FACTS, evidence_of, example_of
from bot.review.content_findings import Finding, known_aspects
from bot.review.content_usage import Usage
from bot.review.wording import texts
from bot.web.dates import in_words

AREA = "content"


@dataclass(frozen=True)
class Line:
    """A statement in the list."""

    id: str
    subject: str
    name: str
    question: str
    usage: Usage
    review_by: str
    overdue: bool
    edited: bool


@dataclass(frozen=True)
class SourceLine:
    """A source with how many of its paragraphs carry something; `empty` are those that carry nothing."""

    id: str
    title: str
    date: str
    paragraphs: int
    carried: int
    empty: tuple[str, ...]


def documents_of(facts: Session | None) -> Documents:
    """The facts as they are told. 503 when they are away."""
    if facts is None:
        raise HTTPException(503)
    try:
        return layering.current(facts)
    except layering.NothingLoaded:
        raise HTTPException(503) from None


def lines(facts: Session, language: str, used: Mapping[str, Usage], today: date) -> list[Line]:
    """Every statement, in the order of the subjects' names."""
    names = {each.slug: capital(_in(language, each, "name")) for each in queries.subjects(facts)}
    edited = {put.place.partition("/")[2] for edit in edits(facts) for put in puts_of(edit)}
    found = [
        Line(
            each.id, each.subject, names[each.subject], _in(language, each, "question"), used.get(each.id, Usage()),
            in_words(each.review_by, language), overdue(each.review_by, today), each.id in edited,
        )
        for each in queries.statements(facts)
    ]  # fmt: skip
    return sorted(found, key=lambda line: (line.name.casefold(), line.id))


def overdue(review_by: str, today: date) -> bool:
    """Whether the year, month or day until which a statement may stand unseen has passed."""
    return bool(review_by) and review_by < today.isoformat()[: len(review_by)]


def source_lines(documents: Documents, language: str) -> list[SourceLine]:
    cited: Counter[str] = Counter()
    for value in _cited(documents):
        cited.update(value.get("evidence", ()))
    found = []
    for id, source in documents["sources"].items():
        places = [(reference, part, number) for reference, of, part, number in evidence_of(documents) if of == id]
        empty = tuple(f"{part} {number}" for reference, part, number in places if not cited[reference])
        found.append(
            SourceLine(
                id, source["title"][language], in_words(source["as_of"], language), len(places),
                len(places) - len(empty), empty,
            )
        )  # fmt: skip
    return found


def _cited(documents: Documents) -> Sequence[Document]:
    rows = [row for name, rows in documents.items() if isinstance(rows, list) for row in rows]
    return [*documents["statements"].values(), *documents["partnerships"].values(), *rows]


def based_on(*values: Document | None) -> str:
    """A digest of what a form was made of, so that it is seen when somebody else has changed it meanwhile."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


def told(found: Sequence[Finding], language: str) -> list[dict[str, Any]]:
    """Findings in words."""
    words = texts(language)[AREA]["findings"]
    return [
        {"field": each.field, "blocking": each.blocking, "text": words[each.key].format(**each.values)}
        for each in found
    ]


def kinds(language: str) -> list[tuple[str, str]]:
    """The kinds of subjects with their names."""
    words = texts(language)[AREA]["kinds"]
    return sorted(((kind, words[kind]) for kind in SUBJECT_KINDS), key=lambda pair: str(pair[1]))


def countries(documents: Documents, language: str) -> list[tuple[str, str]]:
    found = [
        (slug, each["name"][language]) for slug, each in documents["subjects"].items() if each["kind"] == "country"
    ]
    return sorted(found, key=lambda pair: pair[1])


def places(documents: Documents, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The paragraphs of the sources, the newest source first: (title, [(reference, heading and number)])."""
    sources = sorted(documents["sources"].items(), key=lambda item: item[1]["as_of"], reverse=True)
    return [
        (
            f"{source['title'][language]} ({in_words(source['as_of'], language)})",
            [(ref, f"{part}, {number}") for ref, of, part, number in evidence_of(documents) if of == id],
        )
        for id, source in sources
    ]


def aspects(documents: Documents, kind: str, language: str) -> list[tuple[str, str]]:
    """The kinds of questions that need no training for a subject of a kind, each with an example."""
    found = []
    for aspect in known_aspects(kind, documents):
        example = example_of(documents, kind, aspect, {})
        found.append((aspect, example["question"][language] if example else aspect))
    return found


def statement_values(statement: Document) -> dict[str, str]:
    """The fields of a statement's form."""
    values = {f"text_{code}": statement[code] for code in LANGUAGES}
    values |= {f"question_{code}": statement["question"][code] for code in LANGUAGES}
    for number, reference in enumerate(statement["evidence"], 1):
        values["evidence" if number == 1 else f"evidence_{number}"] = reference
    values |= {key: statement.get(key, "") for key in ("owner", "review_by")}
    return values | ({"yes": "yes"} if statement.get("yes") else {})


def subject_values(subject: Document, tie: Document | None) -> dict[str, str]:
    """The fields of a subject's form."""
    values = {
        f"{name}_{code}": subject.get(name, {}).get(code, "") for name in ("name", "description") for code in LANGUAGES
    }
    values |= {f"aliases_{tag}": "\n".join(subject.get("aliases", {}).get(tag, ())) for tag in ("both", *LANGUAGES)}
    values |= {"kind": subject["kind"], "country": subject.get("country", "")}
    if tie is not None:
        values |= {"tie_kind": tie["kind"], "tie_since": str(tie["since"]), "tie_until": str(tie.get("until", ""))}
    return values


def source_values(source: Document) -> dict[str, str]:
    """The fields of a source's form."""
    values = {f"{name}_{code}": source.get(name, {}).get(code, "") for name in ("title", "note") for code in LANGUAGES}
    return values | {key: source.get(key, "") for key in ("language", "as_of", "dated", "url", "owner", "review_by")}


def evidence_fields(values: Mapping[str, str]) -> list[str]:
    """The names of the fields for where a statement stands: those that are filled in, and one more."""
    filled = sum(name.startswith("evidence") and bool(value) for name, value in values.items())
    return ["evidence", *(f"evidence_{number}" for number in range(2, max(filled, 1) + 2))]


def fact_numbers() -> tuple[str, ...]:
    return FACTS


def _in(language: str, row: Any, name: str) -> str:
    return str(getattr(row, f"{name}_{language}"))
