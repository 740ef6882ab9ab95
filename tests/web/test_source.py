"""What can be read of a file, whatever its bytes are."""

import pytest

from registry.web.source import MOST_BYTES, read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_whatever_people_write(encoding):
    found = read("text/plain", ["Grüße\nÄpfel\n".encode(encoding)])
    assert found
    assert found.lines == ["Grüße", "Äpfel"]
    assert found.whole


def test_a_sign_at_the_cut_is_not_broken():
    found = read("text/plain", [b"x", "ü".encode() * MOST_BYTES])
    assert found
    assert not found.whole
    assert set(found.text) == {"x", "ü"}


def test_signs_that_hide_or_reorder_are_written_out():
    found = read("text/plain", ["a\tb\u202ec\x1b[2J".encode()])
    assert found
    assert found.lines == ["a\tb\\u202ec\\u001b[2J"]


def test_no_more_is_read_of_a_file_than_is_shown():
    def blocks():
        for _ in range(5):
            yield b"x" * 65_536
        pytest.fail("read on")

    assert read("text/plain", blocks())
