"""XML without a document type, in an encoding that hides none, and bounded in all that can grow."""

import io
import time
import tracemalloc
from pathlib import Path

import pytest

from registry.inspection import Limits, inspect_package, inspect_path
from tests.inspection.packages import codes, inspect, package
from tests.inspection.zips import Part, build

DATA = Path(__file__).parents[2] / "../shared/data"
DTD = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
SVG = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
FIM = 'xmlns="urn:xoev-de:fim:standard:xdatenfelder_2"'


def found(name, content):
    """What is said of the XML in a package: code, severity and place."""
    data = content.encode() if isinstance(content, str) else content
    # Stored, or else the archive would be refused before its documents are.
    report = inspect(build(Part(name.encode(), data, 0)))
    return [
        (said.code, said.severity, said.line, said.column)
        for said in report.findings
        if said.code.startswith("xml") and said.path == name
    ]


def refused(name, content):
    return [code for code, severity, _, _ in found(name, content) if severity == "error"]


@pytest.mark.parametrize(
    "name",
    [
        *("a.xml", "a.XML", "a.bpmn", "a.svg", "a.xsd", "a.dmn", "a.xhtml", "a.unknown", "no-extension", "a.txt"),
        *("pom.xml", "docs/deep/a.xml", "page.html", "page.htm"),
    ],
)
@pytest.mark.parametrize("start", ["", '<?xml version="1.0"?>', "\ufeff", "\n \t"])
def test_a_document_type_is_refused_whatever_the_file_is_called(name, start):
    assert refused(name, f"{start}{DTD}<a>&x;</a>") == ["xml-dtd"]


@pytest.mark.parametrize(
    "hiding",
    [
        "<!-- c -->",
        "<!-- <a> -->" * 300,
        "<?php echo 1 ?>",
        " " * 5_000,
        "\n" * 200_000,
        "<!--" + "x" * 5_000 + "-->",
        "<!--" + "x" * 1_000_000 + "-->",
        "<?x " + "y" * 100_000 + "?>",
        "<!-- <!DOCTYPE html> -->",
    ],
)
@pytest.mark.parametrize("name", ["a.xml", "a"])
def test_a_document_type_is_found_behind_whatever_comes_before(name, hiding):
    assert refused(name, f"{hiding}{DTD}<a/>") == ["xml-dtd"]
    assert refused(name, f'<?xml version="1.0"?>{hiding}{DTD}<a/>') == ["xml-dtd"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["a.xml", "a"])
def test_a_document_type_is_found_in_every_encoding_that_is_read(name, encoding):
    assert refused(name, f"{DTD}<a/>".encode(encoding)) == ["xml-dtd"]
    mark = "\ufeff" if encoding.endswith("e") else ""
    assert refused(name, f"{mark}<!-- ü -->{DTD}<a/>".encode(encoding)) == ["xml-dtd"]


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>',
        b'<?xml version="1.0" encoding="cp037"?><a/>',
        b'<?xml version="1.0" encoding="UTF-32"?><a/>',
        b'<?xml version="1.0" encoding="GB18030"?><a/>',
        b'<?xml version="1.0" encoding="rot13"?><a/>',
        b'<?xml version="1.0" encoding="none-such"?><a/>',
        b'<?xml version="1.0" encoding="UTF-16"?><a/>',
        b'<?xml version="1.0"' + b" " * 300 + b'encoding="utf8"?><a/>',
        '<?xml version="1.0" encoding="UTF-8"?><a/>'.encode("utf-16"),
        *(
            f"{start}{DTD}<a/>".encode(name)
            for name in ("utf-32", "utf-32-le", "utf-32-be")
            for start in ("", "<?x y?>")
        ),
        f"\ufeff  {DTD}<a/>".encode("utf-32-be"),
        f'<?xml version="1.0" encoding="cp037"?>{DTD}<a/>'.encode("cp037"),
    ],
)
@pytest.mark.parametrize("name", ["a.xml", "a"])
def test_encodings_that_can_hide_something_are_refused(name, content):
    assert refused(name, content) == ["xml-encoding"]


@pytest.mark.parametrize("encoding", ["UTF-8", "utf8", "ISO-8859-1", "iso-8859-15", "windows-1252", "US-ASCII"])
def test_common_encodings_are_read(encoding):
    text = "abc" if encoding == "US-ASCII" else "größe"
    content = f"<?xml version='1.0' encoding='{encoding}'?><{text}>{text}</{text}>"
    assert found("a.xml", content.encode(encoding)) == []
    assert refused("a.xml", content.replace("<gr", DTD + "<gr").replace("<abc", DTD + "<abc").encode(encoding)) == [
        "xml-dtd"
    ]


def test_a_document_type_is_found_where_it_stands():
    assert found("a.xml", f"<?xml version='1.0'?>\n<!-- ü -->  {DTD}\n<a/>") == [("xml-dtd", "error", 2, 13)]
    assert found("a.xml", f"\ufeff {DTD}\n<a/>") == [("xml-dtd", "error", 1, 2)]
    assert found("a.svg", f"<?xml version='1.0'?>\n\n{SVG}\n<svg/>") == [("xml-dtd", "error", 3, 1)]


