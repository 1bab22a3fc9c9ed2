"""Rasa is replaced by one with the new model, step by step, and never before the new one is healthy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import switching
from bot.child import Child, State
from bot.switching import RasaSwitch


class FakeRasa(Child):
    """A process that is healthy, busy or dead when a test says so."""

    def __init__(self, number: int) -> None:
        super().__init__("rasa", [], f"http://rasa-{number}", {})
        self.now = State(0)
        self.started = self.stopped = self.gone = False

    def start(self) -> None:
        self.started = True

    def stop(self) -> None:
        self.stopped = True

    @property
    def died(self) -> bool:
        return self.gone

    def state(self) -> State:
        return self.now


class Scene:
    def __init__(self, folder: Path) -> None:
        self.archive, self.file = folder / "assistant.tar.gz", folder / "rasa.json"
        self.archive.write_text("first")
        self.made: list[FakeRasa] = []
        self.switch = RasaSwitch(self.archive, self.file, self.new, patience=30)

    def new(self) -> tuple[Child, str]:
        self.made.append(FakeRasa(len(self.made)))
        return self.made[-1], f"http://rasa-{len(self.made) - 1}"

    def replace(self, text: str) -> None:
        new = self.archive.with_suffix(".new")
        new.write_text(text)
        new.replace(self.archive)

    def address(self) -> tuple[str, str | None]:
        said = json.loads(self.file.read_text())
        return said["url"], said["leaving"]


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    clock = [100.0]
    monkeypatch.setattr(switching.time, "monotonic", lambda: clock[0])
    return clock


@pytest.fixture
def scene(tmp_path: Path, now: list[float]) -> Scene:
    return Scene(tmp_path)


def test_nothing_happens_while_the_model_stays(scene: Scene) -> None:
    scene.switch.step()
    assert len(scene.made) == 1
    assert scene.address() == ("http://rasa-0", None)


def test_the_old_one_answers_until_the_new_one_is_healthy_and_then_finishes(scene: Scene, now: list[float]) -> None:
    scene.replace("second")
    scene.switch.step()
    old, new = scene.made
    assert new.started and scene.address() == ("http://rasa-0", None)
    scene.switch.step()
    assert scene.address() == ("http://rasa-0", None)
    new.now = State(200, {"busy": 0})
    scene.switch.step()
    assert scene.address() == ("http://rasa-1", "http://rasa-0")
    assert scene.switch.serving is new and not old.stopped
    old.now = State(200, {"busy": 0})
    scene.switch.step()
    assert not old.stopped, "a message may still be on its way to it"
    now[0] += 3
    old.now = State(200, {"busy": 1})
    scene.switch.step()
    assert not old.stopped, "it has a message under way"
    old.now = State(200, {"busy": 0})
    scene.switch.step()
    assert old.stopped
    assert scene.address() == ("http://rasa-1", None)


def test_one_that_does_not_finish_is_stopped_in_the_end(scene: Scene, now: list[float]) -> None:
    scene.replace("second")
    scene.switch.step()
    scene.made[1].now = State(200, {"busy": 0})
    scene.switch.step()
    scene.made[0].now = State(200, {"busy": 1})
    now[0] += 31
    scene.switch.step()
    assert scene.made[0].stopped


@pytest.mark.parametrize(
    ("died", "state", "waited"),
    [(True, State(0), 1), (False, State(0), 121), (False, State(503, {"status": "no model"}), 1)],
)
def test_a_model_that_does_not_start_changes_nothing(
    scene: Scene, now: list[float], died: bool, state: State, waited: float
) -> None:
    scene.replace("broken")
    scene.switch.step()
    scene.made[1].gone, scene.made[1].now = died, state
    now[0] += waited
    scene.switch.step()
    assert scene.made[1].stopped and not scene.made[0].stopped
    assert scene.address() == ("http://rasa-0", None)
    scene.switch.step()
    assert len(scene.made) == 2, "it is not tried again"
    scene.replace("mended")
    scene.switch.step()
    assert len(scene.made) == 3


def test_a_model_that_is_replaced_while_its_rasa_starts_gives_way(scene: Scene) -> None:
    for text in ("second", "the third"):
        scene.replace(text)
        scene.switch.step()
    assert scene.made[1].stopped and scene.made[2].started


def test_every_rasa_is_stopped_with_the_assistant(scene: Scene) -> None:
    scene.replace("second")
    scene.switch.step()
    assert scene.switch.children == scene.made


def test_a_model_that_is_away_for_a_moment_is_no_new_one(scene: Scene) -> None:
    scene.archive.rename(scene.archive.with_suffix(".away"))
    scene.switch.step()
    scene.archive.with_suffix(".away").rename(scene.archive)
    scene.switch.step()
    assert len(scene.made) == 1
