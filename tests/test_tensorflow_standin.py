"""Rasa without TensorFlow: what does not need it works, what does says so in one sentence."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

DOMAIN = {
    "version": "3.1",
    "intents": ["a", "b"],
    "responses": {"utter_a": [{"text": "A"}], "utter_b": [{"text": "B"}]},
}
DATA = {
    "version": "3.1",
    "nlu": [
        {"intent": "a", "examples": "- hallo daar\n- hoi jij\n"},
        {"intent": "b", "examples": "- tot ziens\n- dag hoor\n"},
    ],
    "rules": [
        {"rule": "a", "steps": [{"intent": "a"}, {"action": "utter_a"}]},
        {"rule": "b", "steps": [{"intent": "b"}, {"action": "utter_b"}]},
    ],
}


def rasa_train(folder: Path, classifier: str) -> subprocess.CompletedProcess[str]:
    pipeline = [{"name": "WhitespaceTokenizer"}, {"name": "CountVectorsFeaturizer"}, {"name": classifier}]
    config = {
        "recipe": "default.v1",
        "assistant_id": "t",
        "language": "nl",
        "pipeline": pipeline,
        "policies": [{"name": "RulePolicy"}],
    }
    for name, content in (("config", config), ("domain", DOMAIN), ("data", DATA)):
        (folder / f"{name}.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    command = [sys.executable, "-m", "rasa", "train", "--data", "data.yml", "--fixed-model-name", "m"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "RASA_TELEMETRY_ENABLED": "false"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_pipeline_without_tensorflow_trains(tmp_path: Path) -> None:
    result = rasa_train(tmp_path, "LogisticRegressionClassifier")
    assert result.returncode == 0, result.stderr[-2000:]
    assert (tmp_path / "models" / "m.tar.gz").exists()


def test_a_component_that_needs_tensorflow_is_refused_in_one_sentence(tmp_path: Path) -> None:
    result = rasa_train(tmp_path, "DIETClassifier")
    assert result.returncode != 0
    assert "DIET needs TensorFlow, which this environment leaves out." in result.stdout + result.stderr


def test_a_placeholder_can_be_subclassed_but_not_used() -> None:
    import tensorflow
    from keras.layers import Layer

    class Mine(Layer):  # type: ignore[misc]
        pass

    assert tensorflow.function(len) is len
    with pytest.raises(Exception, match="Mine needs TensorFlow"):
        Mine()
