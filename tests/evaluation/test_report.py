import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.evaluation.curve import Point
from tests.evaluation.measurements import machine
from tests.evaluation.pictures import draw_bars, draw_confusions, draw_curve
from tests.evaluation.report import confused_heads, share, table


def test_a_share_has_its_counts_and_nothing_asked_is_a_dash() -> None:
    assert share([2, 3]) == "66.7 % (2/3)"
    assert share([0, 0]) == share(None) == "–"


def test_a_table_aligns_figures_right() -> None:
    assert table(["", "n"], [["a", 1]]) == "|  | n |\n| --- | ---: |\n| a | 1 |"


def test_the_square_of_confusions_shows_shares_of_what_was_asked() -> None:
    held = {
        "confused_heads": [("since", "about", 1), ("about", "unknown", 2)],
        "heads": {"since": 4, "about": 10, "since2": 9},
    }
    names, shares = confused_heads(held)
    assert names == ["about", "unknown", "since"]
    assert shares == [[0.8, 0.2, 0.0], [0.0, 0.0, 0.0], [0.25, 0.0, 0.75]]


def test_the_machine_is_named_by_its_kind_alone(tmp_path: Path) -> None:
    release = tmp_path / "os-release"
    release.write_text('NAME="Debian GNU/Linux"\nVERSION_ID="12"\n', encoding="utf-8")
    assert machine(release).split(" cores, ")[1] == "Debian 12"


@pytest.mark.parametrize("picture", ["curve", "bars", "confusions"])
def test_a_picture_is_svg_with_its_text_as_text(picture: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.svg"
    if picture == "curve":
        draw_curve([Point(0.9, 1, 0, 4), Point(0.5, 3, 1, 4)], [Point(0.5, 3, 1, 4)], path)
        expected = "Coverage: questions answered (%)"
    elif picture == "bars":
        draw_bars(["Site search"], [0.5], "Questions answered right (%)", path)
        expected = "Site search"
    else:
        draw_confusions(["since", "about"], [[1.0, 0.0], [0.2, 0.8]], path)
        expected = "since"
    texts = [element.text for element in ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")]
    assert expected in texts
