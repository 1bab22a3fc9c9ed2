"""Approved edits in the database: told at once, taken off again, and dropped when the files hold them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from actions.facts import compose, queries
from actions.facts.content import Content
from actions.facts.database import connect, migrate, reading
from actions.facts.documents import Document, get
from actions.facts.layer import Clash, Put
from actions.facts.layering import NothingLoaded, add, current, remove
from actions.facts.load import edits, load
from actions.facts.schema import FactsError, parse
from actions.facts.writing import changed_files
from tests.actions.facts.conftest import Folder

SINCE = "statements/ghent.since"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty facts database on each engine."""
    if request.param == "sqlite":
        engine = connect(f"sqlite:///{tmp_path}/layered.db")
    else:
        server = request.getfixturevalue("postgresql_server")
        admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS layered"))
            connection.execute(text("CREATE DATABASE layered"))
        admin.dispose()
        engine = connect(f"{server}/layered")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def loaded(store: Engine, content: Content) -> Engine:
    load(store, content)
    return store


def text_of(engine: Engine, statement: str) -> str:
    with reading(engine) as session:
        return compose.answer(session, [statement], "nl").text


def version(engine: Engine) -> str | None:
    with Session(engine) as session:
        return queries.version(session)


def document(engine: Engine, place: str) -> Document:
    with Session(engine) as session:
        found = get(current(session), place)
    assert found is not None
    return found


def reworded(engine: Engine, text: str = "Al sinds 2021 is Münster een partnerstad.") -> Put:
    before = document(engine, "statements/munster.since")
    return Put("statements/munster.since", before, {**before, "nl": text})


def city(slug: str = "ghent") -> list[Put]:
    """A new partner city with two facts."""
    source = {"source": ["page"], "evidence": ["page/munster/1"]}
    question = {"nl": "Sinds wanneer is Gent een partnerstad?", "en": "Since when has Ghent been a partner city?"}
    since = {
        "question": question,
        "nl": "Gent is partnerstad sinds 2024.",
        "en": "Ghent has been a partner since 2024.",
    }
    about = {"question": question, "nl": "Gent is een stad in België.", "en": "Ghent is a city in Belgium."}
    return [
        Put(f"subjects/{slug}", None, {"kind": "city", "name": {"nl": "Gent", "en": "Ghent"}}),
        Put(f"partnerships/{slug}", None, {"city": slug, "kind": "partner_city", "since": 2024, "status": "current"} | source),
        Put(f"statements/{slug}.since", None, since | source | {"value": {"year": 2024}}),
        Put(f"statements/{slug}.about", None, about | source),
    ]  # fmt: skip


def test_an_edit_is_told_at_once_and_not_any_more_when_it_is_taken_off(loaded: Engine) -> None:
    before, old = version(loaded), text_of(loaded, "munster.since")
    add(loaded, "one", [reworded(loaded)])
    assert text_of(loaded, "munster.since") == "Al sinds 2021 is Münster een partnerstad."
    assert version(loaded) != before
    assert remove(loaded, "one") is True
    assert (version(loaded), text_of(loaded, "munster.since")) == (before, old)
    assert remove(loaded, "one") is False


def test_a_new_city_is_in_lists_and_counts_with_its_source(loaded: Engine) -> None:
    add(loaded, "one", city())
    with reading(loaded) as session:
        answer = compose.answer(session, ["partner_cities.count"], "en")
        assert "Ghent" in answer.text and "partnership:ghent" in answer.facts
        assert compose.answer(session, ["ghent.since"], "en").sources[0]["as_of"] == "2026-11"
    remove(loaded, "one")
    with reading(loaded) as session:
        assert queries.subject(session, "ghent") is None


def test_adding_an_edit_twice_does_nothing(loaded: Engine) -> None:
    edit = [reworded(loaded)]
    add(loaded, "one", edit)
    add(loaded, "one", edit)
    with Session(loaded) as session:
        assert [each.id for each in edits(session)] == ["one"]


