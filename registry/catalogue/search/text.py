"""How German is read: what a text says and what a searcher means, brought to the same letters."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

#: A query is read up to here; what a person types is shorter.
LETTERS_MAX = 200
TERMS_MAX = 12
#: No German word is longer; what is, is a key or rubbish, and its beginning tells it apart.
WORD_MAX = 64
#: A text is read up to here; a service's description is a page, not a book.
TEXT_MAX = 100_000

#: What says nothing about which service is meant: small words, and what one does with any of them.
_SMALL = """
ab aber als am an auch auf aus bei beim bin bis da das dass dem den der des die dies diese dieser dieses du durch
ein eine einem einen einer eines er es fuer fur gibt haben hat ich ihr ihre im in ist kann konnen man mein meine
meinem meinen meiner mich mir mit mochte moechte muss nach oder ob sich sie sind so sowie um und uns unser unsere
unter vom von vor wann was wegen wer werden wie will wird wir wo zu zum zur uber ueber a and for how my of the to
beantragen brauche finde finden machen online suche
"""
STOP_WORDS = frozenset(_SMALL.split())

_MARKS = {"Mn", "Cf"}
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_LETTERS_KEPT = 4_000


class _Plain(dict[int, str]):
    """What each letter is folded to, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        parts = unicodedata.normalize("NFKD", chr(code))
        plain = "".join(letter for letter in parts if unicodedata.category(letter) not in _MARKS)
        plain = plain.casefold().translate(_LETTERS)
        if len(self) < _LETTERS_KEPT:
            self[code] = plain
        return plain


_plain = _Plain()
_GENDERED = re.compile(r"(?<=[^\W\d_])(?:[*:_]|/-?)in(?:nen)?\b")
_CHAIN = re.compile(r"[^\W_]+(?:[-\u2010][^\W_]+)*")
_SPACED_KEY = re.compile(r"\b\d{2,}(?: \d{2,}){2,}\b|\b[^\W\d_][ -]\d{1,4}\b")
# After a, e or q the letters "ue" are no written-out ü: Bauerlaubnis, Steuer, Quelle.
_WRITTEN_OUT = re.compile(r"ae|oe|(?<![aeq])ue")
_ENDINGS = ("ern", "en", "em", "er", "es", "e", "n", "s")


def fold(text: str) -> str:
    """Give the text in plain small letters: ß is ss, and no letter carries a mark."""
    return text.lower() if text.isascii() else text.translate(_plain)


def contracted(word: str) -> str:
    """Read ae, oe and ue as written-out umlauts, so that "fuehrung" and "fuhrung" are one."""
    return _WRITTEN_OUT.sub(lambda found: found[0][0], word)


def words(text: str) -> set[str]:
    """Give every word under which the text can be found: hyphenated ones whole and in parts."""
    found: set[str] = set()
    folded = fold(text[:TEXT_MAX])
    for chain in _chains(folded):
        found.update(part[:WORD_MAX] for part in chain)
        found.add("".join(chain)[:WORD_MAX])
    found.update(_closed(key)[:WORD_MAX] for key in _SPACED_KEY.finditer(folded))
    return found


def terms(query: str) -> Sequence[str]:
    """Give what the searcher asks for, word by word and each once; small words only where nothing else is said."""
    folded = _SPACED_KEY.sub(_closed, fold(query[:LETTERS_MAX]))
    asked = list(dict.fromkeys(part[:WORD_MAX] for chain in _chains(folded) for part in chain))
    return ([term for term in asked if term not in STOP_WORDS] or asked)[:TERMS_MAX]


def _closed(key: re.Match[str]) -> str:
    return key[0].replace(" ", "").replace("-", "")


def _chains(folded: str) -> Iterator[Sequence[str]]:
    for chain in _CHAIN.finditer(_GENDERED.sub("", folded)):
        yield chain[0].replace("\u2010", "-").split("-")


def stem(term: str) -> str:
    """Take the ending off, where enough of the word remains to say what it is."""
    for ending in ("ungen", "ung"):
        if term.endswith(ending) and len(term) - len(ending) >= 5:
            return term.removesuffix(ending)
    for ending in _ENDINGS:
        if term.endswith(ending) and len(term) - len(ending) >= 4:
            return term.removesuffix(ending)
    return term


def forms(term: str) -> Iterator[str]:
    """Give the forms in which the same word may stand elsewhere: Verein, Vereine; Anmeldung, anmelden."""
    for base in (term, stem(term)):
        for ending in ("", *_ENDINGS, "ung", "ungen"):
            yield base + ending


def is_key(term: str) -> bool:
    """Tell a number or a key like A38, which is meant to the letter, from a word."""
    return any(letter.isdigit() for letter in term)


def splits(term: str) -> Iterator[tuple[str, str]]:
    """Cut a compound in two at every place, with and without the joint: Hunde|steuer, Antrag(s)|frist."""
    for cut in range(3, len(term) - 3):
        head, tail = term[:cut], term[cut:]
        yield head, tail
        for joint in ("s", "es", "n", "en", "e"):
            if head.endswith(joint) and len(head) - len(joint) >= 3:
                yield head.removesuffix(joint), tail


def pairs(word: str) -> set[str]:
    """Give the letter pairs of a word, its beginning marked."""
    return {before + after for before, after in pairwise("^" + word)}
