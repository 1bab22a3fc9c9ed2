"""Each process by itself, for machines of their own: `serve` is for all three on one machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.exc import SQLAlchemyError

from bot.mending import mend
from bot.serve import ONE_THREAD, actions_command, environment, rasa_command, web_command
from bot.settings import SettingError, Settings
from bot.training import model_path, models, prepare_facts


def run(role: str, settings: Settings) -> None:
    """Becomes the process of a role. Raises SettingError or RuntimeError for what it lacks.

    The role web also brings the facts database up to date, as the first of a new version.
    """
    command, found = prepared(role, settings)
    os.execvpe(command[0], command, {**os.environ, **found})


def prepared(role: str, settings: Settings) -> tuple[list[str], Mapping[str, str]]:
    """The command of a role, and what it gets on top of the environment."""
    found = environment(settings)
    if role == "actions":
        return actions_command(settings, settings.inner_host, settings.actions_port or 5055), found
    if role == "rasa":
        return _rasa(settings), found | ONE_THREAD
    if not settings.rasa_urls:
        raise SettingError("RASA_URLS is missing: where are the Rasa processes?")
    try:
        prepare_facts(settings)
    except SQLAlchemyError as error:
        raise RuntimeError(f"FACTS_URL: the facts database cannot be used ({type(error).__name__}).") from error
    return web_command(settings), found


def _rasa(settings: Settings) -> list[str]:
    if not settings.actions_url:
        raise SettingError("ACTIONS_URL is missing: where is the action server?")
    if not model_path(settings).exists():
        raise RuntimeError(f"There is no model in {settings.model_folder}: run `python -m bot train` first.")
    if line := mend(models(settings)):
        print(line, file=sys.stderr, flush=True)
    port = settings.rasa_port or 5005
    return rasa_command(replace(settings, port=port), settings.inner_host, port)
