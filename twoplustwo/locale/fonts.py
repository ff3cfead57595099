"""The Japanese typeface, cut down to what the dashboard may have to show.

``python -m twoplustwo.locale.fonts FOLDER`` makes the files again, from ``NotoSansCJK-Regular.ttc`` and
``NotoSansCJK-Bold.ttc`` in a folder such as ``/usr/share/fonts/opentype/noto``: Noto Sans CJK JP, SIL Open
Font License 1.1 (the licence lies beside the files). It needs fontTools, which the dashboard does not.

Browsers fetch a file when a page holds a sign of its range that the typefaces before it lack: an English
page gets the three signs of the word for "Japanese" alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from twoplustwo.language import CATALOGUES, LANGUAGES
from twoplustwo.record import DESCRIPTOR, shipped_folder

FOLDER = Path(__file__).parent.parent / "dashboard" / "static"
"""Served at ``app/static/`` by the server of the pages."""
WEIGHTS = ("Regular", "Bold")
RANGES = ((0x3000, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF))
"""What the typeface is asked for: kana, ideographs, Hangul, upright and full-width forms."""
NAME = "".join(sorted(LANGUAGES["ja"]))
"""The signs that every page has, whatever its language: kept in a file of their own."""


def is_in_range(sign: str) -> bool:
    """Whether pages take a sign from this typeface."""
    return any(first <= ord(sign) <= last for first, last in RANGES)


def css_ranges() -> tuple[str, str]:
    """The ranges of the large file and of the small one, as CSS and ``.streamlit/config.toml`` write them."""
    points = [ord(sign) for sign in NAME]
    large = []
    for first, last in RANGES:
        inside = [point for point in points if first <= point <= last]
        starts, ends = [first, *(point + 1 for point in inside)], [*(point - 1 for point in inside), last]
        large += [f"U+{start:X}-{end:X}" for start, end in zip(starts, ends, strict=True)]
    return ", ".join(large), ", ".join(f"U+{point:X}" for point in points)


def in_use() -> set[str]:
    """The signs of the messages and of the record that pages take from this typeface."""
    record = shipped_folder()
    files = [*CATALOGUES.glob("*/LC_MESSAGES/*.po"), *record.glob("*.csv"), record / DESCRIPTOR]
    texts = [path.read_text(encoding="utf-8") for path in files]
    return {sign for text in [*texts, *LANGUAGES.values()] for sign in text if is_in_range(sign)}


def in_reserve() -> set[str]:
    """Kana, punctuation and the ideographs of level 1 of JIS X 0208, for what visitors write themselves."""
    return {
        sign
        for row in (*range(1, 6), *range(16, 48))
        for cell in range(1, 95)
        for sign in bytes([row + 0xA0, cell + 0xA0]).decode("euc_jp", "ignore")
        if is_in_range(sign)
    }


def file_name(weight: str, signs: Iterable[str]) -> str:
    """Name of the file of a weight, with all signs or with those of the name of the language alone."""
    return f"noto-sans-jp-{weight.lower()}{'-name' if set(signs) == set(NAME) else ''}.woff2"


def cut(source: Path, target: Path, signs: Iterable[str]) -> None:
    """Write the Japanese font of a collection with some signs alone, packed for the web."""
    from fontTools import subset

    options = subset.Options(
        font_number=0, flavor="woff2", hinting=False, desubroutinize=True, layout_features=["palt", "vert"]
    )
    options.name_IDs = [0, 1, 2, 13, 14]  # copyright, names, licence
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(sorted(signs)))
    cutter.subset(font)
    subset.save_font(font, str(target), options)


def main(source: Path) -> None:
    """Make all files."""
    FOLDER.mkdir(exist_ok=True)
    for weight in WEIGHTS:
        # What visitors write is shown in bold, too, where the regular signs may stand in.
        signs = in_use() | in_reserve() if weight == "Regular" else in_use()
        for part in (signs - set(NAME), set(NAME)):
            cut(source / f"NotoSansCJK-{weight}.ttc", FOLDER / file_name(weight, part), part)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
