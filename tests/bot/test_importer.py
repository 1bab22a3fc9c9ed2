"""The examples that training reads are those that Rasa's own importer reads."""

import warnings
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.importers.rasa import RasaFileImporter

from bot.importer import ExamplesImporter

PLAIN = """version: "3.1"
nlu:
- intent: about/dalian
  examples: |
    - Wat is Dalian?
    -  spaces around it 
    - [10:42] Marleen: en Dalian?
    - "quoted" - and - dashed
    - Münster, ß & co: 100 % #1
- intent: affirm
  examples: |
    - ja
"""
MARKED = """version: "3.1"
nlu:
- intent: about/dalian
  examples: |
    - Wat is [Dalian](city)?
- synonym: Dalian
  examples: |
    - Dalien
"""
WITH_METADATA = """version: "3.1"
nlu:
- intent: about/dalian
  examples:
  - text: Wat is Dalian?
    metadata: {by: hand}
"""


def read(importer: type[RasaFileImporter], *paths: Path) -> list[dict[str, Any]]:
    data = importer(None, None, [str(path) for path in paths]).get_nlu_data()
    return [message.data for message in data.training_examples]


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.yml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("text", [PLAIN, MARKED, WITH_METADATA])
def test_a_file_is_read_as_rasa_reads_it(text: str, tmp_path: Path) -> None:
    path = written(tmp_path, "nlu", text)
    found = read(ExamplesImporter, path)
    assert found
    assert found == read(RasaFileImporter, path)


def test_entities_and_synonyms_are_left_to_rasa(tmp_path: Path) -> None:
    paths = [written(tmp_path, "plain", PLAIN), written(tmp_path, "marked", MARKED)]
    data = ExamplesImporter(None, None, [str(path) for path in paths]).get_nlu_data()
    assert len(data.training_examples) == 7
    assert data.entity_synonyms == {"Dalien": "Dalian"}


@pytest.mark.parametrize("text", ["nlu: [", "nlu:\n- intent: about/dalian\n  examples: |\n    no dash\n", "nlu: x"])
def test_what_is_wrong_with_a_file_rasa_says(text: str, tmp_path: Path) -> None:
    path = written(tmp_path, "nlu", f'version: "3.1"\n{text}')

    def said(importer: type[RasaFileImporter]) -> list[str]:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            try:
                found = [str(read(importer, path))]
            except Exception as error:
                found = [str(error)]
        return found + [str(each.message) for each in warned if each.category is UserWarning]

    assert said(ExamplesImporter) == said(RasaFileImporter) != ["[]"]


def test_the_examples_of_the_project_are_plain() -> None:
    from bot.importer import _messages
    from bot.settings import ROOT

    files = sorted((ROOT / "data" / "nlu").rglob("*.yml"))
    assert sum(len(list(_messages(path))) for path in files) > 50_000
