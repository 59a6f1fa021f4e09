from functools import lru_cache

from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT

from accounts.folding import fold

# Surnames that are read otherwise than the same character in a word.
_SURNAME_INITIALS = {
    "曾": "z", "单": "s", "解": "x", "仇": "q", "区": "o", "查": "z", "乐": "y", "翟": "z", "覃": "q", "种": "c",
    "召": "s", "折": "s", "繁": "p",
}  # fmt: skip
_LONGEST_NAME_OF_A_PERSON = 3


@lru_cache(maxsize=20_000)
def initials(text: str) -> str:
    """The first letters of the pinyin: 阳光家园 → ygjy, 曾伟 → zw. Latin letters and figures are kept.

    A character without a known reading gives nothing, and there are never more letters than the text
    has characters: ㍿ stands for four.
    """
    longest, text = len(text), fold(text)
    letters = "".join(lazy_pinyin(text, style=Style.FIRST_LETTER, errors=_latin))
    surname = _SURNAME_INITIALS.get(text[:1])
    if surname and 1 < len(text) <= _LONGEST_NAME_OF_A_PERSON and not _starts_with_a_word(text):
        letters = surname + letters[1:]
    return letters[:longest]


def _latin(text: str) -> str:
    return "".join(character for character in text if character.isascii() and character.isalnum())


def _starts_with_a_word(text: str) -> bool:
    """解放 is a word, 解晓东 a name: only the dictionary can tell them apart."""
    return any(text[:length] in PHRASES_DICT for length in range(2, len(text) + 1))
