"""How far a source can be relied on: four classes, by where a text was published and by whom.

The class of a source stands in ``sources.csv``; what is worked out here is the rule in short, offered for a
new source and, by the audit, compared with what stands there. The rule in words is the description of the
column. Who speaks in a source, so that a copy does not count as a second voice, is told by :func:`origin`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

CLASSES = ("official", "official_copy", "press", "weak")
"""From the most reliable to the least."""
OFFICIAL_KINDS = ("joint_statement", "official_readout", "official_reference", "treaty_page")

# Domains that only governments, parliaments, courts, forces and international organisations have.
_OFFICIAL_HOST = re.compile(
    r"(^|\.)((go|lg)\.(jp|kr|id|th)|gov|mil|int|govt\.nz|gov\.[a-z]{2}|gouv\.fr|gc\.ca|canada\.ca|parliament\.uk"
    r"|europa\.eu|auswaertiges-amt\.de|diplo\.de|bundesregierung\.de|bundeskanzler\.de|bmvg\.de|defensie\.nl|mid\.ru"
    r"|kremlin\.ru|camera\.it|esteri\.it|governo\.it|um\.fi|usembassy-china\.org\.cn"
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


# --- who speaks -------------------------------------------------------------------------------

# Voice -> how publishers write it. The first that fits counts, so agencies come before the papers and
# broadcasters that print them.
_PRESS = {
    "Kyodo": r"Kyodo",
    "Jiji Press": r"Jiji",
    "Reuters": r"Reuters",
    "Agence France-Presse": r"AFP|Agence France-Presse",
    "Associated Press": r"AP|Associated Press",
    "Xinhua": r"Xinhua",
    "China News Service": r"China News",
    "Yonhap": r"Yonhap",
    "Press Trust of India": r"PTI",
    "Indo-Asian News Service": r"IANS",
    "Asian News International": r"ANI",
    "Philippine News Agency": r"Philippines? News Agency",
    "Kuwait News Agency": r"KUNA|Kuwait News Agency",
    "FNN": r"FNN",
    "The Yomiuri Shimbun": r"Yomiuri|The Japan News",
    "The Mainichi": r"Mainichi",
    "TV Asahi": r"TV Asahi|ANN",
    "The Asahi Shimbun": r"Asahi",
    "Sankei Shimbun": r"Sankei(Biz)?|Zakzak",
    "Nikkei": r"Nikkei",
    "NHK": r"NHK",
    "Nippon TV": r"Nippon TV|NTV",
    "The Japan Times": r"Japan Times",
    "Vietnam News Agency": r"Vietnam News Agency|VNA|VietnamPlus|Viet Nam News",
    "The Sydney Morning Herald": r"Sydney Morning Herald",
    "JoongAng Ilbo": r"JoongAng",
    "The Epoch Times": r"Epoch Times",
    "Boei Nippo": r"Boei Nippo|boueinews",
    "Wikipedia": r"Wikipedia|Wikiwand",
    "Japan Media Highlights": r"Japan Media Highlights",
    "Government of Japan": r"The World and Japan|J-Defense",  # reproduce its texts
}
_PUBLIC_BODY = (
    r"minist(er|ers|ry|erial)|governments?|embassy|parliament|house of|national assembly|chamber of deputies"
    r"|supreme court|department|cabinet|presidential|prime minister|federal (register|foreign office)"
    r"|national archives|(digital|defen[cs]e|security cooperation|information) agency"
    r"|information (bureau|service)|command|air force|official (web)?site|office of"
    r"|european (union|commission|external action)"
    r"|commission text|council of the european|white house|usis|dod|american forces press"
    r"|pm transcripts|institute for defense studies|foreign and commonwealth office|mofa|jetro"
    r"|lok sabha|journal officiel|vie-publique|nato|united nations"
)
_COUNTRIES = {
    "Japan": r"Japan('s|ese)?|MOFA|JETRO|National Institute for Defense Studies"
    r"|Ministry of Economy, Trade and Industry|Motegi|Kishida|Kono|Kihara",
    "the United States": r"U\.?S\.?|United States|State Department|White House|USIS|DoD|American Forces Press"
    r"|Defense Security Cooperation Agency",
    "the United Kingdom": r"UK|British|United Kingdom|House of Commons Library",
    "Australia": r"Australian?|Department of Foreign Affairs and Trade",
    "France": r"France|French|Journal officiel|Vie-publique",
    "Germany": r"Germany?",
    "Italy": r"Ital(y|ian)",
    "Russia": r"Russian?( Federation)?",
    "India": r"Indian?|Lok Sabha",
    "Indonesia": r"Indonesian?",
    "the Philippines": r"Philippines?",
    "the Republic of Korea": r"Republic of Korea|South Korean?",
    "Canada": r"Canad(a|ian)",
    "Brazil": r"Brazil(ian)?",
    "Ukraine": r"Ukrain(e|ian)",
    "Viet Nam": r"Viet ?Nam(ese)?",
    "Finland": r"Finland|Finnish",
    "New Zealand": r"New Zealand",
    "the Netherlands": r"Netherlands|Dutch",
    "Taiwan": r"Republic of China|Taiwan",
    "the European Union": r"European|Commission text",
    "NATO": r"NATO",
    "the United Nations": r"United Nations",
}
_ORGANISATIONS = ("the European Union", "NATO", "the United Nations")
_PRESS_WORDS = [(voice, re.compile(rf"\b({words})\b", re.IGNORECASE)) for voice, words in _PRESS.items()]
_BODY_WORDS = re.compile(rf"\b({_PUBLIC_BODY})\b", re.IGNORECASE)
_COUNTRY_WORDS = re.compile(
    "|".join(rf"(?P<n{place}>(?<![\w-])({words})(?!\w))" for place, words in enumerate(_COUNTRIES.values()))
)
_QUOTED = re.compile(r"\b(?:citing|quoting|quotes|carrying|text of) (.+)", re.IGNORECASE)
# What follows the name of a publisher: where it was reproduced, in which language, by what way.
_WAY = re.compile(r"\s+(?:via|copy (?:on|at))\s|\s*\(|,? (?:citing|quoting) | / ")


@lru_cache(maxsize=4096)
def origin(publisher: str) -> str:
    """Who speaks in a source: two sources of one origin are one voice, however many print it.

    The rule, in this order:

    1. Where a publisher says whom it quotes ("citing Kyodo", "text of the White House"), the one quoted
       is looked at first.
    2. A news agency speaks wherever its text stands ("The Japan Times (Kyodo)", "Kyodo via Japan Today");
       next a paper or broadcaster that others reproduce ("The Japan News" is the Yomiuri Shimbun's).
    3. All public bodies of one country are one voice, "Government of Japan": ministries, embassies,
       parliament, courts, forces, the sites of ministers, and copies that name them. Of two countries
       named the first counts. The database The World and Japan and J-Defense reproduce Japan's
       texts unless they name another government.
    4. Otherwise the publisher itself, without what follows "via", "copy on" or an opening bracket.

    Parameters
    ----------
    publisher
        As in ``sources.csv``.
    """
    quoted = _QUOTED.search(publisher)
    # A ministry that is quoted without its country is not that of the country where the paper appears.
    known = (_voice(quoted[1]) if quoted else None) or _voice(publisher, official=quoted is None)
    return known or _WAY.split(publisher)[0].strip() or publisher


def _voice(text: str, *, official: bool = True) -> str | None:
    """The voice that a text names, None if none is known; without ``official`` only the press."""
    for voice, words in _PRESS_WORDS:
        if words.search(text):
            return voice
    country = _COUNTRY_WORDS.search(text) if official and _BODY_WORDS.search(text) else None
    if country is None or country.lastgroup is None:
        return None
    name = list(_COUNTRIES)[int(country.lastgroup[1:])]
    return name.removeprefix("the ") if name in _ORGANISATIONS else f"Government of {name}"
