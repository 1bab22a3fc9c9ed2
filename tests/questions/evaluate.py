"""Asks a running assistant the held-out questions: `make evaluate`, with BASE=http://127.0.0.1:8080 unless set."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
SETS = ("sample", "tuning", "reporting")


def main() -> int:
    base = os.environ.get("BASE", "http://127.0.0.1:8080")
    for name in SETS:
        print(f"== {name}", flush=True)
        command = [sys.executable, str(FOLDER / "ask.py"), str(FOLDER / f"{name}.jsonl"), "--base", base, "--show", "0"]
        if subprocess.run(command, check=False).returncode:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
