"""How far a source can be relied on: four classes, by where a text was published and by whom.

The class of a source stands in ``sources.csv``; what is worked out here is the rule in short, offered for a
new source and compared with what stands there. The rule in words is the description of the column.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

CLASSES = ("official", "official_copy", "press", "weak")
"""From the most reliable to the least."""
OFFICIAL_KINDS = ("joint_statement", "official_readout", "official_reference", "treaty_page")

# Domains that only governments, parliaments, courts, forces and international organisations have.
_OFFICIAL_HOST = re.compile(
    r"(^|\.)((go|lg)\.(jp|kr|id|th)|gov|mil|int|govt\.nz|gov\.[a-z]{2}|gouv\.fr|gc\.ca|canada\.ca|parliament\.uk"
    r"|europa\.eu|auswaertiges-amt\.de|bundesregierung\.de|bmvg\.de|mid\.ru|kremlin\.ru|camera\.it|esteri\.it|um\.fi|usembassy-china\.org\.cn"
    r"|un\.org|ambafrance-jp\.org|vie-publique\.fr|russia-emb\.jp|vnembassy-jp\.org)$"
)
# Words in the name of a publisher, and places, that tell of a text at second hand.
_SECOND_HAND = re.compile(
    r"\bcop(y|ied)\b|quoted on|\bblog|\bboard\b|wikipedia|machine|mirror|repost|republish|reprint|aggregat"
    r"|summary|summaries|personal page|mailing.list|bookmark|diary|unofficial",
    re.IGNORECASE,
)
_WEAK_HOST = re.compile(
    r"(^|\.)(5ch\.net|2ch\.net|2nn\.jp|hatena\.ne\.jp|hatenadiary\.jp|ameblo\.jp|exblog\.jp|note\.com|blogspot\.com"
    r"|wordpress\.com|wikipedia\.org|wikiwand\.com|wikimili\.com|wikizero\.net|cocolog-nifty\.com|way-nifty\.com"
    r"|rssing\.com|pages\.dev|github\.io|blog\.goo\.ne\.jp|[0-9.]+)$"
)


def suggested_class(kind: str, publisher: str, url: str) -> str:
    """The reliability class that the rule gives a source.

    Parameters
    ----------
    kind, publisher, url
        As in ``sources.csv``.

    Returns
    -------
    str
        ``official``: on the issuer's own site, or on one of another government or organisation that
        vouches for it. ``official_copy``: an official text that somebody else reproduces, such as a
        database, an archive or a newspaper. ``press``: what a news organisation or a research body
        publishes under its name. ``weak``: copies of news, aggregators, encyclopaedias, blogs, boards,
        machine translations.
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    second_hand = _SECOND_HAND.search(publisher) is not None
    if _WEAK_HOST.search(host):
        return "weak"
    if kind in OFFICIAL_KINDS:
        own = _OFFICIAL_HOST.search(host) and not second_hand
        return "official" if own else "official_copy"
    return "weak" if second_hand else "press"
