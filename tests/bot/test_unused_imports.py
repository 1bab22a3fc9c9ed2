"""A Rasa process that answers goes without what only training and other stores need."""

from __future__ import annotations

import subprocess
import sys

from bot.settings import ROOT

SERVING = """
import sys
from bot.unused_imports import leave_out
leave_out()
leave_out()
import rasa.__main__, rasa.core.agent, rasa.core.run, bot.channel, bot.stores
import bot.components.statement_ranking, bot.components.dialogue_decision, bot.components.subject_linking
from rasa.core.tracker_store import TrackerStore
store = TrackerStore.create(None)
print(*(name for name in ("sklearn", "scipy.stats", "scipy.optimize", "boto3", "pymongo.pool") if name in sys.modules))
import pymongo.errors
try:
    pymongo.errors.ConnectionFailure("refused")
except RuntimeError as error:
    print(error)
"""


def test_they_are_not_loaded_and_whoever_uses_one_is_told() -> None:
    run = [sys.executable, "-W", "ignore", "-c", SERVING]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)

    loaded, told = done.stdout.splitlines()[-2:]
    assert loaded == ""
    assert told == "ConnectionFailure is left out in this process: see bot/unused_imports.py"


def test_what_is_loaded_already_stays() -> None:
    script = "import sys, pymongo; from bot.unused_imports import leave_out; leave_out(); print(pymongo.MongoClient.__name__)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "MongoClient\n"