def test_an_edit_that_would_make_the_facts_wrong_changes_nothing(loaded: Engine) -> None:
    before = version(loaded)
    with pytest.raises(FactsError, match="numbers differ"):
        add(loaded, "one", [reworded(loaded, "Al sinds 2020.")])
    add(loaded, "two", [reworded(loaded)])
    stale = Put("statements/munster.since", {"nl": "iets anders"}, {"nl": "nog iets"})
    with pytest.raises(Clash):
        add(loaded, "three", [stale])
    remove(loaded, "two")
    assert version(loaded) == before


def test_what_another_edit_needs_is_not_taken_off(loaded: Engine) -> None:
    whole = city()
    add(loaded, "one", whole[:3])
    add(loaded, "two", whole[3:])
    with pytest.raises(FactsError, match="ghent"):
        remove(loaded, "one")
    assert "België" in text_of(loaded, "ghent.about")


def test_loading_files_that_hold_an_edit_drops_it(loaded: Engine, folder: Folder) -> None:
    load(loaded, parse(folder.path))
    before = document(loaded, "statements/munster.about")
    add(loaded, "one", [Put("statements/munster.about", before, {**before, "nl": "Al sinds 2021."})])
    with Session(loaded) as session:
        for name, text in changed_files(folder.path, current(session)).items():
            (folder.path / name).write_text(text, encoding="utf-8")
    assert load(loaded, parse(folder.path)) is True
    with Session(loaded) as session:
        assert edits(session) == []
    assert text_of(loaded, "munster.about") == "Al sinds 2021."


def test_an_edit_that_does_not_fit_new_files_is_held_back_and_told_of(loaded: Engine, folder: Folder) -> None:
    load(loaded, parse(folder.path))
    before = document(loaded, "statements/munster.about")
    add(loaded, "one", [Put("statements/munster.about", before, {**before, "nl": "Al sinds 2021."})])
    folder.replace("subjects/munster.yml", before["nl"], "Vanaf 2021 al.")
    load(loaded, parse(folder.path))
    assert text_of(loaded, "munster.about") == "Vanaf 2021 al."
    with Session(loaded) as session:
        assert [each.held_back for each in edits(session)] == ["statements/munster.about/nl has been changed meanwhile"]


def test_without_facts_nothing_can_be_edited(store: Engine) -> None:
    with pytest.raises(NothingLoaded):
        add(store, "one", city())


def test_a_reader_sees_one_version_from_its_first_look_to_its_last(loaded: Engine) -> None:
    with reading(loaded) as session:
        old = queries.statement(session, "munster.since")
        assert old is not None
        before, first = old.text_nl, queries.version(session)
        add(loaded, "one", [reworded(loaded)])
        session.expire_all()
        again = queries.statement(session, "munster.since")
        assert again is not None and again.text_nl == before and queries.version(session) == first
    assert text_of(loaded, "munster.since") != before


def test_no_answer_mixes_old_and_new_while_the_facts_change(loaded: Engine) -> None:
    """Lists name Ghent in their text exactly when they rest on its row."""
    stop, mixed, seen = threading.Event(), [], set()

    def read() -> None:
        while not stop.is_set():
            with reading(loaded) as session:
                answer = compose.answer(session, ["partner_cities.count"], "en")
            seen.add("partnership:ghent" in answer.facts)
            if ("Ghent" in answer.text) != ("partnership:ghent" in answer.facts) or "None" in answer.text:
                mixed.append(answer.text)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(6):
        add(loaded, f"edit {number}", city())
        remove(loaded, f"edit {number}")
    stop.set()
    for reader in readers:
        reader.join()
    assert mixed == [] and seen == {True, False}


def test_two_editors_at_once_both_get_their_edit(loaded: Engine) -> None:
    whole, errors = city(), []

    def approve(name: str, puts: list[Put]) -> None:
        try:
            add(loaded, name, puts)
        except Exception as error:
            errors.append(error)

    other = reworded(loaded)
    threads = [threading.Thread(target=approve, args=each) for each in (("one", whole), ("two", [other]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert "2024" in text_of(loaded, "ghent.since") and text_of(loaded, "munster.since").startswith("Al sinds")
