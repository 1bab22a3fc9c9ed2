"""One small project with a model for all faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import project


@pytest.fixture(scope="session")
def faults_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project.make(tmp_path_factory.mktemp("faults") / "project")
