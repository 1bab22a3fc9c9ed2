"""The public-sector files: complete, in both languages where citizens read them, and true to the code they speak of."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import io
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.facts.__main__ import main as facts_command
from bot.__main__ import main as bot_command
from bot.redaction import STEPS
from bot.review.events import EVENTS
from bot.review.tables import Base
from bot.secret_files import SECRETS, SUFFIX
from bot.settings import Settings
from tests.conftest import ROOT

OURS = (
    "CHANGELOG.md", "CONTRIBUTING.md", "README.md", "SECURITY.md", "docs/accessibility.md", "docs/ai-act.md",
    "docs/algoritmeregister.md", "docs/dpia-input.md", "docs/privacy.md",
)  # fmt: skip
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("data/*.md"))
)
MARKS = {"nl": "**[gemeente vult in]**", "en": "**[municipality fills in]**"}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def headings(text: str, level: int) -> list[str]:
    return re.findall(rf"^{'#' * level} (.+)$", prose(text), re.MULTILINE)


def part(text: str, heading: str) -> str:
    """What stands under a heading of the second level."""
    return prose(text).partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def anchors(text: str) -> set[str]:
    """The anchors that GitHub and GitLab make of headings."""
    found = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


# Links, settings, commands, paths and tests that the pages name


def linked(name: str) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(read(name))):
        if not re.match(r"(https?|mailto):", target):
            yield target


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_to_a_file_and_a_heading(name: str) -> None:
    broken = []
    for target in linked(name):
        path, _, anchor = target.partition("#")
        file = (ROOT / name).parent / path if path else ROOT / name
        if not file.exists() or (anchor and anchor not in anchors(file.read_text(encoding="utf-8"))):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("name", OURS)
def test_every_setting_that_is_named_is_there(name: str) -> None:
    variables = set(re.findall(r"^(\w+) \?= |\$\((\w+)\)", read("Makefile"), re.MULTILINE))
    known = {field.name.upper() for field in fields(Settings)} | {secret + SUFFIX for secret in SECRETS}
    known |= {one for pair in variables for one in pair} | {
        "CI",
        "PORT",
        "BASE",
        "DATASETS",
        "SOURCES",
        "N",
        "SEED",
        "RASA_TRAINED",
    }
    named = re.findall(r"`([A-Z][A-Z_]*[A-Z]|N)(?:=[^`]*)?`", read(name))
    files = {path.name.removesuffix(".md") for path in ROOT.iterdir()}
    assert sorted(set(named) - known - files) == []


@pytest.mark.parametrize("name", OURS)
def test_every_path_that_is_named_is_there(name: str) -> None:
    """But for what a command only writes."""
    named = re.findall(r"(?<!writes )`((?:bot|actions|data|tests|docs|deploy)/[\w./-]*)`", read(name))
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", OURS)
def test_every_test_that_is_named_is_there(name: str) -> None:
    for path, test in re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", read(name)):
        tree = ast.parse(read(path))
        assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, f"{path}::{test}"


COMMANDS: dict[str, Callable[[list[str]], int]] = {"bot": bot_command, "actions.facts": facts_command}


def helped(module: str, words: list[str]) -> str | None:
    """The help of a command; None when there is no such command."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        try:
            COMMANDS[module]([*words, "--help"])
        except SystemExit as end:
            return out.getvalue() if end.code == 0 else None
    return None


def named_commands() -> list[str]:
    found = {
        command
        for name in (*OURS, "docs/review.md", "docs/api.md", "docs/scaling.md")
        for command in re.findall(r"python -m (?:bot|actions\.facts) [^`\n#]+", read(name))
    }
    return sorted(found)


