"""Checks that need all the facts at once: names that must resolve, dates that must fit, both languages alike."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from actions.facts.content import LANGUAGES, Content, Statement, Text

NUMBER = re.compile(r"\d+")
ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+\w")
PLACE = re.compile(r"\{\w+\}")


def check(content: Content) -> list[str]:
    """Every inconsistency as `where: what is wrong`; an empty list when there is none."""
    unresolved = list(_references(content))
    # Names can only be compared once all of them resolve.
    return unresolved or [*_evidence(content), *_rows(content), *_parity(content), *_aliases(content)]


def _rows(content: Content) -> Iterator[str]:
    """No row of a relation stands twice, and a computed statement says whose rows it takes."""
    for name in ("partnerships", "memberships", "projects", "cooperations", "events", "roles"):
        seen: list[object] = []
        for number, row in enumerate(getattr(content, name), 1):
            if row in seen:
                yield f"{name}.yml row {number}: stands there twice"
            seen.append(row)
    for statement in content.statements.values():
        computed = statement.computed
        if computed and not computed.of and computed.relation in ("membership", "cooperation", "participation"):
            yield f"{statement.id}: computed: `of` must say whose {computed.relation} rows are meant"


def _references(content: Content) -> Iterator[str]:
    for where, slugs in _named_subjects(content):
        for slug in slugs:
            if slug not in content.subjects:
                yield f"{where}: {slug!r} is no subject; add it to subjects/ or terms.yml"
    for where, sources in _named_sources(content):
        if not sources:
            yield f"{where}: source: nothing may be told without a source"
        for source in sources:
            if source not in content.sources:
                yield f"{where}: {source!r} is no source; add it to sources.yml"


def _named_subjects(content: Content) -> Iterator[tuple[str, tuple[str, ...]]]:
    for subject in content.subjects.values():
        yield f"{subject.slug}: country", (subject.country,) if subject.country else ()
        for s in subject.statements:
            yield f"{s.id}: mentions", s.mentions
            yield f"{s.id}: value.country", (s.value.country,) if s.value.country else ()
            if s.computed:
                yield f"{s.id}: computed", tuple(slug for slug in (s.computed.of, s.computed.country) if slug)
    for number, p in enumerate(content.partnerships, 1):
        yield f"partnerships.yml row {number}", (p.city,)
    for number, m in enumerate(content.memberships, 1):
        yield f"memberships.yml row {number}", (m.body, m.member)
    for number, project in enumerate(content.projects, 1):
        yield f"projects.yml row {number}", (project.project, project.place, project.funding)
    for number, cooperation in enumerate(content.cooperations, 1):
        yield f"cooperations.yml row {number}", (cooperation.subject, *cooperation.themes)
    for number, event in enumerate(content.events, 1):
        taking_part = (slug for participants in event.participants.values() for slug in participants)
        yield f"events.yml row {number}", (event.event, *([event.place] if event.place else []), *taking_part)
    for number, role in enumerate(content.roles, 1):
        yield f"roles.yml row {number}", (role.person, role.organisation)


def _sourced(content: Content) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Everything that has a source: (where, sources, evidence)."""
    for s in content.statements.values():
        yield s.id, s.sources, s.evidence
        for earlier in s.history:
            yield f"{s.id}: history until {earlier.until}", earlier.sources, earlier.evidence
    for name in ("partnerships", "memberships", "projects", "cooperations", "events", "roles"):
        for number, row in enumerate(getattr(content, name), 1):
            yield f"{name}.yml row {number}", row.sources, row.evidence


def _named_sources(content: Content) -> Iterator[tuple[str, tuple[str, ...]]]:
    for where, sources, _ in _sourced(content):
        yield where, sources


def _evidence(content: Content) -> Iterator[str]:
    """Each reference is source/heading/paragraph and must exist; a statement's evidence lies in its sources."""
    for where, sources, evidence in _sourced(content):
        if not evidence:
            yield f"{where}: evidence: nothing says where in its source it stands"
        for source in sources:
            if evidence and not any(reference.startswith(f"{source}/") for reference in evidence):
                yield f"{where}: evidence: none of it is in the source {source!r}"
        for reference in evidence:
            source, _, rest = reference.partition("/")
            heading, _, paragraph = rest.partition("/")
            found = content.sources.get(source)
            if found is None or heading not in found.headings:
                yield f"{where}: evidence: {reference!r} names no heading of a source"
            elif not (paragraph.isdigit() and 1 <= int(paragraph) <= found.headings[heading][1]):
                yield f"{where}: evidence: {reference!r} names no paragraph under that heading"
            if source not in sources:
                yield f"{where}: evidence: {reference!r} is not in its sources ({', '.join(sources)})"


def _parity(content: Content) -> Iterator[str]:
    """Numbers, addresses, places to fill and names must be the same in both languages."""
    for statement in content.statements.values():
        yield from _alike(statement.id, statement.text)
        for earlier in statement.history:
            yield from _alike(f"{statement.id}: history until {earlier.until}", earlier.text)
        yield from _names_alike(statement, content)


def _alike(where: str, text: Text) -> Iterator[str]:
    for what, pattern in (("numbers", NUMBER), ("addresses", ADDRESS), ("places", PLACE)):
        found = [sorted(pattern.findall(text[language])) for language in LANGUAGES]
        if found[0] != found[1]:
            nl, en = (" ".join(each) or "–" for each in found)
            yield f"{where}: {what} differ: nl {nl}, en {en}"


def _names_alike(statement: Statement, content: Content) -> Iterator[str]:
    """A subject that a statement names in one language it names in the other too."""
    for slug in statement.mentions:
        named = [
            any(_stands_in(name, statement.text[language].lower()) for name in _names(content, slug, language))
            for language in LANGUAGES
        ]
        if named[0] != named[1]:
            yield f"{statement.id}: names {slug} in only one language (nl: {named[0]}, en: {named[1]})"


def _stands_in(name: str, text: str) -> bool:
    """Whether a name begins a word of the text: "ut" is not named in "institution"."""
    return re.search(rf"(?<!\w){re.escape(name)}", text) is not None


def _names(content: Content, slug: str, language: str) -> list[str]:
    subject = content.subjects[slug]
    names = [subject.name[language], *(text for tag, text in subject.aliases if tag in ("both", language))]
    return [re.sub(r"^(the|de|het) | \(.*\)$", "", name.lower()) for name in names]


def _aliases(content: Content) -> Iterator[str]:
    """No name may stand for two subjects in one language."""
    for language in LANGUAGES:
        owners: dict[str, set[str]] = defaultdict(set)
        for slug in content.subjects:
            for name in _names(content, slug, language):
                owners[name].add(slug)
        for name, slugs in owners.items():
            if len(slugs) > 1:
                yield f"alias {name!r} ({language}) stands for {' and '.join(sorted(slugs))}"
