"""One spelling for German words, whichever way they are written: `Straße`, `STRASSE` and `strasse` are the same."""

import re
import unicodedata

_TRANSCRIBED = re.compile(r"ae|oe|ue")
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def fold(value: str) -> str:
    """Lower the case, drop marks, and let ä, ae and a meet (so too ö, ü; ß and ss)."""
    plain = unicodedata.normalize("NFKD", value.casefold())
    bare = "".join(character for character in plain if not unicodedata.combining(character))
    return _TRANSCRIBED.sub(lambda pair: pair.group()[0], bare)


def transcribe(value: str) -> str:
    """Write a German text in the letters of the Latin alphabet alone, in lower case: ä becomes ae, é becomes e."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", value).lower().translate(_LETTERS))
    return "".join(character for character in plain if not unicodedata.combining(character))
