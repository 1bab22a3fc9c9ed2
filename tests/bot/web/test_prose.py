"""Plain text in the parts that a page needs."""

import pytest

from bot.web.prose import Block, Piece, blocks, pieces


def test_lines_become_paragraphs_and_bullets_a_list() -> None:
    assert blocks("Er zijn er 2:\n• Münster\n• Palo Alto\nDat is alles.") == (
        Block("paragraph", ((Piece("Er zijn er 2:"),),)),
        Block("list", ((Piece("Münster"),), (Piece("Palo Alto"),))),
        Block("paragraph", ((Piece("Dat is alles."),),)),
    )


@pytest.mark.parametrize("text", ["", "\n\n", "  \n "])
def test_nothing_becomes_no_part(text: str) -> None:
    assert blocks(text) == ()


LINKS = [
    ("Mail naar info-internationaal@enschede.nl.", "info-internationaal@enschede.nl", "mailto:info-internationaal@enschede.nl"),
    ("Kijk op www.enschede.nl.", "www.enschede.nl", "https://www.enschede.nl"),
    ("Zie https://voorbeeld.example/a?b=1.", "https://voorbeeld.example/a?b=1", "https://voorbeeld.example/a?b=1"),
    ("(https://voorbeeld.example/a/)", "https://voorbeeld.example/a/", "https://voorbeeld.example/a/"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "text", "href"), LINKS)
def test_addresses_become_links_without_the_mark_behind_them(line: str, text: str, href: str) -> None:
    assert [piece for piece in pieces(line) if piece.href] == [Piece(text, href)]
    assert "".join(piece.text for piece in pieces(line)) == line


@pytest.mark.parametrize(
    "line", ["javascript:alert(1)", "http://voorbeeld.example", "data:text/html,x", "a@b", "<a href=x>"]
)
def test_nothing_else_becomes_a_link(line: str) -> None:
    assert pieces(line) == (Piece(line),)
