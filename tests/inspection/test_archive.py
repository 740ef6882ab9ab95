"""Hostile archives, each built by hand, and sound ones of every kind that real programs write."""

import io
import os
import struct
import zipfile
from types import SimpleNamespace
from typing import BinaryIO, cast

import pytest

from registry.inspection import inspect_package
from tests.inspection.packages import all_codes, codes, inspect
from tests.inspection.zips import Part, build, deflate, end64, unicode_path

SOUND = Part(b"a.txt")
ZIP = build(SOUND)


def archive_codes(data, limits=None):
    """What is wrong with the archive itself, apart from what every such small package lacks."""
    return [code for code in codes(inspect(data, limits)) if not code.startswith(("publiccode", "licence"))]


@pytest.mark.parametrize("descriptor", ["", "short", "signed", "long", "long signed"])
@pytest.mark.parametrize("method", [0, 8])
def test_sound_archives_are_read_with_and_without_data_descriptors(descriptor, method):
    data = build(Part(b"a.txt", method=method, descriptor=descriptor), Part(b"b/", b"", 0), Part(b"b/c.txt"))
    report = inspect(data)
    assert archive_codes(data) == []
    assert [(entry.path, entry.size) for entry in report.files] == [("a.txt", 7), ("b/c.txt", 7)]


def test_an_archive_written_to_a_stream_is_sound():
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as file, os.fdopen(writer, "wb") as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.txt", "x" * 1000)
            with archive.open("b.txt", "w", force_zip64=True) as entry:
                entry.write(b"y" * 1000)
        stream.close()
        assert archive_codes(file.read()) == []


def test_an_archive_with_zip64_records_that_agree_is_sound():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, archive.open("b.txt", "w", force_zip64=True) as file:
        file.write(b"y" * 1000)
    assert archive_codes(out.getvalue()) == []
    assert archive_codes(end64(ZIP)) == []


def test_a_comment_at_the_end_is_allowed():
    assert archive_codes(build(SOUND, comment=b"made by hand")) == []


def test_an_archive_without_entries_is_an_archive():
    assert archive_codes(build()) == []
    assert "publiccode-missing" in all_codes(inspect(build()))


@pytest.mark.parametrize("data", [b"", b"P", b"%PDF-1.7 and so on", b"\0" * 100_000])
def test_other_files_are_not_archives(data):
    assert archive_codes(data) == ["archive-not-zip"]


@pytest.mark.parametrize("cut", [1, 21, 22, 40, len(ZIP) - 30])
def test_a_cut_archive_is_truncated(cut):
    assert archive_codes(ZIP[:-cut]) == ["archive-truncated"]


def test_a_comment_longer_than_the_file_is_truncated():
    assert archive_codes(build(SOUND, comment=b"abc")[:-1]) == ["archive-truncated"]


def test_a_wrong_checksum_is_found():
    lie = {"crc": 1}
    assert archive_codes(build(Part(b"a.txt", local=lie, central=lie))) == ["archive-crc"]


@pytest.mark.parametrize(
    "packed",
    [
        b"\xff\xff\xff\xff",
        deflate(b"content")[:-1],
        deflate(b"content") + b"more",
        deflate(b"content") + deflate(b"more"),
        b"",
    ],
)
def test_data_that_do_not_unpack_are_corrupt(packed):
    assert archive_codes(build(Part(b"a.txt", packed=packed))) == ["archive-data-corrupt"]


def test_data_that_go_on_after_their_end_for_blocks_are_corrupt():
    packed = deflate(b"content") + b"\0" * 200_000
    assert archive_codes(build(Part(b"a.txt", packed=packed))) == ["archive-data-corrupt"]


@pytest.mark.parametrize("before", [b"#!/bin/sh\n", b"MZ" + b"\0" * 500])
def test_data_before_the_first_entry_are_refused(before):
    assert archive_codes(before + ZIP) == ["archive-data-before"]
    assert archive_codes(build(SOUND, before=before)) == ["archive-data-before"]
    assert archive_codes(before + build()) == ["archive-data-before"]


@pytest.mark.parametrize("after", [b"x", b"\n", b"<script>", b"\0" * 70_000])
def test_data_after_the_end_are_refused(after):
    assert archive_codes(ZIP + after)[0] in {"archive-data-after", "archive-truncated", "archive-not-zip"}
    assert not inspect(ZIP + after).ok