@pytest.mark.parametrize("doctype", ["<!DOCTYPE a", "<!DOCTYPE a [", '<!DOCTYPE a PUBLIC "[" ', "<!DOCTYPE >"])
def test_a_document_type_that_is_broken_is_one(doctype):
    assert refused("a.xml", f"{doctype}<a/>")[0] in {"xml-dtd", "xml-broken"}


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><html><br><p>x</html>",
        "<!doctype html>\n<p>",
        "\n<!-- Vorlage -->\n<!DOCTYPE HTML>\n<p>",
        '<!DOCTYPE html SYSTEM "about:legacy-compat"><p>',
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd"><p>',
    ],
)
@pytest.mark.parametrize("name", ["index.html", "INDEX.HTM", "mail.j2", "page.php"])
def test_pages_of_html_are_no_xml(name, page):
    assert found(name, page) == []


def test_xhtml_may_have_its_document_type_only_where_it_is_named_html():
    page = '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x.dtd"><html/>'
    assert found("a.html", page) == []
    for name in ("a.xhtml", "a.xml", "a"):
        assert refused(name, page) == ["xml-dtd"]
    assert refused("a.html", '<!DOCTYPE html [<!ENTITY x "y">]><html>&x;</html>') == ["xml-dtd"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("README.md", '<p align="center">\n<img src="x">\n\n# Title & more'),
        ("a.md", "<!-- comment -->\n# Title"),
        ("a.php", "<?php\n$a = '<!DOCTYPE x>';"),
        ("a.jsp", "<%@ page %>\n<!DOCTYPE html>"),
        ("a.vue", "<template><br></template>"),
        ("a.txt", "text <!DOCTYPE a>"),
        ("a.txt", "<3"),
        ("a.bin", b"\0" * 100_000),
        ("a.mp4", b"\0\0\0\x20ftypisom"),
        ("a.txt", " \n" * 50_000),
        ("empty", ""),
        ("a.py", "DOCTYPE = '<!DOCTYPE a>'"),
        ("a.md", f"```\n{DTD}\n```"),
    ],
)
def test_what_only_looks_like_xml_is_left_alone(name, content):
    assert found(name, content) == []


@pytest.mark.parametrize(
    "content", ["<a><b></a>", "<a/>x", "<a>&nbsp;</a>", "<a><b c='' c=''/></a>", "", "<!-- -->", "<a>\x07</a>", "<a>"]
)
def test_other_xml_that_is_not_well_formed_is_warned_of(content):
    ((code, severity, _, _),) = found("a.xml", content)
    assert (code, severity) == ("xml-not-well-formed", "warning")


def test_the_place_and_the_reason_of_a_break_are_told():
    report = inspect(package({"a.svg": "<svg>\n <g>\n</svg>"}))
    (said,) = (said for said in report.findings if said.code == "xml-not-well-formed")
    assert (said.line, said.column) == (3, 3)
    assert "schließende" in said.message["de"]
    assert "closing" in said.message["en"]


@pytest.mark.parametrize("content", [f"<a {FIM}><b></a>", f"<a {FIM}>", f"<a {FIM}/>x", f"<a {FIM}>&x;</a>"])
def test_a_recognised_document_must_parse(content):
    assert refused("a.xml", content) == ["xml-broken"]
    assert refused("a", f'<?xml version="1.0"?>{content}') == ["xml-broken"]


@pytest.mark.parametrize(
    "junk", ["x", "<a b='' b=''/>", "\n<?xml version='1.0'?>", "<!-- -- -->", "{% if x %}", "\0", "PK\x03\x04"]
)
def test_xml_that_breaks_before_its_root_could_hide_a_document_type(junk):
    assert refused("a.xml", f"{junk}{DTD}<a/>") == ["xml-broken"]


def test_a_gap_in_front_of_the_declaration_hides_nothing_under_any_name():
    assert refused("a", f"\n<?xml version='1.0'?>{DTD}<a/>") == ["xml-broken"]


@pytest.mark.parametrize(
    "bomb",
    [
        "<a>" * 1_000 + "</a>" * 1_000,
        "<a>" + "".join(f"<n{number}/>" for number in range(30_000)) + "</a>",
        "<a " + " ".join(f"n{number}=''" for number in range(30_000)) + "/>",
        "<!-- -->" * 2_000 + "<a/>",
        "<!--" + "x" * 2_500_000 + "--><a/>",
        "<?x?>" * 2_000 + "<a/>",
    ],
)
def test_what_grows_without_bound_is_refused(bomb):
    assert refused("a.xml", bomb) == ["xml-too-complex"]


