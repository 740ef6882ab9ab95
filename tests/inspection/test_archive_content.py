"""What may be in an archive: no links, no bombs, no archives within archives within archives."""

import io
import os
import stat
import struct
import tracemalloc
import zipfile
import zlib

import pytest

from registry.inspection import Limits, inspect_package
from tests.inspection.packages import all_codes, codes, inspect, package
from tests.inspection.zips import Part, build, deflate, named

SOUND = Part(b"a.txt")
ZIP = build(SOUND)


def archive_codes(data, limits=None):
    """What is wrong with the archive itself, apart from what every such small package lacks."""
    return [code for code in codes(inspect(data, limits)) if not code.startswith(("publiccode", "licence"))]


def test_links_are_refused():
    link = (stat.S_IFLNK | 0o777) << 16
    assert archive_codes(build(Part(b"a", b"/etc/passwd", attributes=link))) == ["archive-link"]
    assert archive_codes(build(Part(b"a", b"/etc/passwd", attributes=0x0400))) == ["archive-link"]


@pytest.mark.parametrize("where", ["extra", "local_extra"])
def test_links_that_are_declared_in_an_extra_field_are_refused(where):
    extra = struct.pack("<2HLHL2H", 0x756E, 19, 0, stat.S_IFLNK | 0o777, 5, 0, 0) + b"/etc/"
    assert archive_codes(build(Part(b"a", attributes=stat.S_IFREG << 16, **{where: extra}))) == ["archive-link"]


@pytest.mark.parametrize("attributes", [0x08, 0x10, 0x18])
def test_a_disk_label_and_a_folder_named_like_a_file_are_refused(attributes):
    assert archive_codes(build(Part(b"a", b"", 0, attributes=attributes))) == ["archive-special-file"]
    assert archive_codes(build(Part(b"a/", b"", 0, attributes=0x10))) == []


@pytest.mark.parametrize("kind", [stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFDIR])
def test_special_files_are_refused(kind):
    assert archive_codes(build(Part(b"a", attributes=kind << 16))) == ["archive-special-file"]


def test_a_folder_that_is_a_file_is_refused():
    assert archive_codes(build(Part(b"a/", b"", 0, attributes=stat.S_IFREG << 16))) == ["archive-special-file"]


def test_a_folder_with_content_is_refused():
    assert archive_codes(build(Part(b"a/"))) == ["archive-folder-content"]


@pytest.mark.parametrize("part", [Part(b"a", flags=1), Part(b"a", flags=0x41), Part(b"a", b"abc", method=99)])
def test_encrypted_entries_are_refused(part):
    assert archive_codes(build(part)) == ["archive-encrypted"]


@pytest.mark.parametrize("method", [1, 9, 12, 14, 93, 98])
def test_rare_methods_are_refused(method):
    assert archive_codes(build(Part(b"a", method=method))) == ["archive-method"]


def test_a_package_over_its_limit_is_not_even_opened():
    assert archive_codes(ZIP, Limits(package_bytes=50)) == ["archive-too-large"]


def test_too_many_entries_are_refused():
    data = build(*(Part(b"%d" % number, b"", 0) for number in range(11)))
    assert archive_codes(data, Limits(entries=10)) == ["archive-too-many-entries"]
    assert archive_codes(data, Limits(entries=11)) == []


def test_entries_of_nested_archives_count():
    inner = build(*(Part(b"%d" % number, b"", 0) for number in range(6)))
    data = build(Part(b"a.zip", inner), Part(b"b.zip", inner))
    assert archive_codes(data, Limits(entries=10)) == ["archive-too-many-entries"]
    assert archive_codes(data, Limits(entries=14)) == []


def test_a_package_may_unpack_to_a_multiple_of_its_limit_only():
    parts = [Part(b"%d" % number, b"ab" * 30_000) for number in range(10)]
    data = build(*parts)
    assert archive_codes(data, Limits(package_bytes=10_000)) == ["archive-expansion"]
    assert archive_codes(data, Limits(package_bytes=60_000)) == []


