"""One spelling for German words."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kit.folding import fold


@pytest.mark.parametrize(
    "spellings",
    [
        ("Straße", "STRASSE", "strasse", "Strasse"),
        ("Mönchengladbach", "Moenchengladbach", "MÖNCHENGLADBACH", "Mo\u0308nchengladbach", "monchengladbach"),
        ("Müll", "Muell", "mull"),
        ("Äpfel", "Aepfel", "apfel"),
        ("Café", "cafe", "CAFÉ"),
    ],
)
def test_all_spellings_of_a_word_meet(spellings):
    assert len({fold(spelling) for spelling in spellings}) == 1


@given(st.text(alphabet=st.characters(max_codepoint=0x17F)))
def test_what_was_folded_has_neither_case_nor_marks(words):
    folded = fold(words)
    assert folded == folded.casefold()
    assert not any(unicodedata.combining(character) for character in folded)
