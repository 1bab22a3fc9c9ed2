"""Looks at everything the assistant needs, before it is started."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import date

import yaml

from bot.settings import ROOT, Settings
from bot.training import is_current, model_path

FILES = (
    "config.yml",
    "domain.yml",
    "endpoints.yml",
    "credentials.yml",
    "data/responses/nl.yml",
    "data/responses/en.yml",
)


def check(settings: Settings) -> list[str]:
    """What is missing or wrong, one line each."""
    return [*_files(), *_names(), *_facts(settings), *_model(settings), *_security_txt(settings, date.today())]


def _files() -> Iterator[str]:
    for name in FILES:
        if not (ROOT / name).is_file():
            yield f"{name}: is missing"


def _names() -> Iterator[str]:
    """Dotted names in YAML are only looked up when they are used: here they are all looked up at once."""
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    names = [entry["name"] for entry in [*config["pipeline"], *config["policies"]]]
    names += list(yaml.safe_load((ROOT / "credentials.yml").read_text(encoding="utf-8")))
    endpoints = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    names.append(endpoints["tracker_store"]["type"])
    for name in names:
        module, _, attribute = name.rpartition(".")
        if not module:
            continue
        try:
            getattr(importlib.import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            yield f"{name}: {error}"


def _facts(settings: Settings) -> list[str]:
    from actions.facts.schema import FactsError, parse

    try:
        parse(ROOT / settings.facts_folder)
    except FactsError as error:
        return error.problems
    return []


def _model(settings: Settings) -> Iterator[str]:
    if not model_path(settings).exists():
        yield f"{settings.model_folder}: there is no model; run `python -m bot train`"
    elif not is_current(settings):
        yield f"{settings.model_folder}: the model is older than its training data; run `python -m bot train`"


def _security_txt(settings: Settings, today: date) -> Iterator[str]:
    """Readers of security.txt take no notice of one whose day has passed."""
    if settings.security_contact and date.fromisoformat(settings.security_expires) < today:
        yield f"SECURITY_EXPIRES={settings.security_expires} has passed: see whether SECURITY_CONTACT still holds"
