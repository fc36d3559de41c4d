"""Texts as a person reads them: what cleaning changes in titles, plots and taglines."""

import html
import html.entities
import re
import unicodedata
from collections.abc import Callable, Sequence

# Only tags of these names are tags: `html.parser` would take "x <y and y> z" for one.
_BLOCKS = (
    "address|article|blockquote|br|center|dd|div|dl|dt|footer|h[1-6]|header|hr|li|main|ol|p|pre|"
    "section|table|tbody|td|tfoot|th|thead|tr|ul"
)
_INLINE = (
    "a|abbr|acronym|b|big|cite|code|del|em|font|i|img|ins|kbd|mark|q|s|small|span|strike|strong|"
    "sub|sup|tt|u|wbr"
)
# An attribute must have a value, or "a <b or c> d" would lose its middle. Nothing here is tried
# twice at one place (possessive quantifiers), so that time stays linear in the text.
_REST = r"""(?:\s++[\w:-]++\s*+=\s*+(?:"[^"<>]*+"|'[^'<>]*+'|[^\s"'<>]++))*+\s*+/?>"""
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCKS})\b{_REST}", re.IGNORECASE)
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE})\b{_REST}", re.IGNORECASE)
_UNSEEN = re.compile(rf"<(script|style)\b{_REST}[^<]*+</\1\s*+>|<!--[^<>]*+(?<=--)>", re.IGNORECASE)
# `html.unescape` alone would read "R&para" as a paragraph sign too.
_ESCAPED_AGAIN = re.compile("&(?:(?:amp|AMP|#0{0,4}38|#[xX]0{0,3}26);)++")
_ENTITY = re.compile("&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")

# Tags inside tags and escapes inside escapes deeper than this are no text but an attack on the
# reader's time: what they are made of goes.
_MOST_ROUNDS = 20

# Windows-1252 read as Latin-1 puts its quotes and dashes among the controls that no text uses.
# HTML 5 reads them so too (&#146; is an apostrophe). Five of the bytes are no characters there.
_WINDOWS_1252 = {
    number: character
    for number in range(0x80, 0xA0)
    if (character := bytes([number]).decode("cp1252", errors="ignore"))
}
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff]")


def normalized_unicode(text: str) -> str:
    r"""Return the text in Unicode's form NFC, without control characters and outer blanks.

    Every line ends in a line feed; tabs stay. What Windows-1252 has where Latin-1 has controls
    (U+0080 to U+009F) becomes the character that was meant, as in HTML 5.

    Example:
        >>> normalized_unicode(" Ame\u0301lie\x00\r\n")
        'Amélie'
        >>> normalized_unicode("1931\x961945") == "1931\u20131945"
        True
    """
    text = _CONTROLS.sub("", _LINE_ENDS.sub("\n", text.translate(_WINDOWS_1252)))
    return unicodedata.normalize("NFC", text).strip()


def without_html(text: str) -> str:
    r"""Return the text without HTML tags and entities.

    What was escaped twice is read twice. What looks like HTML without being any stays as it is:
    "a < b", "Tom & Jerry".

    Example:
        >>> without_html("<p>Tom &amp;amp; Jerry</p><p>a < b, <i>really</i></p>")
        'Tom & Jerry\na < b, really'
    """
    for _ in range(_MOST_ROUNDS):
        if "<" not in text and "&" not in text:
            return text
        read = _ENTITY.sub(_character, _ESCAPED_AGAIN.sub("&", _without_tags(text)))
        if read == text:
            return text
        text = read
    return text.replace("<", "").replace("&", "")


def _without_tags(text: str) -> str:
    text = _INLINE_TAG.sub("", _UNSEEN.sub("", text))
    text, num_blocks = _BLOCK_TAG.subn("\n", text)
    if not num_blocks:
        return text
    lines = (line.strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _character(entity: re.Match) -> str:
    known = entity[0][1] == "#" or entity[0][1:] in html.entities.html5
    return html.unescape(entity[0]) if known else entity[0]


TEXT_RULES: dict[str, Callable[[str], str]] = {
    "unicode": normalized_unicode,
    "html": without_html,
}


def cleaned_text(text: str, rules: Sequence[str]) -> tuple[str, list[str]]:
    """Apply text rules until none changes anything: an entity may hide a control character.

    Args:
        text: A title, plot or tagline.
        rules: Names of `TEXT_RULES`, in order.

    Returns:
        The clean text, and the names of the rules that changed it.
    """
    changed = []
    before = None
    while text != before:
        before = text
        for name in rules:
            read = TEXT_RULES[name](text)
            if read != text and name not in changed:
                changed.append(name)
            text = read
    return text, changed
