"""Very many subjects in the facts database: linking by itself, and a whole answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actions.facts import queries
from actions.facts.database import connect
from actions.facts.tables import Alias, Citation, Source, Statement, Subject, Version
from bot.linking import SubjectLinker
from bot.settings import Settings
from bot.training import prepare_facts
from tests.bench import made_up
from tests.bench.asking import ask_all
from tests.bench.options import Options, questions
from tests.bench.systems import started
from tests.evaluation.scoring import percentile


def linking(options: Options) -> dict[str, Any]:
    """Milliseconds of this process's processor to link a message, and seconds to build the linker."""
    found = {}
    for number in options.subjects:
        engine = connect(facts(options.work / f"facts-{number}", number, options.aliases))
        with Session(engine) as session:
            known = [(name.subject, name.language, name.text) for name in queries.names(session)]
        engine.dispose()
        began = time.process_time()
        linker = SubjectLinker(known)
        built = time.process_time() - began
        asked = made_up.questions(
            questions(options.questions), [text for _, _, text in known[-1000:]], options.questions
        )
        linker.link(asked[0])
        times = []
        for text in asked:
            began = time.thread_time()
            linker.link(text, "nl")
            times.append((time.thread_time() - began) * 1000)
        subjects_known = len({subject for subject, _, _ in known})
        shares = {f"p{percent}": round(percentile(times, percent), 2) for percent in (50, 95, 99)}
        found[str(number)] = {
            "subjects": subjects_known,
            "names": len(known),
            "built_seconds": round(built, 1),
            **shares,
        }
    return {"sizes": found}


def subjects(options: Options) -> dict[str, Any]:
    """Milliseconds of an answer: one assistant for each size, asked in turn."""
    asked = questions(options.questions)
    with ExitStack() as stack:
        running: dict[int, Any] = {}
        names: dict[int, int] = {}
        for number in options.subjects:
            folder = options.work / f"subjects-{number}"
            url = facts(folder, number, options.aliases)
            names[number] = _count(url)
            running[number] = stack.enter_context(started("ours", folder))
            asyncio.run(ask_all(running[number], asked[:20], 1, "warming"))
        rounds = [
            {str(number): _times(running[number], asked, f"round-{place}") for number in running}
            for place in range(options.rounds)
        ]
    return {"subjects": {str(number): count for number, count in names.items()}, "rounds": rounds}


def facts(folder: Path, number: int, aliases: int) -> str:
    """The URL of a facts database with the project's facts and `number` made-up cities, each with one statement.

    It is where `systems.started` has the assistant look for it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder.resolve()}/facts.db"
    prepare_facts(Settings.from_env({"FACTS_URL": url}))
    if number:
        engine = connect(url)
        with Session(engine) as session, session.begin():
            _add(session, number, list(made_up.names(number, number * aliases)))
        engine.dispose()
    return url


def _add(session: Session, number: int, named: Sequence[tuple[str, str, str]]) -> None:
    source = session.scalars(select(Source.id)).first()
    first = {}
    for slug, _, text in named:
        first.setdefault(slug, text)
    session.add_all(
        Subject(slug=slug, kind="city", name_nl=text, name_en=text, country="germany", continent=None)
        for slug, text in first.items()
    )
    session.flush()
    session.add_all(Alias(subject=slug, language=language, text=text) for slug, language, text in named)
    session.add_all(
        Statement(
            id=f"{slug}.about", subject=slug, aspect="about", question_nl=f"Wat is {text}?",
            question_en=f"What is {text}?", text_nl=f"{text} is een stad.", text_en=f"{text} is a city.", yes=True,
            mentions=[], owner="", review_by="",
        )
        for slug, text in first.items()
    )  # fmt: skip
    session.flush()
    session.add_all(Citation(row=f"{slug}.about", source=source, position=0, evidence=[]) for slug in first)
    session.scalars(select(Version)).one().digest = f"made-up-{number}"[:16]


def _count(url: str) -> int:
    engine = connect(url)
    with Session(engine) as session:
        counted = session.scalar(select(func.count()).select_from(Subject)) or 0
    engine.dispose()
    return counted


def _times(system: Any, asked: Sequence[str], run: str) -> dict[str, float]:
    done = asyncio.run(ask_all(system, asked, 1, run))
    return {f"p{percent}": round(percentile(done.times, percent), 2) for percent in (50, 95)}
