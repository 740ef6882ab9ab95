"""How far a misspelt term is from a word, or from a part of one."""


def edits_allowed(term: str) -> int:
    """Say how many slips a term of this length may hold; in a short one each letter counts."""
    if len(term) < 4:
        return 0
    return 1 if len(term) < 8 else 2


def distance(term: str, word: str, *, anchored: bool) -> int:
    """Count the slips (a letter missing, too many, wrong, or two swapped) between the term and a part of the word.

    Anchored means that the place must be the word's beginning: anywhere else four letters prove nothing.
    """
    width = len(word) + 1
    before = [0] * width
    row = list(range(width)) if anchored else [0] * width
    for line, letter in enumerate(term, 1):
        above, row = row, [line] * width
        for column in range(1, width):
            other = word[column - 1]
            best = above[column - 1] + (letter != other)
            best = min(best, above[column] + 1, row[column - 1] + 1)
            if line > 1 < column and letter == word[column - 2] and term[line - 2] == other:
                best = min(best, before[column - 2] + 1)
            row[column] = best
        before = above
    return min(row)