def test_nothing_is_read_after_the_limit():
    parts = [Part(b"%d" % number, b"ab" * 30_000) for number in range(10)]
    assert len(inspect(build(*parts), Limits(package_bytes=10_000)).files) == 1


def test_a_file_packed_more_than_hundredfold_is_refused():
    assert archive_codes(build(Part(b"a", b"\0" * 1_000_001))) == ["archive-ratio"]
    assert archive_codes(build(Part(b"a", b"\0" * 1_000_000))) == []


def test_the_ratio_is_counted_and_not_believed():
    bomb = b"\0" * 5_000_000
    lie = {"size": 1000, "crc": zlib.crc32(bomb)}
    assert archive_codes(build(Part(b"a", bomb, local=lie, central=lie))) == ["archive-size-differs"]


def test_many_small_files_packed_too_well_are_a_bomb_as_well():
    data = build(*(Part(b"%d" % number, b"\0" * 900_000) for number in range(20)))
    report = inspect(data)
    assert codes(report)[0] == "archive-ratio"
    assert len(report.files) < 20


def test_an_archive_inside_is_held_to_the_same_rules():
    inner = build(Part(b"../evil"), Part(b"ok.txt"))
    report = inspect(build(Part(b"x/inner.zip", inner)))
    found = next(found for found in report.findings if found.code == "name-climbs")
    assert found.path == "x/inner.zip!/../evil"
    assert [entry.path for entry in report.files] == ["x/inner.zip"]


def test_a_large_archive_inside_is_read_too():
    inner = build(Part(b"noise", os.urandom(300_000), 0), Part(b"/abs"))
    assert archive_codes(build(Part(b"inner.zip", inner))) == ["name-absolute"]


def test_an_archive_inside_is_known_by_its_content():
    assert archive_codes(build(Part(b"picture.png", build(Part(b"/abs"))))) == ["name-absolute"]


def test_a_broken_archive_inside_is_named():
    report = inspect(build(Part(b"a.zip", ZIP[:-1]), Part(b"b.txt")))
    found = next(found for found in report.findings if found.code == "archive-truncated")
    assert found.path == "a.zip"
    assert [entry.path for entry in report.files] == ["a.zip", "b.txt"]


def test_an_archive_inside_an_archive_inside_is_refused():
    report = inspect(build(Part(b"a.zip", build(Part(b"b.zip", ZIP)))))
    found = next(found for found in report.findings if found.code == "archive-nested-too-deep")
    assert found.path == "a.zip!/b.zip"
    assert archive_codes(build(Part(b"a.zip", ZIP)), Limits(nesting=0)) == ["archive-nested-too-deep"]


def test_an_archive_inside_shares_the_limit_of_unpacked_bytes():
    inner = build(Part(b"a", b"ab" * 30_000))
    data = build(*(Part(b"%d.zip" % number, inner, 0) for number in range(10)))
    assert archive_codes(data, Limits(package_bytes=10_000)) == ["archive-expansion"]


def test_an_archive_that_is_damaged_on_the_way_is_not_opened():
    lie = {"crc": 1}
    assert archive_codes(build(Part(b"a.zip", build(Part(b"/abs")), local=lie, central=lie))) == ["archive-crc"]


@pytest.mark.parametrize(
    "hidden",
    [
        b"MZ" + ZIP,
        b"\x89PNG" + build(SOUND, comment=b"not at the end"),
        b"%PDF-1.7" + ZIP + b"\n%%EOF" * 5_000,
        b"GIF89a" + build(SOUND, comment=b"x" * 65_535),
        b"PK00" + ZIP,
        b"#!/usr/bin/env python3\n" + ZIP,
        *(b"\xff\xd8" + b"x" * length + build(SOUND, comment=b"y" * 65_535) for length in (1, 17, 65_530, 65_540)),
        b"x" * 100 + build(SOUND) + b"PK\x05\x06" + b"x" * 30,
    ],
)
def test_a_file_that_is_an_archive_from_behind_is_refused(hidden):
    assert archive_codes(build(Part(b"a.bin", hidden, 0))) == ["archive-nested-hidden"]
    assert archive_codes(build(Part(b"b.zip", build(Part(b"a.bin", hidden))))) == ["archive-nested-hidden"]