def test_a_second_end_record_in_the_comment_is_refused():
    assert not inspect(build(SOUND, comment=ZIP[-22:])).ok
    assert archive_codes(build(SOUND, comment=ZIP[-22:] + b"x")) == ["archive-data-after"]


def test_a_gap_between_entries_is_refused():
    assert archive_codes(build(Part(b"a.txt", gap=b"hidden"), Part(b"b.txt"))) == ["archive-gap"]


def test_a_gap_after_the_last_entry_is_refused():
    assert archive_codes(build(Part(b"a.txt", gap=b"hidden"))) == ["archive-gap"]


@pytest.mark.parametrize("gap", [b"", b"x", b"xx" * 20])
def test_a_gap_behind_a_data_descriptor_is_refused(gap):
    part = Part(b"a.txt", descriptor="signed", gap=gap)
    assert archive_codes(build(part)) == (["archive-gap"] if gap else [])


def test_a_gap_of_the_length_of_a_data_descriptor_is_refused():
    part = Part(b"a.txt", flags=8, gap=b"x" * 16, local={"crc": 0, "size": 0, "packed": 0})
    assert archive_codes(build(part)) == ["archive-gap"]


def test_too_short_a_data_descriptor_is_refused():
    part = Part(b"a.txt", flags=8, gap=b"x" * 5, local={"crc": 0, "size": 0, "packed": 0})
    assert archive_codes(build(part)) == ["archive-overlap"]


def test_a_data_descriptor_that_lies_is_refused():
    lie = struct.pack("<4s3L", b"PK\x07\x08", 1, 2, 3)
    part = Part(b"a.txt", flags=8, gap=lie, local={"crc": 0, "size": 0, "packed": 0})
    assert archive_codes(build(part)) == ["archive-header-size"]


def test_a_data_descriptor_that_is_promised_and_missing_is_refused():
    part = Part(b"a.txt", flags=8, local={"crc": 0, "size": 0, "packed": 0})
    assert archive_codes(build(part, SOUND)) == ["archive-header-size"]


def test_a_gap_before_the_directory_is_refused():
    data = build(SOUND)
    end = len(data) - 22
    _, size, offset = struct.unpack_from("<HLL", data, end + 10)
    moved = data[:offset] + data[offset : offset + size] + b"hidden"
    assert archive_codes(moved + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, size, offset, 0)) == ["archive-gap"]


def test_two_entries_that_share_their_data_are_refused():
    data = build(Part(b"a.txt"), Part(b"a.txt", central={"offset": 0}))
    assert archive_codes(data) == ["archive-overlap"]


def test_a_quoted_overlap_bomb_is_refused():
    # Each entry's data begin with the whole local header of the next: David Fifield's quoted bomb.
    kernel = build(Part(b"k", b"\0" * 100_000))
    inner = kernel[: kernel.rindex(b"PK\x01\x02")]
    outer = Part(b"q", inner, packed=b"\x00" + struct.pack("<2H", 31, 31 ^ 0xFFFF) + inner, method=8)
    second = Part(b"k", b"\0" * 100_000, central={"offset": 30 + 1 + 5})
    assert archive_codes(build(outer, second)) == ["archive-overlap"]


def test_an_entry_longer_than_the_room_for_it_is_refused():
    lie = {"packed": 1_000}
    assert archive_codes(build(Part(b"a.txt", local=lie, central=lie))) == ["archive-overlap"]


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        ({"name": b"b.txt"}, "archive-header-name"),
        ({"size": 8}, "archive-header-size"),
        ({"packed": 1}, "archive-header-size"),
        ({"crc": 1}, "archive-header-size"),
        ({"method": 0}, "archive-header-method"),
        ({"flags": 1}, "archive-header-method"),
        ({"flags": 0x0800}, "archive-header-method"),
    ],
)
def test_local_header_and_directory_must_say_the_same(lie, code):
    assert archive_codes(build(Part(b"a.txt", local=lie))) == [code]


def test_a_broken_local_header_is_corrupt():
    assert archive_codes(b"XX" + ZIP[2:]) == ["archive-corrupt"]


@pytest.mark.parametrize("end", [{"count": 2}, {"count": 0}, {"size": 40}])
def test_a_directory_of_another_length_is_refused(end):
    found = archive_codes(build(SOUND, **end))
    assert found[0] in {"archive-directory-differs", "archive-gap", "archive-corrupt"}


