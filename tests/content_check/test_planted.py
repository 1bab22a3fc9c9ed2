"""Each mistake that is planted in the small project is found: that one, on its line, and nothing else."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.content_check.conftest import SmallProject

SOURCES, TERMS = "data/facts/sources.yml", "data/facts/terms.yml"
MUNSTER, VISIT = "data/facts/subjects/munster.yml", "data/facts/subjects/visit.yml"
TIES, THEMES = "data/facts/partnerships.yml", "data/facts/cooperations.yml"
NL, EN = "data/nlu/nl/steden.yml", "data/nlu/en/cities.yml"
SAYS_NL, SAYS_EN = "data/responses/nl.yml", "data/responses/en.yml"
TUNING, LABELS = "tests/questions/tuning.jsonl", "tests/questions/labels.jsonl"
TIE = "- {city: munster, kind: partner_city, since: 2021, status: current, source: [page], evidence: page/ties/1}\n"
MONEY = "\n- intent: unknown/money\n  examples: |\n    - {}\n    - {}\n"
TOPICS_NL = """- intent: topics/munster
  examples: |
    - Wat doen Enschede en Münster samen?
    - onderwerpen van de samenwerking met Münster

"""
TOPICS_EN = """- intent: topics/munster
  examples: |
    - What do Enschede and Münster do together?
    - themes of the work with Münster