def test_an_archive_hidden_behind_data_that_unpack_to_crumbs_is_refused():
    empty = b"\x00\x00\x00\xff\xff" * 13_200
    stored = b"".join(struct.pack("<B2H", 0, 10, 10 ^ 0xFFFF) + b"x" * 10 + empty for _ in range(8))
    packed = b"\x00" + struct.pack("<2H", len(ZIP) + 2, (len(ZIP) + 2) ^ 0xFFFF) + b"MZ" + ZIP + stored + deflate(b"x")
    content = b"MZ" + ZIP + b"x" * 81
    assert archive_codes(build(Part(b"a.exe", content, packed=packed))) == ["archive-nested-hidden"]


@pytest.mark.parametrize("tail", [b"PK\x05\x06", b"PK\x05\x06" + b"\0" * 18, b"PK\x05\x06" + b"\xff" * 50])
def test_the_signature_alone_makes_no_archive(tail):
    assert archive_codes(build(Part(b"a.bin", os.urandom(3) + tail))) == []


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
        (b"Rar!\x1a\x07\0", "RAR"),
        (b"\xfd7zXZ\0", "xz"),
        (b"BZh91AY", "bzip2"),
        (b"\0" * 257 + b"ustar\0", "tar"),
        (b"\x28\xb5\x2f\xfd", "Zstandard"),
    ],
)
def test_other_archives_are_named_and_not_opened(data, name):
    report = inspect(build(Part(b"a.bin", data)))
    found = next(found for found in report.findings if found.code == "archive-other-format")
    assert (found.severity, found.path) == ("hint", "a.bin")
    assert name in found.message["de"]


@pytest.mark.parametrize("data", [b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\0", b"\0" * 257 + b"ustar\0"])
def test_other_archives_in_an_archive_inside_are_nested_too_deep(data):
    assert archive_codes(build(Part(b"a.zip", build(Part(b"b", data))))) == ["archive-nested-too-deep"]


def test_compressed_pictures_of_office_files_are_no_archives():
    picture = build(Part(b"word/media/image1.emz", b"\x1f\x8b\x08\0"))
    assert archive_codes(build(Part(b"a.docx", picture))) == []


def test_one_bad_file_does_not_hide_the_others():
    lie = {"crc": 1}
    report = inspect(build(Part(b"a", local=lie, central=lie), Part(b"b"), Part(b"c", method=12), Part(b"d")))
    assert [entry.path for entry in report.files] == ["b", "d"]
    assert {"archive-crc", "archive-method"} <= all_codes(report)


def test_findings_of_one_kind_are_cut():
    data = build(*(named(f"x{number}:", data=b"", method=0) for number in range(150)))
    report = inspect(data)
    assert sum(found.code == "name-reserved" for found in report.findings) == 100
    cut = next(found for found in report.findings if found.code == "findings-cut")
    assert "50" in cut.message["en"]


def test_the_package_is_read_from_its_beginning_and_left_open():
    file = io.BytesIO(package())
    file.seek(17)
    assert inspect_package(file).ok
    assert not file.closed


def test_memory_stays_constant_whatever_the_size():
    block = bytes(range(256)) * 256
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(3):
            with archive.open(f"{number}.bin", "w") as file:
                for _ in range(320):
                    file.write(block)
    assert len(out.getvalue()) > 60_000_000
    tracemalloc.start()
    try:
        report = inspect_package(out)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(report.files) == 3
    assert peak < 8_000_000
