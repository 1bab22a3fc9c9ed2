"""Trains a Rasa project and notes how long an epoch takes, in an environment with TensorFlow of its own.

Run by `tests.bench.baseline` as a script: it must not import this project, whose environment has another Python.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any


def main(folder: Path) -> None:
    import rasa
    import tensorflow
    from rasa.model_training import train
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)
    epochs = note_epochs()
    started = time.perf_counter()
    train(
        str(folder / "domain.yml"), str(folder / "config.yml"), str(folder / "data"), str(folder / "models"),
        fixed_model_name="baseline",
    )  # fmt: skip
    seconds = time.perf_counter() - started
    used = os.times()
    figures = {
        "versions": {
            "rasa": rasa.__version__,
            "tensorflow": tensorflow.__version__,
            "python": platform.python_version(),
        },
        "training_seconds": round(seconds, 1),
        "training_cpu_seconds": round(used.user + used.system + used.children_user + used.children_system, 1),
        "epoch_seconds": pace([passed for passed, _ in epochs]),
        "epoch_cpu_seconds": pace([used for _, used in epochs]),
        "epochs_measured": [[round(passed, 1), round(used, 1)] for passed, used in epochs],
        "model_megabytes": round((folder / "models" / "baseline.tar.gz").stat().st_size / 1e6, 1),
    }
    (folder / "training.json").write_text(json.dumps(figures), encoding="utf-8")


def pace(epochs: list[float]) -> float:
    """Mean seconds of the epochs but the first, which also builds TensorFlow's graph.

    The first one has the smallest batches too, so that this is rather too fast than too slow.
    """
    later = epochs[1:] or epochs
    return round(sum(later) / len(later), 1) if later else 0.0


def note_epochs() -> list[tuple[float, float]]:
    """A list to which each epoch of the intent classifier is added: seconds that pass, and of the processor."""
    from rasa.nlu.classifiers.diet_classifier import DIET
    from rasa.utils.tensorflow.callback import RasaTrainingLogger

    took: list[tuple[float, float]] = []
    begun: list[tuple[float, float]] = []

    def begin(logger: Any, epoch: int, logs: Any = None) -> None:
        begun[:] = [(time.perf_counter(), time.process_time())]

    end_epoch = RasaTrainingLogger.on_epoch_end

    def end(logger: Any, epoch: int, logs: Any = None) -> None:
        if begun and isinstance(logger.model, DIET):
            took.append((time.perf_counter() - begun[0][0], time.process_time() - begun[0][1]))
        end_epoch(logger, epoch, logs)

    RasaTrainingLogger.on_epoch_begin = begin
    RasaTrainingLogger.on_epoch_end = end
    return took


if __name__ == "__main__":
    main(Path(sys.argv[1]))
