from pathlib import Path

import pytest
import yaml

from tests.evaluation.questions import Example, Item
from tests.evaluation.rasa_baseline import score_bot, take_over
from tests.evaluation.rasa_project import (
    FALLBACK,
    configuration,
    gradient_steps,
    intent_name,
    write_dialogue,
    write_project,
)


def test_a_label_becomes_a_plain_intent() -> None:
    assert intent_name("since/munster") == "since__munster"


@pytest.mark.parametrize(("examples", "epochs", "steps"), [(640, 1, 10), (640, 2, 10 + 3), (64, 3, 1 + 1 + 1)])
def test_gradient_steps_follow_batches_that_grow(examples: int, epochs: int, steps: int) -> None:
    assert gradient_steps(examples, epochs) == steps


def test_only_the_epochs_of_the_classifier_differ_from_the_default() -> None:
    epochs = {part["name"]: part.get("epochs") for part in configuration(7)["pipeline"]}
    assert (epochs["DIETClassifier"], epochs["ResponseSelector"]) == (7, 100)


def test_every_intent_leads_to_its_one_answer(tmp_path: Path) -> None:
    examples = [Example("sinds wanneer: 1980?", "since/munster", "nl"), Example("since when", "since/munster", "en")]
    write_project(tmp_path, 3, examples, [("q1", "en nu?")])
    write_dialogue(tmp_path, {"since/munster": "Sinds 2021.\n\nSince 2021.", FALLBACK: "?"})
    nlu = yaml.safe_load((tmp_path / "data" / "nlu.yml").read_text(encoding="utf-8"))["nlu"]
    domain = yaml.safe_load((tmp_path / "domain.yml").read_text(encoding="utf-8"))
    rules = yaml.safe_load((tmp_path / "data" / "rules.yml").read_text(encoding="utf-8"))["rules"]
    assert nlu == [{"intent": "since__munster", "examples": "- sinds wanneer: 1980?\n- since when\n"}]
    assert domain["intents"] == ["since__munster"]
    assert {rule["steps"][1]["action"] for rule in rules} == set(domain["responses"])
    assert (tmp_path / "questions.jsonl").read_text(encoding="utf-8") == '{"id": "q1", "text": "en nu?"}\n'


def test_a_decline_is_right_only_where_the_sources_hold_nothing() -> None:
    items = [
        Item("a", "nl", "answer", ({"user": "x", "all": ["2021"]},)),
        Item("b", "en", "answer", ({"user": "x", "all": ["1980"]},)),
        Item("c", "en", "unknown", ({"user": "x", "decline": True},)),
        Item("d", "en", "outofscope", ({"user": "x", "decline": True},)),
    ]
    answers = {
        "a": {"intent": "since__munster", "reply": "Sinds 2021."},
        "b": {"intent": FALLBACK, "reply": "Sorry?"},
        "c": {"intent": "unknown__money", "reply": "No."},
        "d": {"intent": "since__munster", "reply": "Sinds 2021."},
    }
    result = score_bot(items, answers)
    assert result["right"] == {"all": [1, 2], "nl": [1, 1], "en": [0, 1]}
    assert result["declined"] == [1, 2]
    assert result["answered_unanswerable"] == {"outofscope": [1, 1], "unknown": [0, 1]}


def test_only_a_bot_of_the_same_examples_is_asked_instead(tmp_path: Path) -> None:
    trained, mine, other = (tmp_path / name for name in ("trained", "mine", "other"))
    for folder, epochs, text in ((trained, 2, "since when"), (mine, 5, "since when"), (other, 5, "until when")):
        write_project(folder, epochs, [Example(text, "since/munster", "en")], [("q1", folder.name)])
        write_dialogue(folder, {"since/munster": "Since 2021.", FALLBACK: "?"})
    (trained / "models").mkdir()
    (trained / "models" / "baseline.tar.gz").write_bytes(b"model")
    (trained / "training.json").write_text("{}", encoding="utf-8")
    assert take_over(trained, mine) == 2
    assert (mine / "models" / "baseline.tar.gz").read_bytes() == b"model"
    assert "mine" in (mine / "questions.jsonl").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="other data than this: its data differs"):
        take_over(trained, other)
