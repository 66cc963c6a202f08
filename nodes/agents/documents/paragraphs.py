"""Lines into paragraphs, and paragraphs into sections by their headings."""

import re
import unicodedata
from typing import Final

from state.document import Section

_ENDS: Final = (".", ":", ";", "!", "?", "…", "”", "»")
_SHORT: Final = 0.72
"""Share of the longest lines' length below which a line ends its paragraph."""
_ITEM: Final = re.compile(r"(?:[-–•*·]|\(?[a-z0-9]{1,3}[).]|[ivx]+\))\s", re.IGNORECASE)
_ORDINALS: Final = (
    "primera|segunda|tercera|cuarta|quinta|sexta|s[ée]ptima|octava|novena|d[ée]cima|und[ée]cima|duod[ée]cima|"
    "decimotercera|decimocuarta|decimoquinta|decimosexta|decimos[ée]ptima|decimoctava|decimonovena|vig[ée]sima"
)
_HEADING: Final = re.compile(
    rf"(?i:(?:cl[áa]usula|art[íi]culo|anexo|article|clause|section|schedule|annex|appendix)\s+[\w.ª°º-]+.{{0,80}}"
    rf"|(?:{_ORDINALS})(?:\s+primera|\s+segunda)?\s*[.\-–—:]+.{{0,80}})"
    r"|\d{1,2}(?:\.\d{1,2})?[.)]?\s+[A-ZÁÉÍÓÚÑ][^.;]{2,70}"
    r"|#{1,3}\s.{1,80}"
)
_LONGEST: Final = 100
_LETTERS: Final = 4
_CAPITALS: Final = re.compile(r"[A-ZÁÉÍÓÚÑÜ0-9][A-ZÁÉÍÓÚÑÜ0-9 ,.ªº:()/–-]{3,70}")


def tidied(text: str) -> str:
    """Return text in composed characters with neither control characters nor runs of blanks and empty lines."""
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").replace("\u00ad", "")
    kept = "".join(one for one in plain if one in "\n\t" or unicodedata.category(one) not in {"Cc", "Cf", "Co", "Cs"})
    lines = (" ".join(line.split()) for line in kept.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def joined_lines(lines: list[str]) -> str:
    """Return paragraphs from a page's lines: a line that is full goes on in the next one."""
    longest = sorted((len(line) for line in lines if line), reverse=True)
    full = _SHORT * (longest[len(longest) // 10] if longest else 0)
    paragraphs: list[str] = []
    begin = True
    for line in lines:
        if not line:
            begin = True
            continue
        if begin or is_heading(line) or (_ITEM.match(line) and paragraphs[-1].endswith(_ENDS)):
            paragraphs.append(line)
        elif paragraphs[-1].endswith("-") and line[0].islower():
            paragraphs[-1] = paragraphs[-1][:-1] + line
        else:
            paragraphs[-1] += " " + line
        begin = is_heading(line) or len(line) < full
    return "\n\n".join(paragraphs)


def is_heading(line: str) -> bool:
    """Tell whether a line looks like a heading: numbered as contracts do, or short and in capitals."""
    short = line.strip()
    if len(short) > _LONGEST or short.count(". ") > 1 or "|" in short:
        return False
    if short.endswith((",", ";")) or not any(character.isalpha() for character in short):
        return False
    if _CAPITALS.fullmatch(short) and sum(character.isalpha() for character in short) >= _LETTERS:
        return True
    found = _HEADING.fullmatch(short)
    return bool(found) and not (short[0].isdigit() and short.endswith(_ENDS))


def sections_of(text: str) -> list[Section]:
    """Return the parts of a text under its headings."""
    sections: list[Section] = []
    title, body = "", list[str]()
    for paragraph in text.split("\n\n"):
        first, _, rest = paragraph.partition("\n")
        if is_heading(first):
            if title or body:
                sections.append(Section(title, "\n\n".join(body)))
            title, body = first.lstrip("# ").strip(), [rest] if rest else []
        else:
            body.append(paragraph)
    if title or body:
        sections.append(Section(title, "\n\n".join(body)))
    return sections
