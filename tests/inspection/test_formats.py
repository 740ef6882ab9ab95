"""Media types and roles."""

import pytest

from registry.inspection import formats
from tests.inspection.packages import fact, inspect, package

XDF = "urn:xoev-de:fim:standard:xdatenfelder_2"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.pdf", "application/pdf"),
        ("A.PDF", "application/pdf"),
        ("LICENSE", "text/plain"),
        ("docs/README", "text/plain"),
        ("README.md", "text/markdown"),
        ("a.tar.gz", "application/gzip"),
        ("a", "application/octet-stream"),
        ("a.unknown", "application/octet-stream"),
        ("exe.d/a", "application/octet-stream"),
    ],
)
def test_media_types_go_by_the_name(path, kind):
    assert formats.media_type(path) == kind


@pytest.mark.parametrize("extension", ["html", "HTM", "xhtml", "svg", "xml", "js", "css", "mjs", "bpmn"])
def test_nothing_is_named_as_what_a_browser_runs(extension):
    assert formats.media_type(f"a.{extension}") == "text/plain"


@pytest.mark.parametrize(
    ("path", "head", "role"),
    [
        ("publiccode.yml", b"", "publiccode"),
        ("docs/publiccode.yml", b"", None),
        ("efa.yml", b"", "manifest"),
        ("Readme.rst", b"", "readme"),
        ("SECURITY.md", b"", "security"),
        ("docs/README.md", b"", None),
        ("LICENCE.txt", b"", "licence"),
        ("LICENSE-MIT", b"", "licence"),
        ("LICENSES/MIT.txt", b"", "licence"),
        ("LICENSES/x/MIT.txt", b"", None),
        ("licensing.py", b"", None),
        (
            "x",
            f'<?xml version="1.0"?><xdf:xdatenfelder.stammdatenschema.0102 xmlns:xdf="{XDF}">'.encode(),
            "fim_schema",
        ),
        ("x.xml", f'\ufeff<a xmlns = "{XDF}">'.encode(), "fim_schema"),
        ("x.xml", f'<a xmlns="{XDF}">'.encode("utf-16"), "fim_schema"),
        ("x.xml", f'<a xmlns="{XDF}">'.encode("utf-16-be"), "fim_schema"),
        ("x.pdf", b'<a xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL">', "process"),
        ("x", b"<a xmlns:p='http://www.regierung-mv.de/xprozess/2'>", "process_description"),
        ("x", b"<a xmlns:p='http://xoev.de/schemata/xzufi/2_2_0'>", "service_description"),
        ("x", b'<bom xmlns="http://cyclonedx.org/schema/bom/1.5">', "sbom"),
        ("x.json", b'{\n "bomFormat": "CycloneDX"', "sbom"),
        ("x.json", b'{"SPDXID": "x", "spdxVersion": "SPDX-2.3"', "sbom"),
        ("x.yaml", b"openapi: 3.1.0\n", "api_description"),
        ("x.json", b'{"openapi": "3.0.0"', "api_description"),
        ("x.txt", b"a text about xmlns='urn:xoev-de:fim:standard:xdatenfelder_2'", None),
        ("x.json", b'{"a": 1}', None),
        ("x", b"\xff\xfe", None),
        ("x", b"", None),
    ],
)
def test_roles_go_by_content_and_only_at_the_root_by_name(path, head, role):
    assert formats.role(path, head) == role


def test_the_content_of_a_document_outweighs_what_its_author_says():
    schema = f'<a xmlns="{XDF}">'
    manifest = "efa: 1\ndocuments: {a.xml: form, b.txt: form}\n"
    report = inspect(package({"efa.yml": manifest, "a.xml": schema, "b.txt": "x"}))
    roles = {entry.path: entry.role for entry in report.files}
    assert (roles["a.xml"], roles["b.txt"]) == ("fim_schema", "form")
    assert {"path": "b.txt", "role": "form", "media_type": "text/plain"} in fact(report, "documents")
