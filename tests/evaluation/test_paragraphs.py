from tests.evaluation.paragraphs import paragraphs

TEXT = """A title

The first paragraph,
in two lines.

Cities that take part:

 • Hengelo
 • Almelo

The city has:

• A brook
 • Lamps

Another title

A last one!
"""


def test_paragraphs_stand_between_blank_lines_with_their_title() -> None:
    assert paragraphs(TEXT)[0] == "A title\nThe first paragraph,\nin two lines."


def test_the_bullets_of_a_list_belong_to_what_introduces_it() -> None:
    assert paragraphs(TEXT)[1:3] == ["Cities that take part:\n• Hengelo\n• Almelo", "The city has:\n• A brook\n• Lamps"]


def test_a_line_with_closing_punctuation_is_no_title() -> None:
    assert paragraphs(TEXT)[3:] == ["Another title\nA last one!"]


def test_a_title_with_nothing_under_it_is_kept() -> None:
    assert paragraphs("First.\n\nA title") == ["First.", "A title"]
    assert paragraphs("") == []
