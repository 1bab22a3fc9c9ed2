"""Words, in both languages, of which messages consist that ask little by themselves."""

TELLING = frozenset(
    """
    tell vertel me mij more meer one number nummer nr doe graag please aub svp wat iets about over uitgebreider
    uitleg leg uit explain elaborate
    """.split()
)
"""Asking to be told about an item."""
WHEN_WORDS = frozenset(
    """
    sinds wanneer wnr since when hoelang lang hoe long how welk jaar which what year vanaf was were is are did that
    dat dit it this het on you they loopt liep begon begonnen start started begin gebeurde happen happened al
    already precies exactly gebeurd
    """.split()
)
"""Asking when, and nothing else; the other sets likewise."""
WHY_WORDS = frozenset(
    """
    waarom why hoezo how come waarvoor reden reason the de
    """.split()
)
WHERE_WORDS = frozenset(
    """
    waar where ligt liggen is it dat that dan located lie die
    """.split()
)
WHO_WORDS = frozenset(
    """
    wie who precies exactly
    """.split()
)
IN_WORDS = frozenset(
    """
    wie zit zitten er erin daarin daar in allemaal doet doen mee aan who all is are it takes take part sits sit else
    nog meer there
    """.split()
)
PAID_WORDS = frozenset(
    """
    wie heeft hebben betaalt betaalde betaald financiert dat het dit er eigenlijk who pays paid for it that this 4
    funds funded financed has
    """.split()
)
BARE_NAME = frozenset(
    """
    de het een the a an wat is zijn what are s about over info informatie information vertel tell me mij eens
    """.split()
)
"""Beside a name: the name alone is meant."""
WHICH = frozenset(
    """
    welke welk van die daarvan hen ze zijn is liggen ligt in alleen of and en which one ones them em those these are
    only just stad steden city cities
    """.split()
)
"""Beside a country: those of the last list that lie there."""
COUNT_WORDS = frozenset(
    """
    hoeveel how many zijn dat er are there is it of them van
    """.split()
)
PASSED_OVER = frozenset(
    """
    en and dan then maar but dat that precies exactly ook also
    """.split()
)
"""Of no account beside a question word."""
