"""How far a source can be relied on, and who speaks in it."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from twoplustwo import Record
from twoplustwo.record import rows
from twoplustwo.reliability import _OFFICIAL_HOST, origin

# Publishers as sources.csv has them.
VOICES = {
    "Kyodo": (
        "Kyodo News",
        "Kyodo via The Japan Times",
        "The Japan Times (Kyodo)",
        "Kyodo News (copy at bilaterals.org)",
        "Al-Manar (citing Kyodo)",
        "Kyodo via US Mission Japan (jmh.usembassy.gov)",
    ),
    "Jiji Press": ("Jiji Press (nippon.com)", "The Japan News (Jiji Press)", "Sekai Nippo (Jiji)"),
    "Reuters": ("Reuters", "Reuters via The Straits Times", "Particle News (summary of Reuters reports)"),
    "Associated Press": ("AP via The China Post", "Fox News (AP)", "Associated Press (Newser)"),
    "The Yomiuri Shimbun": ("The Japan News (Yomiuri)", "Yomiuri Shimbun (web copy)"),
    "NHK": ("NHK World", "NHK via US Embassy Tokyo (media highlights)", "Sputnik Japan (citing NHK)"),
    "Sankei Shimbun": ("US Embassy Tokyo, Japan Media Highlights (Sankei)", "Sankei (iza)"),
    "TV Asahi": ("TV Asahi", "ANN news summary (news-pic.com)"),
    "The Asahi Shimbun": ("Asahi Shimbun (copy on kantsuu.com)",),
    "Government of Japan": (
        "Ministry of Foreign Affairs of Japan",
        "Ministry of Foreign Affairs of Japan (copy on gov-base.info)",
        "Ministry of Defense of Japan",
        "Embassy of Japan in France",
        "Embassy of Japan in Viet Nam",
        "Prime Minister of Japan and His Cabinet",
        "House of Councillors of Japan (minutes, copy on kokalog.net)",
        "Office of Fumio Kishida (then Foreign Minister)",
        "MENAFN (citing Japan's Foreign Ministry)",
        "Devdiscourse (ANI), quoting the Ministry of Foreign Affairs of Japan",
        "The World and Japan Database",
        "J-Defense News (Ministry of Defense release reproduced)",
    ),
    "Government of the United States": (
        "U.S. Department of State",
        "U.S. Department of Defense (Mirage News)",
        "GlobalSecurity.org (State Department text)",
        "American Forces Press Service",
        "U.S. Embassy Tokyo",
        "The World and Japan database (text of the White House)",
    ),
    "Government of the United Kingdom": (
        "UK Government (GOV.UK)",
        "UK Government via wired-gov.net",
        "UK Foreign and Commonwealth Office (copy at studylib.net)",
        "House of Commons Library",
    ),
    "Government of Viet Nam": ("Embassy of Viet Nam in Japan",),
    "Government of Australia": ("Australian Embassy Tokyo", "Minister for Foreign Affairs of Australia"),
    "European Union": (
        "European External Action Service via iEU Monitoring",
        "EU-Japan Centre for Industrial Cooperation (summary of the Commission text)",
    ),
    "United Nations": ("United Nations Statistics Division",),
}


@pytest.mark.parametrize(
    ("voice", "publisher"), [(voice, name) for voice in VOICES for name in VOICES[voice]]
)
def test_a_text_is_the_voice_of_who_wrote_it_not_of_who_prints_it(voice: str, publisher: str):
    assert origin(publisher) == voice


@pytest.mark.parametrize(
    ("publisher", "itself"),
    [
        ("The Straits Times (copy at Eleven Myanmar)", "The Straits Times"),
        ("Ukrinform via MENAFN", "Ukrinform"),
        ("Tempo copy on a blog", "Tempo"),
        ("Manila Standard, quoting the joint statement", "Manila Standard"),
        # Bodies and countries in a name that is no public body's.
        ("Peace Studies Association of Japan", "Peace Studies Association of Japan"),
        (
            "British Chamber of Commerce in Japan (copy of the joint statement)",
            "British Chamber of Commerce in Japan",
        ),
        ("ABC News (Australia)", "ABC News"),
        ("Global Government Forum", "Global Government Forum"),
        ("US Embassy Tokyo, Japan Media Highlights", "Japan Media Highlights"),
        # Whose foreign ministry is not said, and the paper's country does not tell.
        ("Philippine Daily Inquirer (carrying the Foreign Ministry's readout)", "Philippine Daily Inquirer"),
        ("(unnamed)", "(unnamed)"),
    ],
)
def test_where_the_rule_cannot_tell_the_publisher_is_the_voice(publisher: str, itself: str):
    assert origin(publisher) == itself


def test_no_source_is_official_on_a_host_that_the_rule_does_not_know(record: Record):
    official = record.sources[record.sources["reliability"] == "official"]
    hosts = {one.source_id: (urlsplit(one.url).hostname or "").rstrip(".") for one in rows(official)}
    strange = [source for source, host in hosts.items() if not _OFFICIAL_HOST.search(host)]
    assert len(official) > 100
    assert strange == []
