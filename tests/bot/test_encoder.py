"""Loading the sentence encoder."""

import subprocess
import sys

from bot.settings import ROOT

LOADING = """
import sys
import bot.encoder
before = set(sys.modules)
bot.encoder.shared_encoder()
print(*sorted(set(sys.modules) - before))
"""


def test_a_thread_that_loads_it_imports_nothing_beside_the_main_thread() -> None:
    done = subprocess.run([sys.executable, "-c", LOADING], cwd=ROOT, capture_output=True, text=True, check=True)
    # An alphabet of zip files, which imports nothing itself.
    assert done.stdout.split() == ["encodings.cp437"]