def test_a_directory_that_ends_too_early_differs():
    assert archive_codes(build(SOUND, count=2)) == ["archive-directory-differs"]
    assert archive_codes(build(SOUND, SOUND, count=1)) == ["archive-directory-differs"]


def test_a_directory_of_other_things_differs():
    data = build(SOUND, Part(b"b.txt"))
    second = data.rindex(b"PK\x01\x02")
    assert archive_codes(data[:second] + b"PK\x05\x05" + data[second + 4 :]) == ["archive-directory-differs"]


def test_a_directory_that_begins_after_its_end_is_corrupt():
    assert archive_codes(build(SOUND, offset=5000)) == ["archive-corrupt"]


def test_a_local_header_that_reaches_beyond_the_file_is_truncated():
    assert archive_codes(ZIP[:26] + b"\xff\xff" + ZIP[28:]) == ["archive-truncated"]


def test_a_file_that_shrinks_while_it_is_read_is_truncated():
    shrinking = io.BytesIO(ZIP)

    def read(size):
        return b"" if (shrinking.tell(), size) == (35, len(deflate(SOUND.data))) else io.BytesIO.read(shrinking, size)

    file = SimpleNamespace(seek=shrinking.seek, tell=shrinking.tell, read=read)
    assert "archive-truncated" in codes(inspect_package(cast(BinaryIO, file)))


def test_broken_extra_fields_are_corrupt():
    assert archive_codes(build(Part(b"a.txt", extra=struct.pack("<2H", 0x1234, 99)))) == ["archive-corrupt"]
    twice = unicode_path(b"a.txt", "a.txt") * 2
    assert archive_codes(build(Part(b"a.txt", extra=twice))) == ["archive-corrupt"]


def test_endless_extra_fields_are_corrupt():
    extra = struct.pack("<2H", 0x1234, 0)
    assert archive_codes(build(Part(b"a.txt", extra=extra * 100))) == []
    assert archive_codes(build(Part(b"a.txt", extra=extra * 101))) == ["archive-corrupt"]


def test_padding_of_the_extra_field_is_allowed():
    assert archive_codes(build(Part(b"a.txt", extra=b"\0\0\0"))) == []


@pytest.mark.parametrize("said", [6, 0])
def test_more_data_than_stated_are_refused(said):
    lie = {"size": said}
    assert archive_codes(build(Part(b"a.txt", local=lie, central=lie))) == ["archive-size-differs"]


def test_less_data_than_stated_are_refused():
    lie = {"size": 8}
    assert archive_codes(build(Part(b"a.txt", local=lie, central=lie))) == ["archive-size-differs"]


@pytest.mark.parametrize(
    "data",
    [
        build(SOUND, count=0xFFFF),
        build(SOUND, offset=0xFFFFFFFF),
        build(Part(b"a.txt", central={"size": 0xFFFFFFFF})),
        build(Part(b"a.txt", local={"size": 0xFFFFFFFF})),
        end64(ZIP, length=2**63),
        end64(ZIP, {"at": 2**63}),
        end64(ZIP, {"at": 0}),
        end64(ZIP, short_count=7),
        build(Part(b"a.txt", extra=struct.pack("<2H2Q", 1, 16, 2**40, 2**40))),
        build(Part(b"a.txt", local_extra=struct.pack("<2HQ", 1, 8, 1))),
    ],
)
def test_absurd_claims_of_zip64_are_refused(data):
    assert archive_codes(data) == ["archive-zip64"]


def test_a_zip64_directory_beyond_the_file_is_refused():
    assert archive_codes(end64(ZIP, offset=2**62)) == ["archive-corrupt"]
    assert archive_codes(end64(ZIP, count=2**62)) == ["archive-too-many-entries"]


@pytest.mark.parametrize(
    "data",
    [
        build(SOUND, disk=1),
        build(SOUND, first=1),
        build(SOUND, here=0),
        build(Part(b"a.txt", central={"disk": 3})),
        build(Part(b"a.txt", central={"disk": 0xFFFF}, extra=struct.pack("<2HL", 1, 4, 7))),
        end64(ZIP, {"disks": 2}),
        end64(ZIP, disk=1),
    ],
)
def test_archives_in_several_parts_are_refused(data):
    assert archive_codes(data) == ["archive-multi-disk"]
