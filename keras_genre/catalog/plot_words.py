"""The words of a plot, for counting and comparing."""

import re
import unicodedata

# Scripts that put no blanks between words: Thai to Lao, Burmese, Khmer, kana and Han. Each of
# their characters counts as a word.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")


def plot_words(text: str) -> list[str]:
    """Return the words of a text, without case, punctuation and differences of encoding alone.

    Example:
        >>> plot_words("A duel - at DAWN!")
        ['a', 'duel', 'at', 'dawn']
    """
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
