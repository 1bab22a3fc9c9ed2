"""Opening a database file."""

import subprocess
import sys
import time
from pathlib import Path

from bot.settings import ROOT

FILES = 40
OPENING = """
import sys, time
from actions.facts.database import connect
start = float(sys.argv[2])
for number in range(int(sys.argv[3])):
    while time.time() < start + number * 0.05: pass
    with connect(f"sqlite:///{sys.argv[1]}/{number}.db").connect(): pass
"""


def test_processes_that_open_a_new_file_at_once_all_get_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPENING, str(tmp_path), str(time.time() + 5), str(FILES)]
    processes = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [process.communicate(timeout=60)[1] for process in processes] == [""] * 4
