"""Paths that would not be the same file everywhere."""

import tracemalloc

import pytest

from registry.inspection.names import alike, faults
from tests.inspection.packages import codes, inspect
from tests.inspection.zips import Part, build, named, unicode_path


@pytest.mark.parametrize(
    "path",
    [
        *("a.txt", "LICENSES/EUPL-1.2.txt", "docs/übersicht (neu).md", ".github/workflows/ci.yml", "a b/c.d.e/f", "_"),
        *(
            "console.log",
            "nullable/auxiliary.txt",
            "com10.txt",
            "lpt.txt",
            "日本語/ファイル.txt",
            "a..b/c...d",
            "x" * 255,
            "Antrag 1／2 … ½.pdf",
            "❤️.png",
        ),
        *("folder/", "tiefer/ordner/", "com.example/x"),
    ],
)
def test_harmless_paths_pass(path):
    assert list(faults(path)) == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/etc/passwd", "name-absolute"),
        ("//server/share", "name-absolute"),
        ("C:/Windows/x", "name-drive"),
        ("c:x", "name-drive"),
        ("a\\b", "name-backslash"),
        ("..\\..\\x", "name-backslash"),
        ("../x", "name-climbs"),
        ("a/../../x", "name-climbs"),
        ("a/..", "name-climbs"),
        ("./a", "name-climbs"),
        ("a\0b", "name-control-character"),
        ("a\nb", "name-control-character"),
        ("a\x7fb", "name-control-character"),
        ("a\x9bb", "name-control-character"),
        ("rechnung\u202efdp.exe", "name-control-character"),
        ("a\u200bb", "name-control-character"),
        ("a\u061cb", "name-control-character"),
        ("a\u00adb", "name-control-character"),
        ("a\u3164", "name-control-character"),
        ("a\U000e0041", "name-control-character"),
        ("‥/x", "name-climbs"),
        ("．．/x", "name-climbs"),
        ("a/..／..／x", "name-climbs"),
        ("／etc", "name-absolute"),
        ("＼x", "name-backslash"),
        ("C：x", "name-drive"),
        ("ＣＯＮ", "name-device"),
        ("nul\u00a0.txt", "name-device"),
        ("", "name-empty"),
        ("/", "name-empty"),
        ("a//b", "name-empty"),
        ("CON", "name-device"),
        ("nul.txt", "name-device"),
        ("a/COM1", "name-device"),
        ("a/lpt9.tar.gz", "name-device"),
        ("com¹.txt", "name-device"),
        ("aux .txt", "name-device"),
        ("CONIN$", "name-device"),
        ("ab:c", "name-reserved"),
        ("wer?.txt", "name-reserved"),
        ("a*b", "name-reserved"),
        ("a|b", "name-reserved"),
        ('a"b', "name-reserved"),
        ("<a>", "name-reserved"),
        ("a.", "name-trailing"),
        ("a ", "name-trailing"),
        ("a./b", "name-trailing"),
        ("a . ./b", "name-trailing"),
        (" ", "name-trailing"),
        (".../b", "name-trailing"),
        ("x" * 256, "name-too-long"),
        ("ä" * 128, "name-too-long"),
        ("/".join(["abc"] * 300), "name-too-long"),
    ],
)
def test_paths_that_differ_between_systems_are_refused(path, code):
    assert code in list(faults(path))
    assert code in codes(inspect(build(named(path, data=b"", method=0))))


def test_the_path_in_a_finding_can_be_shown():
    report = inspect(build(named("a\u202e\0b")))
    found = next(found for found in report.findings if found.code == "name-control-character")
    assert found.path == "a\\u202e\\u0000b"


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        ("a.txt", "a.txt", "name-duplicate"),
        ("a/", "a/", "name-duplicate"),
        ("README.md", "readme.MD", "name-alike"),
        ("Straße", "STRASSE", "name-alike"),
        ("ä", "a\u0308", "name-alike"),
        ("ﬁle", "file", "name-alike"),
        ("Ａ.txt", "a.txt", "name-alike"),
        ("docs/x", "DOCS/X", "name-alike"),
        ("❤.png", "❤\ufe0f.png", "name-alike"),
        ("a", "a/", "name-file-and-folder"),
        ("a/", "a", "name-file-and-folder"),
        ("a", "a/b", "name-file-and-folder"),
        ("a/b", "a", "name-file-and-folder"),
        ("A", "a/b/c", "name-file-and-folder"),
        ("a/b/c", "A/B", "name-file-and-folder"),
    ],
)
def test_paths_that_collide_are_refused(one, other, code):
    parts = [named(path, data=b"", method=0) for path in (one, other)]
    assert code in codes(inspect(build(*parts)))


def test_folders_and_their_files_do_not_collide():
    paths = ["a/", "a/b", "a/c/", "a/c/d", "b/a", "ab", "a.b"]
    found = codes(inspect(build(*(named(path, data=b"", method=0) for path in paths))))
    assert not [code for code in found if code.startswith("name")]


def test_what_lies_between_by_letters_hides_no_collision():
    paths = ["a", "a-b", "a.c", "a!", "a/b", "A/b/c"]
    found = codes(inspect(build(*(named(path, data=b"", method=0) for path in paths))))
    assert found.count("name-file-and-folder") == 2


def test_endless_names_take_no_memory():
    parts = [Part(b"a/" * 30_000 + b"%d" % number, b"", 0) for number in range(20)]
    tracemalloc.start()
    try:
        report = inspect(build(*parts))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert codes(report) == ["name-too-long"]
    assert peak < 20_000_000


def test_likeness_is_the_same_however_often_it_is_taken():
    for path in ("Straße", "ﬁ", "\u0345", "İ", "ΣΑΣ", "A/b"):
        assert alike(alike(path)) == alike(path)


@pytest.mark.parametrize("raw", [b"\x81bersicht.txt", "ü.txt".encode("latin-1"), "ü.txt".encode()])
def test_names_beyond_ascii_must_be_marked_as_utf8(raw):
    assert "name-not-utf8" in codes(inspect(build(Part(raw))))


def test_names_that_are_marked_as_utf8_must_be_utf8():
    assert "name-not-utf8" in codes(inspect(build(Part(b"\xff.txt", flags=0x0800))))
    assert "name-not-utf8" in codes(inspect(build(Part(b"\xed\xa0\x80.txt", flags=0x0800))))


@pytest.mark.parametrize(
    "extra",
    [
        unicode_path(b"a.txt", "b.txt"),
        unicode_path(b"x", "a.txt"),
        unicode_path(b"a.txt", "a.txt", version=2),
        b"\x75\x70\x01\x00\x01",
    ],
)
def test_a_second_name_that_differs_is_refused(extra):
    assert "name-unicode-differs" in codes(inspect(build(Part(b"a.txt", extra=extra))))


def test_a_second_name_in_one_of_the_two_headers_only_is_refused():
    extra = unicode_path(b"a.txt", "b.txt")
    assert "name-unicode-differs" in codes(inspect(build(Part(b"a.txt", local_extra=extra))))


def test_a_second_name_that_agrees_is_no_matter():
    extra = unicode_path(b"a.txt", "a.txt")
    assert "name-unicode-differs" not in codes(inspect(build(Part(b"a.txt", extra=extra))))