"""
SAFETY = ('{"id": "t-3", "lang": "en", "kind": "answer", "turns": [{"user": "do the two of them do anything about '
          'keeping people out of harm", "all": ["safety"], "any": [], "none": [], "decline": false}]}\n')  # fmt: skip
SINCE_NL = "Münster is sinds 2021 een officiële partnerstad van Enschede."
SINCE_EN = "Münster has been an official partner city of Enschede since 2021."
STORY = "    - Vertel eens over het bezoek van de adviseur die twee maanden bleef en daarna weer naar huis ging\n"
HISTORY = """
    history:
      - {until: "2020", nl: Er was geen band., en: There was no tie., source: page, evidence: page/ties/1}
      - {until: "2021", nl: Er was een band., en: There was a tie., source: page, evidence: page/ties/1}"""


class Mistake(NamedTuple):
    name: str
    edits: list[tuple[str, str, str]]
    file: str
    line: int
    key: str
    severity: str = "error"


def one(name: str, file: str, old: str, new: str, line: int, key: str, severity: str = "error") -> Mistake:
    """A mistake that is found where it is made."""
    return Mistake(name, [(file, old, new)], file, line, key, severity)


MISTAKES = [
    # form
    one("no English question", MUNSTER, ', en: "Where is Münster?"', "", 15, "missing"),
    one("empty text", MUNSTER, f"en: {SINCE_EN}", 'en: ""', 10, "empty"),
    one("year in quotes", MUNSTER, "year: 2021", "year: '2021'", 11, "kind"),
    one("unknown kind", MUNSTER, "kind: city", "kind: town", 1, "choice"),
    one("no date", SOURCES, 'as_of: "2026-11"', 'as_of: "11-2026"', 4, "no_date"),
    one("typing error in a key", MUNSTER, "    mentions:", "    mentoins:", 20, "unknown_key"),
    one("capital in an id", TERMS, "safety: {", "Safety: {", 3, "no_slug"),
    one("subject in two files", TERMS, "", "visit: {kind: event, name: {nl: bezoek, en: visit}}\n", 4, "subject_twice"),
    one("place that nothing fills", MUNSTER, "samen aan {items}", "samen aan {item}", 23, "unknown_place"),
    one("quote that is not closed", VISIT, '"Wat was het bezoek?"', '"Wat was het bezoek?', 5, "no_yaml"),
    one("oldest text first", MUNSTER, "    evidence: page/ties/1", f"    evidence: page/ties/1{HISTORY}", 14, "history_order"),
    # between facts
    one("unknown subject", MUNSTER, "mentions: [germany]", "mentions: [austria]", 20, "no_subject"),
    one("unknown theme in a row", THEMES, "themes: [safety]", "themes: [fun]", 1, "no_subject"),
    one("unknown source", VISIT, "source: report", "source: rumour", 9, "unknown_source"),
    one("no source", VISIT, "source: report", "source: []", 9, "no_source"),
    one("no evidence", VISIT, "evidence: report/visits/1", "evidence: []", 10, "no_evidence"),
    one("unknown heading", VISIT, "report/visits/1", "report/trips/1", 10, "no_heading"),
    one("unknown paragraph", VISIT, "report/visits/1", "report/visits/2", 10, "no_paragraph"),
    one("evidence in another source", VISIT, "report/visits/1", "page/ties/1", 10, "evidence_elsewhere"),
    one("row twice", TIES, "", TIE, 2, "row_twice"),
    one("list of nobody", MUNSTER, "{relation: cooperation, of: munster}", "{relation: cooperation}", 25, "computed_of"),
    # both languages
    one("other year", MUNSTER, SINCE_EN, SINCE_EN.replace("2021", "2012"), 9, "numbers_differ"),
    one("other year in a title", SOURCES, "The report on 2017", "The report on 2018", 12, "numbers_differ"),
    one("other number in words", VISIT, "two months", "three months", 7, "number_words_differ"),
    one("other month", VISIT, "In July 2017", "In June 2017", 7, "dates_differ"),
    one("other e-mail address", MUNSTER, "Email munster@enschede.nl", "Email muenster@enschede.nl", 16, "addresses_differ"),
    one("other web address", MUNSTER, "look at www.enschede.nl", "look at www.enschede.eu", 17, "addresses_differ"),
    one("name misspelled", VISIT, "consultant Chloe Conghui", "consultant Chloe Conghi", 7, "names_differ"),
    one("country in Dutch only", MUNSTER, "Münster is in Germany.", "Münster is abroad.", 16, "named_in_dutch_only"),
    one("list in Dutch only", MUNSTER, "work together on {items}", "work together on safety", 23, "places_differ"),
    # keeping
    one("nobody keeps it", SOURCES, '  url: https://www.example.org/page\n  owner: Internationale samenwerking\n', "", 1, "no_owner"),
    one("a person keeps it", SOURCES, 'page\n  owner: Internationale samenwerking', 'page\n  owner: someone@enschede.nl', 7, "owner_is_no_department"),
    one("no day of review", SOURCES, '  review_by: "2027-11"\n  headings:\n    ties', "  headings:\n    ties", 1, "no_review_by"),
    one("review overdue", SOURCES, '"2027-11"\n  headings:\n    ties', '"2026-10"\n  headings:\n    ties', 8, "overdue", "warning"),
    one("review of one fact overdue", VISIT, "    source: report", '    review_by: "2026-11-25"\n    source: report', 9, "overdue", "warning"),
    one("date to come", SOURCES, 'as_of: "2026-11"', 'as_of: "2027-05"', 4, "in_future"),
    one("source of nothing", SOURCES, "", 'third:\n  title: {nl: Derde, en: Third}\n  language: nl\n  as_of: "2026"\n  dated: published\n  owner: Archief\n  review_by: "2027"\n  headings: {all: {title: All, paragraphs: 1}}\n', 20, "unused_source", "warning"),
    # names
    one("alias of another subject", MUNSTER, "[Muenster]", "[Muenster, Duitsland]", 5, "alias_clash"),
    one("alias that differs in accents", TERMS, "nl: [Duitse]", "nl: [Duitse, Munster]", 1, "alias_clash"),
    one("alias twice", MUNSTER, "[Muenster]", "[Muenster, Muenster]", 5, "alias_twice", "warning"),
    one("common word as alias", MUNSTER, "[Muenster]", "[Muenster, town]", 5, "alias_is_common_word"),
    # plain language
    one("long sentence", MUNSTER, SINCE_NL, "Münster is al sinds het jaar 2021 een officiële partnerstad van onze eigen mooie stad Enschede in het oosten van het land.", 9, "long_sentence", "warning"),
    one("passive in Dutch", MUNSTER, SINCE_NL, "Münster werd in 2021 officieel benoemd tot partnerstad van Enschede.", 9, "passive_nl", "warning"),
    one("passive in English", MUNSTER, SINCE_EN, "Münster was officially made a partner city of Enschede in 2021.", 10, "passive_en", "warning"),
    one("hard word in Dutch", MUNSTER, "De steden werken samen", "Tevens werken de steden samen", 23, "hard_word", "warning"),
    one("hard word in English", MUNSTER, "The cities work together", "Moreover, the cities work together", 24, "hard_word", "warning"),
    one("too familiar", MUNSTER, "Vragen? Mail", "Heb je vragen? Mail", 16, "informal_nl"),
    one("too familiar in a response", SAYS_NL, "kan ik u mee", "kan ik je mee", 1, "informal_nl"),
    one("question too long for a button", MUNSTER, "Sinds wanneer is Münster een partnerstad?", "Kunt u mij misschien vertellen sinds wanneer Münster nu eigenlijk een partnerstad is?", 8, "long_question"),
    # responses
    Mistake("response in Dutch only", [(SAYS_EN, 'contact: "Email your question to {contact}."\n', "")], SAYS_NL, 2, "only_in_nl"),
    one("response with another place", SAYS_EN, "to {contact}.", "to {address}.", 2, "response_places"),
    # examples
    one("example without hyphen", NL, "    - Waar vind ik Münster op de kaart", "    - Waar ligt Münster op de kaart\n    Waar vind ik Münster", 12, "no_example"),
    one("example with an entity", NL, "ligt Münster?", "ligt [Münster](city)?", 10, "markup"),
    Mistake("no English examples", [(EN, MONEY.format("What does the cooperation cost?", "how much money goes to Münster"), "")], NL, 25, "no_examples_en"),
    one("one Dutch example", NL, "    - hoeveel geld gaat er naar Münster\n", "", 25, "few_examples_nl", "warning"),
    Mistake("many more English examples", [(EN, "", "".join(f"    - what is the price of {thing}\n" for thing in ("it", "a trip", "the work", "all that", "meeting")))], NL, 25, "lopsided_nl", "warning"),
    one("example under two intents", NL, "    - Wat kost de samenwerking?", "    - wat kost de samenwerking\n    - in welk land ligt munster\n    - In welk land ligt Münster", 27, "same_example_elsewhere"),
    one("example twice", NL, "    - Wat kost de samenwerking?", "    - Wat kost de samenwerking?\n    - wat kost de samenwerking", 26, "same_example", "warning"),
    one("story copied", NL, STORY, STORY + STORY.replace("adviseur", "adviseurs"), 22, "near_example", "warning"),
    one("story copied to another intent", NL, "    - Wat kost de samenwerking?\n", "    - Wat kost de samenwerking?\n" + STORY.replace("adviseur", "adviseurs"), 26, "near_example_elsewhere", "warning"),
    one("test question trained", NL, "    - vanaf welk jaar hoort Münster erbij", "    - Sinds welk jaartal heeft Enschede iets officieels met de stad Munster?\n    - vanaf welk jaar hoort Münster erbij", 6, "held_out"),
    # questions and statements
    one("broken test question", TUNING, "", "{nothing\n", 5, "no_json"),
    Mistake("intent without a statement", [(NL, "", MONEY.format("nog steeds partners?", "hoe staat het ermee").replace("unknown/money", "status/munster")), (EN, "", MONEY.format("still partners?", "how is it going").replace("unknown/money", "status/munster"))], EN, 30, "intent_without_statement"),
    one("label without a statement", LABELS, "since/munster", "since/linkoping", 1, "label_without_statement"),
    one("expected fact that is not there", TUNING, '"all": ["2021"]', '"facts": ["munster.status"], "all": ["2021"]', 1, "fact_without_statement"),
    one("question that nothing answers", TUNING, '"all": ["2021"]', '"all": ["1999"]', 1, "question_without_answer", "warning"),
    Mistake("statement without examples", [(NL, TOPICS_NL, ""), (EN, TOPICS_EN, "")], MUNSTER, 21, "no_example_asks", "warning"),
    Mistake("statement without a test question", [(TUNING, SAFETY, "")], MUNSTER, 21, "no_test_asks", "warning"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.name for mistake in MISTAKES])
def test_a_planted_mistake_is_found(project: SmallProject, mistake: Mistake) -> None:
    for edit in mistake.edits:
        project.replace(*edit)
    assert project.found() == [(mistake.file, mistake.line, mistake.severity, mistake.key)]


def test_without_a_mistake_nothing_is_found(project: SmallProject) -> None:
    assert project.found() == []