def test_entities_are_never_expanded():
    laughs = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    bomb = f'<!DOCTYPE a [<!ENTITY a0 "{"ha" * 20_000}">{laughs}]><a b="&a9;">&a9;</a>'
    data, start = package({"a.xml": bomb, "b": bomb}), time.perf_counter()
    assert codes(inspect(data)).count("xml-dtd") == 2
    assert time.perf_counter() - start < 1


def test_a_large_picture_inside_a_picture_is_fine():
    picture = "<svg><image href='data:image/png;base64," + "iVBORw0KGgo" * 300_000 + "'/></svg>"
    assert found("a.svg", picture) == []
    assert found("a.svg", f"<svg><text>{'x' * 3_000_000}</text></svg>") == []


def test_a_long_table_is_fine():
    assert found("a.xml", "<a>" + "<row n='1'/>" * 600_000 + "</a>") == []


def test_many_documents_are_read_after_a_long_one():
    table = "<a>" + "<row n='1'/>" * 600_000 + "</a>"
    documents = {"a.xml": table, "b.xml": f"<!-- c --><a {FIM}/>", "c.xml": DTD, "d.xml": "x"}
    report = inspect(build(*(Part(name.encode(), text.encode(), 0) for name, text in documents.items())))
    wrong = [(said.code, said.path) for said in report.blocking if said.code.startswith("xml")]
    assert wrong == [("xml-dtd", "c.xml"), ("xml-broken", "d.xml")]


@pytest.mark.parametrize(
    "document",
    [
        "<a>" + "<b>text</b>" * 300_000 + "</a>",
        "<a>" + "x" * 20_000_000 + "</a>",
        "<!--" + "x" * 20_000_000 + "--><a/>",
        "<a b='" + "x" * 20_000_000 + "'/>",
        "<a " + " ".join(f"n{number}=''" for number in range(1_500_000)) + "/>",
        "<a>" * 5_000_000,
        " " * 20_000_000,
    ],
)
def test_memory_and_time_stay_bounded_whatever_the_document(document):
    file = io.BytesIO(build(Part(b"a.xml", document.encode(), 0)))
    start = time.perf_counter()
    tracemalloc.start()
    try:
        inspect_package(file)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 64_000_000
    assert time.perf_counter() - start < 20


def test_xml_in_an_archive_inside_is_held_to_the_same():
    inner = build(
        Part(b"word/document.xml", f"<?xml version='1.0'?>\n{DTD}<a/>".encode()), Part(b"b.xml", b"<a><b></a>")
    )
    report = inspect(package({"form.docx": inner}))
    places = {(said.code, said.path, said.line) for said in report.findings}
    assert places == {
        ("xml-dtd", "form.docx!/word/document.xml", 2),
        ("xml-not-well-formed", "form.docx!/b.xml", 1),
    }


def test_xml_in_a_folder_is_held_to_the_same(tmp_path):
    (tmp_path / "a.svg").write_text(f"{SVG}<svg/>")
    assert "xml-dtd" in codes(inspect_path(tmp_path))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xml", f"{DTD}<a/>", "xml-dtd"),
        ("a.svg", f"{SVG}<svg/>", "xml-dtd"),
        ("a", f"<?xml version='1.0'?>{DTD}<a {FIM}/>", "xml-dtd"),
        ("a.xml", f"<a {FIM}><b></a>", "xml-broken"),
        ("a.xml", "<a><b></a>", "xml-broken"),
        ("a.bpmn", "", "xml-broken"),
        ("a.xml", "no XML", "xml-broken"),
        ("a.xml", "<a>" * 300, "xml-too-complex"),
        ("a.xml", "<?xml version='1.0' encoding='UTF-7'?><a/>", "xml-encoding"),
    ],
)
def test_a_document_alone_must_be_readable(tmp_path, name, content, code):
    (tmp_path / name).write_text(content)
    assert codes(inspect_path(tmp_path / name)) == [code]


def test_a_document_alone_is_read_to_its_end_however_long(tmp_path):
    path = tmp_path / "a.xml"
    path.write_text(f"<a {FIM}>" + "<b>x</b>" * 300_000 + "</a>")
    report = inspect_path(path)
    assert report.findings == ()
    assert report.files[0].size == path.stat().st_size
    path.write_text(f"<a {FIM}>" + "<b>x</b>" * 300_000)
    assert codes(inspect_path(path)) == ["xml-broken"]


def test_a_document_alone_has_a_limit(tmp_path):
    (tmp_path / "a.xml").write_text("<a>" + "x" * 10_000 + "</a>")
    assert codes(inspect_path(tmp_path / "a.xml", limits=Limits(package_bytes=100))) == ["archive-expansion"]


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not beside the project")
def test_real_documents_are_read_without_a_finding():
    documents = [path for folder in ("fim", "bpmn") for path in sorted((DATA / folder).iterdir())]
    assert len(documents) >= 8
    inside = package({f"docs/{path.name}": path.read_bytes() for path in documents})
    assert not [said for said in inspect(inside).findings if said.code.startswith("xml")]
    for path in documents:
        assert inspect_path(path).findings == ()
