"""efa.yml: what publiccode.yml cannot say."""

import pytest

from registry.inspection import Expected, manifest
from tests.inspection.packages import EXPECTED, MANIFEST, all_codes, changed, codes, inspect, package

THERE = {"docs/design.md", "legal/avv.pdf"}


def found(text):
    result = manifest.validate(text.encode(), exists=lambda path: path in THERE)
    return [(each.code, each.line) for each in result.findings]


def change(old, new):
    return changed(old, new, MANIFEST)


def test_a_sound_manifest_has_no_findings():
    result = manifest.validate(MANIFEST.encode(), exists=THERE.__contains__)
    assert result.findings == ()
    assert result.roles == {"legal/avv.pdf": "data_processing_agreement"}
    assert result.leika == {"99012345678901"}
    assert result.value is not None
    assert (result.value["efa"], result.value["version"]) == (1, "1.0.0")


def test_the_smallest_manifest_is_its_version():
    assert found("efa: 1\n") == []
    assert found("service: a\n") == [("manifest-required", 1)]


@pytest.mark.parametrize("version", ["2", '"x"', "1.0", "[1]"])
def test_only_version_1_is_known(version):
    assert found(f"efa: {version}\n") == [("manifest-version", 1)]


@pytest.mark.parametrize("text", ["[a]\n", "text\n"])
def test_the_manifest_must_be_a_mapping(text):
    assert found(text) == [("manifest-not-a-mapping", 1)]


def test_a_broken_manifest_is_reported_as_such():
    result = manifest.validate(b"a: [")
    assert (result.value, result.roles) == (None, {})
    assert result.findings[0].code == "yaml-syntax"


def test_unknown_keys_warn_so_that_newer_manifests_stay_readable():
    result = manifest.validate((MANIFEST + "trustlevel: high\n").encode())
    assert [(each.code, each.severity) for each in result.findings] == [("manifest-unknown-key", "warning")]
    assert "trust_level" in result.findings[0].message["de"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: online_service", "kind: form"),
        ("topic: Querschnitt", "topic: Verkehr"),
        ("trust_level: basic", "trust_level: very high"),
        ("own_operation, ", "saas, "),
        ("result: met", "result: yes"),
    ],
)
def test_only_known_values_are_allowed(old, new):
    assert "manifest-choice" in [code for code, _ in found(change(old, new))]


@pytest.mark.parametrize("topic", manifest.TOPICS)
def test_the_fourteen_topics_are_known(topic):
    assert found(change("topic: Querschnitt", f'topic: "{topic}"')) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("accounts: [bundid]", "accounts: bundid", "manifest-type"),
        ("payment: false", "payment: never", "manifest-type"),
        ("payment: false", "payment: no", "manifest-yes-no"),
        ("version: 1.0.0", "version: 1.0", "manifest-unquoted"),
        ("name: Formularserver, ", "", "manifest-required"),
        ("service: passierschein-a38", "service: Passierschein A38", "manifest-slug"),
        ('leika: ["99012345678901"]', 'leika: ["123"]', "manifest-leika"),
        ("requirement: design-001", "requirement: Design 1", "manifest-requirement"),
        ("requirement: design-001, ", "", "manifest-required"),
        ("requirement: routing-002", "requirement: design-001", "manifest-assessed-twice"),
        ("legal/avv.pdf", "legal/vertrag.pdf", "manifest-document-missing"),
        ("evidence: docs/design.md", "evidence: docs/none.md", "manifest-evidence"),
        ("data_processing_agreement", "dpa", "manifest-role"),
    ],
)
def test_each_rule_has_its_code(old, new, code):
    assert code in [each for each, _ in found(change(old, new))]


def test_no_leika_key_is_legitimate():
    assert found(change('leika: ["99012345678901"]', "leika: []")) == []


def test_a_file_of_an_unknown_role_has_none():
    result = manifest.validate(change("data_processing_agreement", "dpa").encode())
    assert result.roles == {}


@pytest.mark.parametrize("value", ["legal/avv.pdf", "[a]", "{a: [b]}"])
def test_documents_are_a_table(value):
    text = MANIFEST.replace("documents:\n  legal/avv.pdf: data_processing_agreement\n", f"documents: {value}\n")
    assert "manifest-type" in [code for code, _ in found(text)]


def test_a_sound_package_has_no_findings_and_each_file_its_role():
    report = inspect(package(), expected=EXPECTED)
    assert report.findings == ()
    assert {entry.path: entry.role for entry in report.files} == {
        "publiccode.yml": "publiccode",
        "efa.yml": "manifest",
        "LICENSE": "licence",
        "README.md": "readme",
        "CHANGELOG.md": "changelog",
        "docs/design.md": None,
        "legal/avv.pdf": "data_processing_agreement",
    }


def test_the_manifest_is_of_this_service_and_this_version():
    report = inspect(package(), expected=Expected(service="wunschkennzeichen", version="1.0.0"))
    assert codes(report) == ["manifest-service-differs"]
    report = inspect(package({"efa.yml": change("1.0.0", "2.0.0")}), expected=EXPECTED)
    assert codes(report) == ["manifest-version-differs"]


def test_the_manifest_is_recommended_only():
    report = inspect(package({"efa.yml": None}))
    assert (report.ok, all_codes(report)) == (True, {"manifest-missing"})


def test_documents_and_folders_of_the_package_count_as_evidence():
    text = change("evidence: docs/design.md", "evidence: docs")
    assert all_codes(inspect(package({"efa.yml": text}))) == set()


def test_both_documents_name_the_same_services():
    text = change("99012345678901", "99012345678902")
    report = inspect(package({"efa.yml": text}))
    assert (report.ok, all_codes(report)) == (True, {"leika-differs"})
    text = change('leika: ["99012345678901"]', "leika: []")
    assert all_codes(inspect(package({"efa.yml": text}))) == set()
