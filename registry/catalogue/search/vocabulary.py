"""All words that services hold, in memory, and which of them a searcher may mean by a term."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from enum import IntEnum

from registry.catalogue.search import text, typos

#: How many words one term stands for at most; the nearest ones.
WORDS_MAX = 800
_CANDIDATES_MAX = 400
_CUTS_MAX = 4


class Nearness(IntEnum):
    """How surely a word is what the term means."""

    LIKE = 1
    STEM_INSIDE = 2
    INSIDE = 3
    BEGINNING = 4
    SAME = 5


class Vocabulary:
    """The words as one long string: to look through a megabyte takes less time than to ask an index in the database."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._known: set[str] = set()
        self._all = "\n"
        self._pairs: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self._paired = 0

    def __contains__(self, word: str) -> bool:
        return word in self._known

    def learn(self, words: Iterable[str]) -> list[str]:
        """Take in the words that are new, and return them."""
        new = [word for word in dict.fromkeys(words) if word not in self._known]
        self._words += new
        self._known.update(new)
        lines = (word if (short := text.contracted(word)) == word else f"{word}\t{short}" for word in new)
        self._all += "".join(f"{line}\n" for line in lines)
        return new

    def meant_by(self, term: str) -> Mapping[str, int]:
        """Give the words that hold the term, or begin with it where it is short."""
        needles = {term, text.contracted(term)}
        if not text.is_key(term):
            needles |= {text.stem(needle) for needle in needles}
        found: dict[str, int] = {}
        for needle in needles:
            for word in self._holding(needle, anywhere=len(needle) > 2 and not text.is_key(needle)):
                if word not in found and (near := nearness(term, word)):
                    found[word] = near
        return _nearest(found)

    def like(self, term: str) -> Mapping[str, int]:
        """Give the words that a misspelt term is nearest to, if any is near."""
        if text.is_key(term):
            return {}
        spellings = sorted({term, text.contracted(term)})
        for slips in range(1, typos.edits_allowed(term) + 1):
            if found := {word for spelling in spellings for word in self._within(spelling, slips)}:
                return _nearest(dict.fromkeys(found, Nearness.LIKE))
        return {}

    def forms(self, term: str) -> Mapping[str, int]:
        """Give the words that are the term itself, bent or not."""
        return dict.fromkeys((form for form in text.forms(term) if form in self._known), 0)

    def cuts(self, term: str) -> list[tuple[str, str]]:
        """Cut a compound where both parts are words that a service holds."""
        if text.is_key(term):
            return []
        return [cut for cut in text.splits(term) if self.forms(cut[0]) and self.forms(cut[1])][:_CUTS_MAX]

    def _within(self, term: str, slips: int) -> list[str]:
        anchored = len(term) < 5
        return [
            word
            for word in self._candidates(term, slips)
            if typos.distance(term, text.contracted(word), anchored=anchored) <= slips
        ]

    def _candidates(self, term: str, slips: int) -> list[str]:
        self._pair()
        shared: Counter[int] = Counter()
        pairs = text.pairs(term)
        for pair in sorted(pairs):
            shared.update(self._pairs.get(pair, ()))
        # A slip spoils two pairs, a swap three, and inside a compound the term's beginning is none. A short term
        # would have no pair left, so its swaps are spelt out.
        spared = max(len(pairs) - 1 - 3 * slips, 2)
        likely = [(-count, self._words[place]) for place, count in shared.items() if count >= spared]
        swapped = {term[:at] + term[at + 1] + term[at] + term[at + 2 :] for at in range(len(term) - 1)}
        found = {word for other in swapped for word in self._holding(other, anywhere=True)} if len(term) < 7 else set()
        return [word for _, word in sorted(likely)[:_CANDIDATES_MAX]] + sorted(found)[:_CANDIDATES_MAX]

    def _pair(self) -> None:
        # Only misspelt terms need the pairs, so a process that meets none never makes them.
        for place in range(self._paired, len(self._words)):
            for pair in text.pairs(text.contracted(self._words[place])):
                self._pairs[pair].append(place)
        self._paired = len(self._words)

    def _holding(self, needle: str, *, anywhere: bool) -> Iterable[str]:
        starts = (needle,) if anywhere else (f"\n{needle}", f"\t{needle}")
        for start in starts:
            place = self._all.find(start)
            while place >= 0:
                begin = self._all.rfind("\n", 0, place + 1) + 1
                end = self._all.index("\n", begin)
                yield self._all[begin:end].partition("\t")[0]
                place = self._all.find(start, end)


def nearness(term: str, word: str) -> int:
    """Say how near a word is to a term that is spelt right; 0 where it is another word."""
    near = _near(term, word)
    if near is Nearness.SAME:
        return near
    # Not by comparing the written-out forms alone: "Büroeinrichtung" must still hold "einrichtung".
    return max(near, _near(text.contracted(term), text.contracted(word)))


def _near(term: str, word: str) -> int:
    if term == word:
        return Nearness.SAME
    if word.startswith(term):
        return Nearness.BEGINNING
    if text.is_key(term) or len(term) < 3:
        return 0
    # Three letters stand in too many words to mean anything but their end: Neubau, Standesamt.
    if word.endswith(term) or (len(term) > 3 and term in word):
        return Nearness.INSIDE
    return _near_by_stem(text.stem(term), word)


def _near_by_stem(stem: str, word: str) -> int:
    if stem == word:
        return Nearness.BEGINNING
    if word.startswith(stem) and len(stem) > 3:
        return Nearness.INSIDE
    # Four letters count far inside a word only: "reis" is not what makes a Kreis.
    return Nearness.STEM_INSIDE if len(stem) > 3 and word.find(stem, 0 if len(stem) > 4 else 4) >= 0 else 0


def _nearest(found: Mapping[str, int]) -> dict[str, int]:
    order = sorted(found, key=lambda word: (-found[word], len(word), word))
    return {word: found[word] for word in order[:WORDS_MAX]}
