"""Telling the encoding of a table: UTF-8, UTF-16 with its mark, or Windows-1252 beyond doubt."""

import codecs
import re
from pathlib import Path

from keras_genre.errors import CatalogError

_BLOCK = 1 << 20
# Windows-1252 decodes nearly any bytes, so a Polish or Turkish table would become nonsense without
# an error. It is believed where nearly all accented words could be of one of these languages:
# French, German, Spanish, Portuguese, Italian, Dutch, Danish and Norwegian, Swedish and Finnish,
# Catalan. (A statistical detector took French for Romanian, and Russian among English for Polish.)
_ALPHABETS = [
    set(letters)
    for letters in (
        "àâæéèêëîïôœùûüÿ", "äöü", "áéíñóúü", "áàâãéêíóôúü", "àèéìóòù", "éèëïöü", "æøåéö",
        "åäöé", "àèéíïòóúü",
    )
]  # fmt: skip
# Where these languages write õ and ç. Misread Hungarian and Latvian have them elsewhere, so no
# alphabet above lists them.
_NASAL_OR_CEDILLA = re.compile("õ(?=e)|ç(?=[aouàáâãóôõúû]|$)")
_BETWEEN_WORDS = re.compile("[\u2019\u2013\u2014\u2026]")  # apostrophe, dashes, ellipsis
_AROUND_WORDS = (
    "\u2018\u2019\u201a\u201c\u201d\u201e\u2039\u203a\u2013\u2014\xb4«»…•€£©®™°§¿¡½¼¾²³ªº·"
)
_WORD = re.compile("[A-Za-z\x80-\uffff]+")
_BELIEVED = 0.9


def recognise_encoding(file: Path, path: str | Path) -> tuple[str, str]:
    """Return the encoding of a file, and a line about it (empty for UTF-8).

    Args:
        file: The file.
        path: What messages call it: of a copy, where it comes from.

    Raises:
        CatalogError: If the file is no text, or its encoding cannot be told for certain.
        OSError: If it cannot be read.
    """
    with open(file, "rb") as opened:
        start = opened.read(64)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "read as UTF-16, by its byte order mark"
    wrong = _first_byte_not_utf8(file)
    if wrong is None:
        return "utf-8-sig", ""
    content = file.read_bytes()
    if re.search(rb"[\x00-\x08\x0e-\x1f]", content[:4096]):
        raise CatalogError(
            f"{path} is no text: it begins with {start[:8]!r}. Expected a CSV file, which any "
            f"text editor shows.{_hint(start)}"
        )
    line = content.count(b"\n", 0, wrong) + 1
    try:
        return "cp1252", _judge_windows_1252(content)
    except ValueError as cause:
        raise CatalogError(
            f"{path} is not UTF-8 (line {line} has byte 0x{content[wrong]:02X}), and hardly "
            f"Windows-1252 ({cause}). Save it as UTF-8, or name its encoding (--encoding), for "
            "example cp1250 (Central European), cp1251 (Cyrillic), shift_jis or gb18030."
        ) from cause


def _hint(start: bytes) -> str:
    is_spreadsheet = start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))  # .xlsx; .xls
    return " It looks like a spreadsheet: save it as CSV." if is_spreadsheet else ""


def _first_byte_not_utf8(file: Path) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    read = 0
    with open(file, "rb") as opened:
        while True:
            block = opened.read(_BLOCK)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as cause:
                return read - pending + cause.start
            if not block:
                return None
            read += len(block)


def _judge_windows_1252(content: bytes) -> str:
    """Return a line about the words that look right, or raise ValueError over those that do not."""
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as cause:
        raise ValueError(f"byte 0x{content[cause.start]:02X} means nothing there") from cause
    good, odd = [], []
    for word in _accented_words(text):
        (good if _is_west_european(word) else odd).append(word)
    if len(good) < _BELIEVED * (len(good) + len(odd)):
        raise ValueError(f"words would read {_examples(odd)}")
    if not good:
        return "not UTF-8; read as Windows-1252 for its typographic signs (no word has an accent)"
    return (
        f"not UTF-8; read as Windows-1252, since {len(good)} of {len(good) + len(odd)} accented "
        f"words look West European, such as {_examples(good)} (if they are wrong, name --encoding)"
    )


def _examples(words: list[str]) -> str:
    return ", ".join(repr(word[:20]) for word in list(dict.fromkeys(words))[:3])


def _accented_words(text: str) -> list[str]:
    words = []
    for token in _WORD.findall(text.replace("\xa0", " ")):
        if not token.isascii():
            parts = _BETWEEN_WORDS.split(token.strip(_AROUND_WORDS))
            words.extend(part for part in parts if not part.isascii())
    return words


def _is_west_european(word: str) -> bool:
    accents = set(re.sub("[ -~]", "", _NASAL_OR_CEDILLA.sub("", word.casefold())))
    return any(accents <= alphabet for alphabet in _ALPHABETS)
