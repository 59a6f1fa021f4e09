"""One form for texts that look alike: what is searched and what is stored are compared in it."""

import unicodedata

# The dot inside a transliterated name has many look-alikes, and many leave it out.
_DROPPED = dict.fromkeys(map(ord, "·•‧∙・．"))


def fold(text: str) -> str:
    """Full-width becomes half-width, capitals become small, name dots and spaces at the ends go."""
    return unicodedata.normalize("NFKC", text.translate(_DROPPED)).lower().strip()


def is_invisible(character: str) -> bool:
    """Control and format characters: NUL, line breaks, zero-width and text-direction marks, halves of a pair."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
