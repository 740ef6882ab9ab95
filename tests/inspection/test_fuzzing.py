"""Whatever bytes come in, a report comes out."""

import io
import json
import struct

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from registry.inspection import Limits, Report, inspect_package, manifest, publiccode, spdx, yaml_nodes
from registry.inspection.codes import CODES
from tests.inspection.packages import EXPECTED, MANIFEST, PUBLICCODE, package
from tests.inspection.zips import Part, build, end64, named, unicode_path

SMALL = Limits(package_bytes=50_000, entries=50)
SEEDS = [
    package(),
    build(Part(b"a.txt", descriptor="signed"), Part(b"b/", b"", 0), named("ü.zip", data=build(Part(b"c")))),
    build(Part(b"a.txt", extra=unicode_path(b"a.txt", "b")), Part(b"x", b"\0" * 5_000), comment=b"PK\x05\x06"),
    end64(build(Part(b"a.txt"))),
]
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LONG = settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))

change = st.tuples(
    st.sampled_from(["set", "cut", "insert", "copy", "number"]),
    st.integers(0, 2**16),
    st.binary(min_size=1, max_size=8),
)


@st.composite
def mutated(draw):
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for kind, where, piece in draw(st.lists(change, min_size=1, max_size=6)):
        # Half of the changes fall on the end, where the directory lies.
        at = max(0, len(data) - 1 - where % 400) if where % 2 else where % max(1, len(data))
        if kind == "set":
            data[at : at + len(piece)] = piece
        elif kind == "cut":
            del data[at : at + len(piece)]
        elif kind == "insert":
            data[at:at] = piece
        elif kind == "copy":
            data[at:at] = data[at // 2 : at // 2 + 60]
        else:
            data[at : at + 4] = struct.pack("<L", draw(st.sampled_from([0, 1, 0xFFFF, 0xFFFFFFFF, len(data)])))
    return bytes(data)


def texts(value):
    """All texts in a JSON value; each can be stored as UTF-8, and NUL is what no database takes."""
    if isinstance(value, str):
        value.encode()
        yield value
    elif isinstance(value, dict):
        yield from texts([*value, *value.values()])
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def check(data: bytes) -> Report:
    report = inspect_package(io.BytesIO(data), limits=SMALL, expected=EXPECTED)
    assert not any("\0" in text for text in texts(json.loads(json.dumps(report.to_json()))))
    assert {found.code for found in report.findings} <= set(CODES)
    return report


@given(mutated())
@QUICK
def test_a_damaged_archive_gives_a_report(data):
    check(data)


@given(st.binary(max_size=300))
@example(b"PK\x05\x06" + b"\0" * 18)
@QUICK
def test_any_bytes_give_a_report(data):
    assert not check(data).ok


@given(st.lists(st.tuples(st.text(max_size=12), st.binary(max_size=40)), max_size=6))
@QUICK
def test_any_names_and_contents_give_a_report(entries):
    check(build(*(Part(name.encode("utf-8", "surrogatepass"), data, flags=0x0800) for name, data in entries)))


words = st.sampled_from(
    [
        *"[]{}:,-?*&!|>'\"#%@`\t\n\r~",
        ": ",
        "\n  ",
        "\n- ",
        "a",
        "1",
        "true",
        "&a ",
        "*a",
        "!!x ",
        "---\n",
        "\ufeff",
        "\x00",
    ]
)


@given(st.lists(words | st.text(max_size=5), max_size=40).map("".join))
@QUICK
def test_any_text_is_yaml_or_is_reported(text):
    node, findings = yaml_nodes.read(text.encode("utf-8", "surrogatepass"), "x.yml")
    assert node is not None or findings
    if node is not None:
        assert not any("\0" in text for text in texts(yaml_nodes.value(node)))


tags = st.sampled_from(
    [
        *(
            "<!DOCTYPE a",
            "<!DOCTYPE html",
            "[",
            "]",
            ">",
            "<!--",
            "-->",
            "<?x",
            "?>",
            "<a>",
            "</a>",
            "<a",
            "/>",
            " b='",
            "'",
        ),
        *(
            '<?xml version="1.0"',
            ' encoding="utf8"?>',
            ' encoding="UTF-7"?>',
            "<![CDATA[",
            "]]>",
            "&x;",
            "&#0;",
            "\ufeff",
        ),
    ]
)


@given(
    st.lists(tags | st.text(max_size=3), max_size=20).map("".join),
    st.sampled_from(["utf-8", "utf-16", "utf-16-be", "utf-32", "latin-1", "cp037"]),
    st.sampled_from(["a.xml", "a.html", "a"]),
)
@QUICK
def test_any_xml_gives_a_report(text, encoding, name):
    check(build(Part(name.encode(), text.encode(encoding, "replace"), 0)))


@st.composite
def edited(draw, text):
    lines = text.splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        key, colon, rest = lines[at].partition(":")
        other = draw(words | st.text(max_size=8) | st.sampled_from(["[]", "{}", "~", "1", "true", "[[x]]", "{a: 1}"]))
        lines[at] = draw(
            st.sampled_from(
                [f"{key}{colon} {other}\n", f"{key}{other}{colon}{rest}", lines[at] * 2, other + lines[at], ""]
            )
        )
    return "".join(lines)


@given(edited(PUBLICCODE))
@QUICK
def test_any_publiccode_gives_a_result(text):
    result = publiccode.validate(text.encode("utf-8", "surrogatepass"), exists=lambda _: False)
    assert result.value is not None or not result.ok
    assert all(found.line and found.line >= 1 for found in result.findings)
    json.dumps(result.value)


@given(edited(MANIFEST))
@QUICK
def test_any_manifest_gives_a_result(text):
    result = manifest.validate(text.encode("utf-8", "surrogatepass"), exists=lambda _: True)
    assert result.value is not None or result.findings
    json.dumps(result.value)


@given(
    st.lists(
        st.sampled_from(["MIT", "EUPL-1.2", "AND", "or", "WITH", "(", ")", "x", "LicenseRef-a", "+", " "]), max_size=15
    )
)
@QUICK
def test_any_expression_is_read_or_refused(tokens):
    parsed = spdx.parse(" ".join(tokens))
    if parsed is not None:
        again = spdx.parse(parsed.canonical)
        assert again is not None
        assert again.canonical == parsed.canonical


@pytest.mark.long
@pytest.mark.timeout(900)
@given(mutated())
@LONG
def test_a_damaged_archive_gives_a_report_ever_so_often(data):
    check(data)
