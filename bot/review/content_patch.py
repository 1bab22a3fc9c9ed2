"""Approved edits as changes of the YAML: as a patch on data/facts, or written in place where CONTENT_DIR can be.

What is written is looked at first, in a copy. After writing, the files are loaded, which drops the edits they hold
from the layer.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from actions.facts.documents import Documents
from actions.facts.layering import current
from actions.facts.load import load
from actions.facts.schema import FactsError, parse
from actions.facts.writing import changed_files
from bot.review.patch import FACTS, Files, diff
from bot.settings import ROOT, Settings

HEADER = "# Approved edits of the facts that the files do not hold yet\n\n"
logger = logging.getLogger(__name__)


def patch(documents: Documents, settings: Settings) -> str:
    """A patch after which the files of FACTS_FOLDER hold what is told; a heading when they do. Raises FactsError."""
    folder = ROOT / settings.facts_folder
    files = Files(folder.parent.parent)
    for name, text in changed_files(folder, documents).items():
        files.write(f"{folder.relative_to(folder.parent.parent)}/{name}", text)
    return HEADER + diff(files).replace(f"/{folder.relative_to(folder.parent.parent)}/", f"/{FACTS}/")


def write_in_place(engine: Engine, settings: Settings) -> list[str]:
    """Writes what is told into CONTENT_DIR and loads it; the names of the files that changed.

    Nothing where CONTENT_DIR is not set, or may not be written: the edits stay in the layer then. Raises FactsError
    when the files, or what they would become, are wrong: nothing is written then.
    """
    if not settings.content_dir:
        return []
    folder = ROOT / settings.content_dir
    with Session(engine) as session:
        texts = changed_files(folder, current(session))
    if not texts:
        return []
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(shutil.copytree(folder, Path(temporary) / "facts"))
        for name, text in texts.items():
            (copy / name).write_text(text, encoding="utf-8")
        parse(copy)
    try:
        for name, text in texts.items():
            _replace(folder / name, text)
    except OSError as error:
        logger.warning("the facts in %s cannot be written: %s", settings.content_dir, type(error).__name__)
        return []
    load(engine, parse(folder))
    return sorted(texts)


def try_in_place(engine: Engine, settings: Settings) -> bool:
    """Writes in place where that can be done. What is in the way is logged: the edit itself is told in any case."""
    try:
        return bool(write_in_place(engine, settings))
    except FactsError as error:
        logger.error("approved edits were not written into %s: %s", settings.content_dir, error.problems[0])
        return False


def _replace(path: Path, text: str) -> None:
    """Whoever reads the file meanwhile reads the old one or the new one, whole."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)
