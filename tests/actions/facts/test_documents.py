"""The facts as documents: nothing is lost on the way there and back."""

import json

import pytest

from actions.facts.content import Content
from actions.facts.documents import get, of_content, put, to_content
from actions.facts.schema import FactsError


def test_documents_hold_all_that_the_facts_hold(content: Content) -> None:
    stored = json.loads(json.dumps(of_content(content)))
    assert to_content(stored, content.digest) == content


def test_a_mistake_in_a_document_is_found_as_in_the_folder(content: Content) -> None:
    documents = of_content(content)
    wrong = {**documents["statements"]["munster.since"], "nl": "Sinds 2020."}
    with pytest.raises(FactsError, match="numbers differ"):
        to_content(put(documents, "statements/munster.since", wrong))
    with pytest.raises(FactsError, match="'nowhere' is no source"):
        to_content(put(documents, "statements/munster.since", {**wrong, "source": ["nowhere"]}))
    with pytest.raises(FactsError, match="ghent: there are statements"):
        to_content(put(documents, "statements/ghent.since", wrong))


def test_what_is_taken_away_is_gone_and_the_rest_stays(content: Content) -> None:
    documents = of_content(content)
    fewer = put(documents, "statements/munster.since", None)
    assert get(fewer, "statements/munster.since") is None
    assert len(to_content(fewer).statements) == len(content.statements) - 1
    assert get(documents, "statements/munster.since") is not None
