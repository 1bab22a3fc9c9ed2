"""What the forms of the content pages ask to be changed: puts, and what is wrong with what was filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from actions.facts.documents import Document, Documents, get, put
from actions.facts.layer import Put
from bot.languages import LANGUAGES
from bot.review.content_findings import Finding
from bot.review.content_names import id_of, mentions, replaced
from bot.text import clean

Form = Mapping[str, str]
LONGEST_TEXT = 2000
LONGEST_LINE = 200
DATE = re.compile(r"(\d{4})(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?\Z")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
FACTS = ("1", "2", "3")
"""The facts in the form of a new subject."""


@dataclass(frozen=True)
class Draft:
    """A change that a form asks for. `found` are mistakes in single fields."""

    puts: tuple[Put, ...]
    found: tuple[Finding, ...] = ()
    made: str = ""
    """The id of the new thing, where there is one."""


@dataclass
class _Reader:
    """Reads a form, and notes what is wrong with it."""

    form: Form
    found: list[Finding] = field(default_factory=list)

    def text(self, name: str, longest: int = LONGEST_LINE, required: bool = True) -> str:
        value = clean(self.form.get(name, ""), longest)
        if longest == LONGEST_LINE:
            value = " ".join(value.split())
        if required and not value:
            self.found.append(Finding("missing", field=name))
        return value

    def both(self, name: str, longest: int = LONGEST_LINE, required: bool = True) -> dict[str, str]:
        """A text in both languages; one alone is not enough."""
        needed = required or any(self.form.get(f"{name}_{code}", "").strip() for code in LANGUAGES)
        texts = {code: self.text(f"{name}_{code}", longest, needed) for code in LANGUAGES}
        return texts if any(texts.values()) else {}

    def date(self, name: str, required: bool = False) -> str:
        value = self.text(name, required=required)
        if value and not DATE.match(value):
            self.found.append(Finding("no_date", {"value": value}, name))
        return value

    def year(self, name: str, required: bool = False) -> int | None:
        value = self.text(name, required=required)
        if value and not YEAR.fullmatch(value):
            self.found.append(Finding("no_year", {"value": value}, name))
            return None
        return int(value) if value else None

    def lines(self, name: str) -> list[str]:
        """One thing a line."""
        found = (" ".join(line.split()) for line in clean(self.form.get(name, "")).split("\n"))
        return list(dict.fromkeys(line for line in found if line))

    def evidence(self, *names: str, required: bool = True) -> dict[str, list[str]]:
        """Where in its sources something stands, and those sources."""
        places = list(dict.fromkeys(value for name in names if (value := self.text(name, required=False))))
        if required and not places:
            self.found.append(Finding("no_source", field=names[0]))
        return {"source": list(dict.fromkeys(each.partition("/")[0] for each in places)), "evidence": places}


def statement(documents: Documents, subject: str, aspect: str | None, form: Form, told: Mapping[str, str]) -> Draft:
    """A changed statement, or with `aspect` None a new one. `told` is its text as it was told, by language."""
    reader = _Reader(form)
    before = get(documents, f"statements/{subject}.{aspect}") if aspect else None
    name = aspect or id_of(reader.text("new_aspect", required=False)) or reader.text("aspect")
    if aspect is None and name and get(documents, f"statements/{subject}.{name}") is not None:
        reader.found.append(Finding("exists", {"id": f"{subject}.{name}"}, "aspect"))
    after = _statement(reader, documents, subject, name, before, "")
    if before is not None:
        after = _superseded(reader, before, after, told)
    wanted = Put(f"statements/{subject}.{name}", before, after)
    return Draft((wanted,) if before != after else (), tuple(reader.found), f"{subject}.{name}")


def subject(documents: Documents, slug: str | None, form: Form) -> Draft:
    """A changed subject with its tie, or with `slug` None a new one with its first facts."""
    reader = _Reader(form)
    before = get(documents, f"subjects/{slug}") if slug else None
    names = reader.both("name")
    made = slug or id_of(names.get("en", ""))
    if slug is None and made and get(documents, f"subjects/{made}") is not None:
        reader.found.append(Finding("exists", {"id": made}, "name_en"))
    after = _only(
        {
            **(before or {}),
            "kind": before["kind"] if before else reader.text("kind"),
            "country": reader.text("country", required=False),
            "name": names,
            "description": reader.both("description", required=False),
            "aliases": _only({tag: reader.lines(f"aliases_{tag}") for tag in ("both", *LANGUAGES)}),
        }
    )
    ties = list(_tie(reader, documents, made))
    puts = [Put(f"subjects/{made}", before, after), *ties]
    known = put(put(documents, f"subjects/{made}", after), f"partnerships/{made}", ties[0].after if ties else None)
    if slug is None:
        puts += _first_facts(reader, known, made)
    return Draft(tuple(each for each in puts if each.before != each.after), tuple(reader.found), made)


def source(documents: Documents, id: str | None, form: Form) -> Draft:
    """A changed source, or with `id` None a new one."""
    reader = _Reader(form)
    before = get(documents, f"sources/{id}") if id else None
    titles = reader.both("title")
    made = id or id_of(titles.get("en", ""))
    if id is None and made and get(documents, f"sources/{made}") is not None:
        reader.found.append(Finding("exists", {"id": made}, "title_en"))
    url = reader.text("url", 500, required=False)
    if url and not url.startswith("https://"):
        reader.found.append(Finding("no_url", field="url"))
    after = _only(
        {
            **(before or {}),
            "title": titles,
            "language": reader.text("language"),
            "as_of": reader.date("as_of", required=True),
            "dated": reader.text("dated"),
            "url": url,
            "note": reader.both("note", required=False),
            "owner": reader.text("owner"),
            "review_by": reader.date("review_by", required=True),
            "headings": before["headings"] if before else _parts(reader),
        }
    )
    wanted = Put(f"sources/{made}", before, after)
    return Draft((wanted,) if before != after else (), tuple(reader.found), made)


def removal(documents: Documents, statement: str) -> Draft:
    """A statement taken away."""
    return Draft((Put(f"statements/{statement}", get(documents, f"statements/{statement}"), None),))


def evidence_of(documents: Documents) -> list[tuple[str, str, str, int]]:
    """Every paragraph of every source: its reference, the source's id, the heading's title, and its number."""
    return [
        (f"{id}/{heading}/{number}", id, part["title"], number)
        for id, source in documents["sources"].items()
        for heading, part in source["headings"].items()
        for number in range(1, part["paragraphs"] + 1)
    ]


def example_of(
    documents: Documents, kind: str, aspect: str, names: Mapping[str, str], tie: str | None = None
) -> Document | None:
    """The question and text of a like subject under an aspect, with another name in it: what to begin with.

    Of cities one with the same kind of tie, where there is one: a sister city is not called a partner city.
    """

    def unlike(slug: str) -> bool:
        return bool(documents["partnerships"].get(slug, {}).get("kind") != tie)

    for slug in sorted(documents["subjects"], key=unlike):
        other, known = documents["subjects"][slug], documents["statements"].get(f"{slug}.{aspect}")
        if other["kind"] == kind and known and "computed" not in known:
            question = {code: replaced(known["question"][code], other, names, code) for code in LANGUAGES}
            return {"question": question, **{code: replaced(known[code], other, names, code) for code in LANGUAGES}}
    return None


def _statement(
    reader: _Reader, documents: Documents, subject: str, aspect: str, before: Document | None, number: str
) -> Document:
    """A statement out of the fields whose names end with `number`."""
    tail = f"_{number}" if number else ""
    texts = {code: reader.text(f"text_{code}{tail}", LONGEST_TEXT) for code in LANGUAGES}
    questions = {code: reader.text(f"question_{code}{tail}", required=not number) for code in LANGUAGES}
    if not all(questions.values()):
        about = documents["subjects"].get(subject, {})
        tie = documents["partnerships"].get(subject, {}).get("kind")
        example = example_of(documents, about.get("kind", ""), aspect, about.get("name", {}), tie)
        questions = example["question"] if example else questions
        if example is None:
            reader.found.append(Finding("missing", field=f"question_nl{tail}"))
    rest = {"owner": reader.text("owner", required=False), "review_by": reader.date("review_by")} if not number else {}
    after = {
        **(before or {}),
        "question": questions,
        **texts,
        "value": _value(before, texts, aspect, documents["subjects"].get(subject, {})),
        "yes": "yes" in reader.form if not number else aspect in ("since", "status"),
        **_evidence(reader, before),
        "mentions": mentions(texts, subject, before, documents),
        **rest,
    }
    return _only(after)


def _evidence(reader: _Reader, before: Document | None) -> dict[str, list[str]]:
    """Where it stands, by the fields `evidence`, `evidence_2` ...; as it was where nothing else was chosen."""
    found = reader.evidence(*sorted(name for name in reader.form if name.startswith("evidence")) or ["evidence"])
    if before is not None and set(found["evidence"]) == set(before["evidence"]):
        return {key: before[key] for key in ("source", "evidence")}
    return found


def _value(before: Document | None, texts: Mapping[str, str], aspect: str, subject: Document) -> Document:
    """The value by which yes/no questions are verified: the one year of a text, and where a place is."""
    value = dict((before or {}).get("value", {}))
    years = set(YEAR.findall(texts["nl"]))
    if before is None or years != set(YEAR.findall(before["nl"])):
        value.pop("year", None)
        if len(years) == 1:
            value["year"] = int(next(iter(years)))
    if before is None and aspect == "location" and subject.get("country"):
        value["country"] = subject["country"]
    return value


def _superseded(reader: _Reader, before: Document, after: Document, told: Mapping[str, str]) -> Document:
    """A statement that is not corrected but has changed in fact keeps what was told of it until then."""
    if reader.form.get("change") != "changed":
        return after
    since = reader.date("since", required=True)
    if all(after.get(code) == before.get(code) for code in LANGUAGES):
        reader.found.append(Finding("same_text", field="text_nl"))
    earlier = {"until": since, **told, "source": before["source"], "evidence": before["evidence"]}
    return {**after, "valid_from": since, "history": [earlier, *before.get("history", ())]}


def _first_facts(reader: _Reader, documents: Documents, made: str) -> Iterator[Put]:
    aspects: set[str] = set()
    for number in FACTS:
        names = [f"{name}_{number}" for name in ("aspect", "text_nl", "text_en")]
        if not any(reader.form.get(name, "").strip() for name in names[1:]):
            continue
        aspect = reader.text(names[0])
        if aspect in aspects:
            reader.found.append(Finding("exists", {"id": f"{made}.{aspect}"}, names[0]))
        aspects.add(aspect)
        yield Put(f"statements/{made}.{aspect}", None, _statement(reader, documents, made, aspect, None, number))


def _tie(reader: _Reader, documents: Documents, city: str) -> Iterator[Put]:
    """The official tie of a city: none, a new one, or a changed one. One that ended says until when."""
    before = get(documents, f"partnerships/{city}")
    kind = reader.text("tie_kind", required=False)
    if not kind:
        if before is not None and "tie_kind" in reader.form:
            yield Put(f"partnerships/{city}", before, None)
        return
    until = reader.year("tie_until")
    status = "ended" if until else "current" if before is None or before["status"] == "ended" else before["status"]
    where = (
        {key: before[key] for key in ("source", "evidence")} if before else reader.evidence("evidence", "evidence_2")
    )
    after = {
        "city": city, "kind": kind, "since": reader.year("tie_since", required=True), "status": status,
        "official_since": (before or {}).get("official_since"), "until": until, **where,
    }  # fmt: skip
    yield Put(f"partnerships/{city}", before, _only(after))


def _parts(reader: _Reader) -> Document:
    """The headings of a new source, one a line, each with so many paragraphs: "Besluit: 3"."""
    parts: dict[str, Any] = {}
    for line in reader.lines("parts") or [reader.form.get("title_nl", "").strip() or "document"]:
        title, _, number = line.rpartition(":") if re.search(r":\s*\d{1,3}$", line) else (line, "", "1")
        parts[id_of(title) or f"part_{len(parts) + 1}"] = {"title": title.strip(), "paragraphs": max(int(number), 1)}
    return parts


def _only(values: Mapping[str, Any]) -> Document:
    """The values that say something."""
    return {name: value for name, value in values.items() if value not in (None, "", False, [], {})}
