"""Who keeps a statement right and by when it is looked at again: what it says itself, its subject, or its sources."""

from pathlib import Path

from actions.facts.content import Statement
from actions.facts.schema import parse
from tests.actions.facts.conftest import Folder

ABOUT = '    question: {nl: "Welke band is er met Münster?"'


def about(path: Path) -> Statement:
    return parse(path).statements["munster.about"]


def test_a_statement_is_kept_by_who_keeps_its_source(folder: Folder) -> None:
    assert (about(folder.path).owner, about(folder.path).review_by) == ("International affairs", "2027-11")


def test_a_subject_may_say_otherwise(folder: Folder) -> None:
    folder.replace("subjects/munster.yml", "kind: city", "kind: city\nowner: Economy\nreview_by: '2027-01-31'")
    assert (about(folder.path).owner, about(folder.path).review_by) == ("Economy", "2027-01-31")


def test_a_statement_may_say_otherwise_than_its_subject(folder: Folder) -> None:
    folder.replace("subjects/munster.yml", "kind: city", "kind: city\nowner: Economy")
    folder.replace("subjects/munster.yml", ABOUT, f"    owner: Safety\n{ABOUT}")
    assert about(folder.path).owner == "Safety"


def test_of_several_sources_the_first_one_names_the_owner_and_the_earliest_the_day(folder: Folder) -> None:
    sources = (folder.path / "sources.yml").read_text()
    first, second = sources.split("report:\n")
    second = second.replace("International affairs", "Archive").replace("2027-11", "2027-02")
    (folder.path / "sources.yml").write_text(f"{first}report:\n{second}")
    folder.replace("subjects/dalian.yml", "source: report", "source: [page, report]")
    folder.replace("subjects/dalian.yml", "evidence: report/dalian/1", "evidence: [page/munster/1, report/dalian/1]")
    found = parse(folder.path).statements["dalian.about"]
    assert (found.owner, found.review_by) == ("International affairs", "2027-02")
