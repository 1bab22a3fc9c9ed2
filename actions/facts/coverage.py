"""Which statement carries which paragraph of the sources: a checklist, with none of the sources' sentences."""

from __future__ import annotations

from collections import defaultdict

from actions.facts.content import Content


def coverage(content: Content) -> str:
    """The checklist as Markdown. A paragraph that nothing carries is marked as such."""
    carried: dict[str, list[str]] = defaultdict(list)
    for statement in content.statements.values():
        for reference in statement.evidence:
            carried[reference].append(statement.id)
    lines = ["# Coverage", "", "Made by `python -m actions.facts coverage`: each paragraph of the sources, and the "
             "statements that carry it.", ""]  # fmt: skip
    for source in content.sources.values():
        lines += [f"## {source.title['en']}", "", "| heading | paragraph | statements |", "|---|---|---|"]
        for heading, (title, paragraphs) in source.headings.items():
            for number in range(1, paragraphs + 1):
                ids = sorted(carried[f"{source.id}/{heading}/{number}"])
                lines.append(f"| {title} | {number} | {', '.join(ids) or '**none**'} |")
        lines.append("")
    return "\n".join(lines)


def empty(content: Content) -> list[str]:
    """References of paragraphs that no statement carries."""
    carried = {reference for statement in content.statements.values() for reference in statement.evidence}
    return [
        reference
        for source in content.sources.values()
        for heading, (_title, paragraphs) in source.headings.items()
        for number in range(1, paragraphs + 1)
        if (reference := f"{source.id}/{heading}/{number}") not in carried
    ]
