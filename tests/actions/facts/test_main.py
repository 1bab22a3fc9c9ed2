"""Which database the facts' commands take."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.facts.__main__ import main


def test_the_database_may_be_named_by_a_file(
    tmp_path: Path, facts_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "url").write_text(f"{facts_url}\n")
    monkeypatch.delenv("FACTS_URL", raising=False)
    monkeypatch.setenv("FACTS_URL_FILE", str(tmp_path / "url"))
    assert main(["show", "munster"]) == 0
    assert "munster.since" in capsys.readouterr().out
    monkeypatch.setenv("FACTS_URL_FILE", str(tmp_path / "missing"))
    assert main(["show", "munster"]) == 1
    assert "FACTS_URL_FILE" in capsys.readouterr().err