@pytest.mark.parametrize("command", named_commands())
def test_every_command_that_is_named_is_there(command: str) -> None:
    module, *rest = command.replace("\\|", "|").removeprefix("python -m ").split()
    words = []
    for word in rest:
        # What is written in capitals or in brackets is to be filled in.
        if not re.fullmatch(r"[a-z][a-z-]*,?", word):
            break
        words.append(word.rstrip(","))
    if "|" in rest[: len(words) + 1]:
        # One of these is to be chosen.
        words.pop()
    text = helped(module, words)
    assert text is not None
    said = set(re.findall(r"[a-z-]+", text))
    assert [word for word in re.findall(r"(?<!\S)[a-z-]+", " ".join(rest)) if word not in said] == []


@pytest.mark.parametrize("name", OURS)
def test_every_target_of_make_that_is_named_is_there(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", read(name), re.MULTILINE)) <= targets


def test_the_readme_names_every_public_file() -> None:
    named = set(linked("README.md"))
    assert {*OURS, "publiccode.yml", "LICENSE", "NOTICE"} - {"README.md"} <= named


@pytest.mark.parametrize("name", [*OURS, "NOTICE", "publiccode.yml", "LICENSE"])
def test_nobody_is_made_up(name: str) -> None:
    assert set(re.findall(r"[\w.+-]+@[\w-]+\.[a-z.]*[a-z]", read(name))) <= {Settings().contact_email}


# publiccode.yml, by the rules of the standard 0.5: https://yml.publiccode.tools/schema.core.html

PUBLICCODE: dict[str, Any] = yaml.safe_load(read("publiccode.yml"))
MUST_HAVE = {
    "publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType", "description", "legal",
    "maintenance", "localisation",
}  # fmt: skip
MAY_HAVE = {
    "applicationSuite", "landingURL", "isBasedOn", "softwareVersion", "releaseDate", "logo", "categories", "usedBy",
    "fundedBy", "organisation", "roadmap", "intendedAudience", "dependsOn",
}  # fmt: skip
STATUSES = ("concept", "development", "beta", "stable", "obsolete")
TYPES = (
    "standalone/mobile", "standalone/iot", "standalone/desktop", "standalone/web", "standalone/backend",
    "standalone/other", "addon", "library", "configurationFiles",
)  # fmt: skip
CATEGORIES = {
    "communications", "content-management", "customer-service-and-support", "digital-citizenship",
    "feedback-and-reviews-management", "help-desk", "knowledge-management",
}  # fmt: skip
"""Of the standard's list those that come near."""
SCOPES = {"culture", "education", "foreign-affairs", "local-authorities", "society", "tourism"}
"""Likewise."""


def test_publiccode_has_the_keys_of_the_standard() -> None:
    assert set(PUBLICCODE) >= MUST_HAVE
    assert set(PUBLICCODE) <= MUST_HAVE | MAY_HAVE
    assert PUBLICCODE["publiccodeYmlVersion"] in ("0.5", "0.5.0")
    assert re.fullmatch(r"https://[\w.-]+/\S+", PUBLICCODE["url"])
    assert PUBLICCODE["platforms"]
    assert PUBLICCODE["developmentStatus"] in STATUSES
    assert PUBLICCODE["softwareType"] in TYPES
    assert set(PUBLICCODE["categories"]) <= CATEGORIES
    assert set(PUBLICCODE["intendedAudience"]["scope"]) <= SCOPES


@pytest.mark.parametrize("language", ["nl", "en"])
def test_publiccode_describes_it_in_both_languages(language: str) -> None:
    said = PUBLICCODE["description"][language]
    assert 1 <= len(said["shortDescription"]) <= 150
    assert "\n" not in said["shortDescription"]
    assert 500 <= len(said["longDescription"]) <= 10_000
    assert 5 <= len(said["features"]) <= 20
    assert len(said["features"]) == len(PUBLICCODE["description"]["nl"]["features"])
    for picture in said["screenshots"]:
        assert (ROOT / picture).exists()
        assert picture.endswith((".png", ".jpg"))


def test_publiccode_agrees_with_the_project() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    assert PUBLICCODE["legal"]["license"] == project["license"] == "EUPL-1.2"
    assert PUBLICCODE["localisation"] == {"localisationReady": True, "availableLanguages": ["nl", "en"]}
    assert (ROOT / PUBLICCODE["logo"]).suffix in (".svg", ".png")
    assert (ROOT / PUBLICCODE["logo"]).exists()
    for needed in PUBLICCODE["dependsOn"]["open"]:
        assert set(needed) <= {"name", "version", "versionMin", "versionMax", "optional"}
        assert all(isinstance(needed[key], str) for key in needed if key.startswith("version"))
    assert project["requires-python"].startswith(f">={PUBLICCODE['dependsOn']['open'][0]['version']}")


def test_publiccode_names_who_maintains_it_or_that_nobody_does() -> None:
    maintenance = PUBLICCODE["maintenance"]
    assert maintenance["type"] in ("internal", "contract", "community", "none")
    needed = {"contract": "contractors", "internal": "contacts", "community": "contacts"}.get(maintenance["type"])
    assert needed is None or all(one["name"] for one in maintenance[needed])
    # A placeholder is never mistaken for the truth.
    assert maintenance["type"] != "none" or read("publiccode.yml").count("# [municipality fills in]") >= 3


# The licence, what others made, and what changed


def test_the_licence_is_the_official_text() -> None:
    """Its words as in the licence list of SPDX, which has the official English text."""
    words = re.findall(r"\w+", read("LICENSE"))
    assert len(words) == 2239
    digest = hashlib.sha256(" ".join(words).encode()).hexdigest()
    assert digest == "8a14e695861d7e6dc2158614896f2b9963941d46e4ed3c986639b51e9337294a"


def test_the_notice_names_every_package_with_its_licence() -> None:
    project = tomllib.loads(read("pyproject.toml"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {re.split(r"[\[<>=,; ]", package)[0].lower() for package in wanted} - {"tensorflow-standin"}
    listed = dict(re.findall(r"^([a-z0-9-]+) +([A-Z]\S+)", read("NOTICE"), re.MULTILINE))
    assert sorted(names - set(listed)) == []
    # A package that is no longer used is no longer named.
    assert sorted(set(listed) - names) == []


def test_the_notice_names_every_package_of_the_copied_styles() -> None:
    copied = "".join(read(f"bot/web/static/vendor/{name}.css") for name in ("components", "voorbeeld-theme"))
    for package, version in re.findall(r"/\* (@[\w/-]+)@([\d.]+) \*/", copied):
        assert f"{package} {version}" in read("NOTICE")


def test_no_font_is_shipped_or_fetched() -> None:
    """As the notice says."""
    files = [path for folder in ("bot", "deploy") for path in (ROOT / folder).rglob("*")]
    assert [path for path in files if path.suffix in (".woff", ".woff2", ".ttf", ".otf")] == []
    sheets = [path for path in files if path.suffix == ".css"]
    assert [path for path in sheets if re.search(r"@font-face|@import|url\(.?https?:", path.read_text("utf-8"))] == []


def test_the_changelog_keeps_its_form() -> None:
    text = read("CHANGELOG.md")
    versions = headings(text, 2)
    assert versions[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}", version) for version in versions[1:])
    assert set(headings(text, 3)) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


# What each page has to hold


@pytest.mark.parametrize(
    ("name", "dutch", "english"),
    [
        ("docs/privacy.md", "Privacyverklaring voor bezoekers", "Privacy statement for visitors"),
        ("docs/accessibility.md", "Toegankelijkheidsverklaring", "Accessibility statement"),
    ],
)
def test_what_citizens_read_says_the_same_in_both_languages(name: str, dutch: str, english: str) -> None:
    nl, en = part(read(name), dutch), part(read(name), english)
    assert len(headings(nl, 3)) == len(headings(en, 3)) > 8
    assert nl.count(MARKS["nl"]) == en.count(MARKS["en"]) > 3
    assert MARKS["en"] not in nl
    assert MARKS["nl"] not in en
    for shape in (r"^- ", r"`[^`]+`"):
        there, here = re.findall(shape, nl, re.MULTILINE), re.findall(shape, en, re.MULTILINE)
        assert [each.replace("/nl/", "/en/") for each in there] == here
    for one, other in zip(re.split(r"^### .+$", nl, flags=re.M), re.split(r"^### .+$", en, flags=re.M), strict=True):
        assert re.findall(r"\d+(?:\.\d+)*", one) == re.findall(r"\d+(?:\.\d+)*", other)


def test_the_record_of_processing_has_the_same_rows_in_both_languages() -> None:
    nl, en = part(read("docs/privacy.md"), "Verwerkingsregister"), part(read("docs/privacy.md"), "Record of processing")
    assert nl.count("\n| ") == en.count("\n| ") == 11
    assert nl.count(MARKS["nl"]) == en.count(MARKS["en"])


FIELDS = {
    "name": 100, "description_short": 350, "organization": 100, "category": None, "status": None, "begin_date": None,
    "end_date": None, "contact_email": None, "website": None, "publication_category": None, "url": None, "goal": 2500,
    "proportionality": 2500, "human_intervention": 2500, "risks": 2500, "lawful_basis": 2500,
    "lawful_basis_grouping": None, "process_index_url": None, "impacttoetsen_grouping": None, "impacttoetsen": 2500,
    "source_data": 2500, "source_data_grouping": None, "methods_and_models": 5000, "provider": None,
    "publiccode": None, "lang": None, "standard_version": None, "source_id": None, "tags": 2500,
}  # fmt: skip
"""The fields of the register's publication standard 1.0, with the most characters of those that hold running text."""


def entry() -> dict[str, str]:
    text = prose(read("docs/algoritmeregister.md")).partition("\n## English summary")[0]
    found = re.findall(r"^### [^\n]+ \(`(\w+)`\)\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    return {field: value.strip() for field, value in found}


def test_the_entry_for_the_algorithm_register_has_every_field() -> None:
    assert list(entry()) == list(FIELDS)
    for field, value in entry().items():
        assert value, field
        assert len(value) <= (FIELDS[field] or len(value)), field


def test_the_entry_for_the_algorithm_register_has_values_that_the_standard_allows() -> None:
    first = {field: value.split("\n\n")[0] for field, value in entry().items()}
    assert first["category"] == "Internationaal"
    assert first["status"] in ("In ontwikkeling", "In gebruik", "Buiten gebruik")
    assert first["publication_category"] in ("Hoog-risico AI-systeem", "Impactvolle algoritmes", "Overige algoritmes")
    assert first["contact_email"] == Settings().contact_email
    assert (first["lang"], first["standard_version"]) == ("nld", "1.0")


def test_the_input_for_a_dpia_has_the_seventeen_points() -> None:
    text = read("docs/dpia-input.md")
    assert [heading[:2] for heading in headings(text, 2)[:4]] == ["A.", "B.", "C.", "D."]
    assert [int(heading.partition(".")[0]) for heading in headings(text, 3)] == list(range(1, 18))
    legal_basis = text.partition("### 11. Rechtsgrond\n\n")[2].partition("\n\n")[0]
    assert legal_basis == f"{MARKS['nl']}."


@pytest.mark.parametrize("name", ["docs/ai-act.md", "docs/algoritmeregister.md", "docs/dpia-input.md"])
def test_a_dutch_page_ends_with_an_english_summary(name: str) -> None:
    assert headings(read(name), 2)[-1] == "English summary"
    assert len(part(read(name), "English summary").split()) > 80
    assert read(name).count(MARKS["nl"]) > 3


def test_every_area_of_the_ai_act_is_weighed() -> None:
    rows = re.findall(r"^\| (\d) ", part(read("docs/ai-act.md"), "Geen hoog risico"), re.MULTILINE)
    assert rows == list("12345678")
    paragraphs = re.findall(r"^\| (\d) ", part(read("docs/ai-act.md"), "Artikel 50: doorzichtigheid"), re.MULTILINE)
    assert paragraphs == list("12345")


# What the pages claim of the code


def test_every_table_with_what_visitors_or_staff_did_is_described() -> None:
    table = part(read("docs/privacy.md"), "Wat staat waar / What is stored where")
    described = set(re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\| (.+?) \|", table, re.MULTILINE))))
    assert described - {"turns_fts"} == {*Base.metadata.tables, EVENTS.name}


@pytest.mark.parametrize("name", ["docs/privacy.md", "docs/dpia-input.md", "docs/algoritmeregister.md"])
def test_the_days_are_those_of_the_settings(name: str) -> None:
    days = set(re.findall(r"(\d+) (?:dagen|days)", read(name)))
    assert days <= {str(Settings().retention_days)}
    assert str(Settings().retention_days) in read(name)


@pytest.mark.parametrize(
    ("page", "heading"),
    [
        ("docs/privacy.md", "Privacyverklaring voor bezoekers"),
        ("docs/privacy.md", "Privacy statement for visitors"),
        ("docs/dpia-input.md", "A. Beschrijving van de gegevensverwerkingen"),
    ],
)
def test_every_kind_of_data_that_is_masked_is_named_and_no_other(page: str, heading: str) -> None:
    words = {
        "e-mail": r"e-?mailadres|email address",
        "IBAN": "IBAN",
        "card": "betaalkaart|payment card",
        "tel": "telefoonnummer|telephone number",
        "BSN": "BSN",
        "address": "postcodes? met (een )?huisnummer|postcodes with a house number",
    }
    assert set(words) == {kind for kind, _ in STEPS}
    for pattern in words.values():
        assert re.search(pattern, part(read(page), heading)), pattern


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_links_at_the_foot_of_every_page_lead_to_the_statements(language: str) -> None:
    foot = read("bot/web/templates/base.html").partition("<footer")[2]
    sections = {section["id"]: section for section in web_texts(language)["reading"]["about"]["sections"]}
    for section in ("privacy", "accessibility"):
        assert f'href="/{{{{ language }}}}/about#{section}"' in foot
        assert f"/{language}/about#{section}" in read(f"docs/{section}.md")
        assert sections[section]["parts"]


@pytest.mark.parametrize(("language", "word"), [("nl", "computerprogramma"), ("en", "computer program")])
def test_visitors_are_told_that_it_is_a_computer_program(language: str, word: str) -> None:
    """Before the first question: with and without JavaScript and in the widget, and when they ask."""
    assert word in web_texts(language)["notice"]
    assert word in yaml.safe_load(read(f"data/responses/{language}.yml"))["bot_challenge"]
    assert '<p>{{ t.notice }} <a class="nl-link"' in read("bot/web/templates/chat.html")
    assert "linked(`${texts.notice} " in read("bot/web/static/chat.js")
    assert '"aria-describedby": "notice"' in read("bot/web/static/widget.js")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_status_of_accessibility_is_the_one_on_the_page(language: str) -> None:
    heading, status = {
        "nl": ("Toegankelijkheidsverklaring", r"status C|C: eerste maatregelen genomen"),
        "en": ("Accessibility statement", r"status C|C: first measures taken"),
    }[language]
    assert re.search(status, part(read("docs/accessibility.md"), heading))
    assert re.search(status, str(web_texts(language)["reading"]["about"]))


def test_nothing_claims_an_audit() -> None:
    """What was not done is said not to have been done."""
    assert "Er is geen onderzoek volgens WCAG-EM gedaan" in read("docs/accessibility.md")
    assert "There has been no audit by WCAG-EM" in read("docs/accessibility.md")
    assert "Er is nog geen impacttoets gedaan" in read("docs/algoritmeregister.md")
    assert "Dit is geen DPIA" in read("docs/dpia-input.md")


def web_texts(language: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path(ROOT / "bot" / "web" / "texts" / f"{language}.yml").read_text("utf-8"))
    return found
