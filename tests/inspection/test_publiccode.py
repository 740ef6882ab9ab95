"""publiccode.yml by the standard's version 0.7.0: each rule, and where it is broken."""

import json
from pathlib import Path

import pytest

from registry.inspection import publiccode
from tests.inspection.packages import PUBLICCODE, all_codes, changed, codes, inspect, package

SHARED = Path(__file__).parents[2] / "../shared/data/publiccode"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not beside the project")


def validate(text, **options):
    return publiccode.validate(text.encode(), **options)


def found(text, **options):
    return [(each.code, each.line) for each in validate(text, **options).findings]


def line_of(part, text=PUBLICCODE):
    return text[: text.index(part)].count("\n") + 1


def with_more(more):
    """The sound document with more keys at its end."""
    return PUBLICCODE + more


def without(*lines):
    text = PUBLICCODE
    for line in lines:
        text = changed(line, "", text)
    return text


def test_a_sound_document_has_no_findings():
    result = validate(PUBLICCODE)
    assert result.ok
    assert result.findings == ()
    assert result.value["name"] == "Passierschein A38"
    assert result.licence == "EUPL-1.2"
    assert result.leika == {"99012345678901"}


@needs_shared
@pytest.mark.parametrize("name", ["publiccode.example.yml", "publiccode.minimal.yml"])
def test_the_examples_of_the_standard_are_accepted(name):
    result = publiccode.validate((SHARED / name).read_bytes())
    assert [each for each in result.findings if each.severity == "error"] == []


@needs_shared
def test_the_files_that_the_example_names_must_be_there():
    result = publiccode.validate((SHARED / "publiccode.example.yml").read_bytes(), exists=lambda _: False)
    missing = [each.message["en"] for each in result.findings if each.code == "publiccode-file-missing"]
    assert len(missing) == 4
    assert {each.code for each in result.findings if each.severity == "error"} == {"publiccode-file-missing"}


@needs_shared
def test_real_documents_are_read_and_each_finding_has_its_place():
    page = json.loads((SHARED / "developers_italia_page1.json").read_text())
    sound = 0
    for entry in page["data"]:
        result = publiccode.validate(entry["publiccodeYml"].encode())
        assert result.value is not None
        assert all(each.line and each.message["de"] and each.message["en"] for each in result.findings)
        sound += result.ok
    assert sound >= len(page["data"]) * 2 // 3


@pytest.mark.parametrize(
    ("cut", "key"),
    [
        ('publiccodeYmlVersion: "0.7"\n', "publiccodeYmlVersion"),
        ("name: Passierschein A38\n", "name"),
        ('url: "https://git.example.org/passierschein-a38.git"\n', "url"),
        ("platforms: [web]\n", "platforms"),
        ("developmentStatus: stable\n", "developmentStatus"),
        ("softwareType: standalone/web\n", "softwareType"),
        ("    shortDescription: Den Passierschein A38 online beantragen\n", "description.de.shortDescription"),
        ("    features:\n      - Antrag mit Vorschau\n", "description.de.features"),
        ("legal:\n  license: EUPL-1.2\n", "legal"),
        ("  type: internal\n", "maintenance.type"),
        ("  localisationReady: true\n", "localisation.localisationReady"),
        ("  availableLanguages: [de]\n", "localisation.availableLanguages"),
    ],
)
def test_what_is_required_must_be_there(cut, key):
    findings = validate(without(cut)).findings
    assert [each.code for each in findings] == ["publiccode-required"]
    assert key in findings[0].message["de"]


@pytest.mark.parametrize("empty", ["name:", "name: ~", 'name: ""', 'name: "  "'])
def test_an_empty_value_is_as_good_as_none(empty):
    assert found(changed("name: Passierschein A38", empty)) == [("publiccode-required", 2)]


def test_empty_lists_are_as_good_as_none():
    assert found(changed("platforms: [web]", "platforms: []")) == [("publiccode-required", 5)]
    assert found(changed("availableLanguages: [de]", "availableLanguages: []"))[0][0] == "publiccode-required"


def test_a_description_in_one_language_at_least_is_required():
    text = (
        PUBLICCODE[: PUBLICCODE.index("description:")] + "description: {}\n" + PUBLICCODE[PUBLICCODE.index("legal:") :]
    )
    assert found(text) == [("publiccode-required", line_of("description:"))]


def test_long_texts_are_needed_in_one_language_only():
    text = changed("legal:\n", "  en:\n    shortDescription: A pass\nlegal:\n")
    line = line_of("  en:\n", text)
    assert found(text) == [("publiccode-partly", line)] * 2
    assert validate(text).ok


@pytest.mark.parametrize("version", ["0", "0.7", "0.7.0"])
def test_current_versions_pass(version):
    assert found(changed('"0.7"', f'"{version}"')) == []


@pytest.mark.parametrize("version", ["0.2", "0.2.0", "0.2.1", "0.2.2", "0.3", "0.3.0", "0.4", "0.4.0", "0.5", "0.5.0"])
def test_older_versions_pass_with_a_hint(version):
    result = validate(changed('"0.7"', f'"{version}"'))
    assert [(each.code, each.severity) for each in result.findings] == [("publiccode-version-old", "hint")]


@pytest.mark.parametrize("version", ["0.1", "0.6", "1", "1.0", "latest", "0.7.1"])
def test_other_versions_are_refused(version):
    assert ("publiccode-version-unknown", 1) in found(changed('"0.7"', f'"{version}"'))


@pytest.mark.parametrize("version", ["0.7", "0", "0.10", "1"])
def test_an_unquoted_version_is_refused(version):
    assert ("publiccode-version-unquoted", 1) in found(changed('"0.7"', version))


def test_an_unquoted_version_of_three_parts_is_a_text():
    assert found(changed('"0.7"', "0.7.0")) == []


@pytest.mark.parametrize("text", ["- a\n", "just words\n", '"x"\n', "1\n"])
def test_the_document_must_be_a_mapping(text):
    result = validate(text)
    assert [each.code for each in result.findings] == ["publiccode-not-a-mapping"]
    assert result.value is None


def test_broken_yaml_has_no_value():
    result = validate("a: [\n")
    assert (result.ok, result.value, result.leika, result.licence) == (False, None, frozenset(), None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: Passierschein A38", "name: [a]"),
        ("name: Passierschein A38", "name: {a: b}"),
        ("platforms: [web]", "platforms: {web: true}"),
        ("platforms: [web]", "platforms: [[web]]"),
        ("platforms: [web]", "platforms: [~]"),
        ("localisationReady: true", "localisationReady: maybe"),
        ("localisationReady: true", 'localisationReady: "true"'),
        ("localisationReady: true", "localisationReady: 1"),
        ("    features:\n      - Antrag mit Vorschau", "    features: Antrag mit Vorschau"),
        ("legal:\n  license: EUPL-1.2", "legal: EUPL-1.2"),
        ("    - name: Team eGovernment\n      email: egovernment@example.org", "    - Team eGovernment"),
        ('supports:\n  - id: "urn:de:fim:leika:leistung:99012345678901"', "supports: [alias:gdpr]"),
        ("availableLanguages: [de]", "availableLanguages: de"),
    ],
)
def test_values_must_be_of_the_right_kind(old, new):
    assert "publiccode-type" in [code for code, _ in found(changed(old, new))]


def test_the_description_must_be_a_mapping_of_languages():
    text = (
        PUBLICCODE[: PUBLICCODE.index("description:")]
        + "description: Text\n"
        + PUBLICCODE[PUBLICCODE.index("legal:") :]
    )
    assert found(text) == [("publiccode-type", line_of("description:"))]
    text = text.replace("description: Text", "description:\n  de: Text")
    assert "publiccode-type" in [code for code, _ in found(text)]


def test_numbers_for_texts_are_taken_as_written_with_a_warning():
    result = validate(changed('softwareVersion: "1.0.0"', "softwareVersion: 1.10"))
    assert [(each.code, each.severity) for each in result.findings] == [("publiccode-unquoted", "warning")]
    assert result.value["softwareVersion"] == "1.10"


def test_the_country_no_is_not_a_truth_value():
    assert found(with_more("intendedAudience:\n  countries: [NO, DE]\n")) == []


@pytest.mark.parametrize("word", ["yes", "No", "on", "OFF"])
def test_old_truth_values_are_taken_with_a_warning(word):
    result = validate(changed("localisationReady: true", f"localisationReady: {word}"))
    assert result.ok
    assert [each.code for each in result.findings] == ["publiccode-yes-no"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("developmentStatus: stable", "developmentStatus: ready"),
        ("softwareType: standalone/web", "softwareType: standalone"),
        ("type: internal", "type: Internal"),
    ],
)
def test_only_the_values_of_the_standard_are_allowed(old, new):
    assert "publiccode-choice" in [code for code, _ in found(changed(old, new))]


def test_invented_categories_and_scopes_are_refused():
    text = with_more(
        "categories: [content-management, egovernment]\nintendedAudience:\n  scope: [goverment, justice]\n"
    )
    findings = validate(text).findings
    assert [each.code for each in findings] == ["publiccode-choice"] * 2
    assert "government" in findings[1].message["de"]


def test_unknown_keys_are_refused_with_a_suggestion():
    findings = validate(with_more("landingUrl: https://example.org\n")).findings
    assert [(each.code, each.column) for each in findings] == [("publiccode-unknown-key", 1)]
    assert "landingURL" in findings[0].message["de"]


def test_unknown_keys_deep_inside_are_refused_too():
    assert found(changed("  license:", "  licence: x\n  license:"))[0][0] == "publiccode-unknown-key"
    assert found(with_more("dependsOn:\n  software: [{name: x}]\n"))[0][0] == "publiccode-unknown-key"


def test_many_unknown_keys_are_cut_in_the_report_of_a_package():
    text = with_more("".join(f"nam{number}: x\n" for number in range(150)))
    report = inspect(package({"publiccode.yml": text}))
    assert codes(report) == ["publiccode-unknown-key"] * 100
    assert all_codes(report) == {"publiccode-unknown-key", "findings-cut"}


def test_many_unknown_keys_are_told_without_many_suggestions():
    findings = validate(with_more("".join(f"nam{number}: x\n" for number in range(2000)))).findings
    assert len(findings) == 2000
    assert sum("Did you mean" in each.message["en"] for each in findings) <= 10


@pytest.mark.parametrize(
    "key",
    [
        *("monochromeLogo: a.svg", "inputTypes: [text/plain]", "outputTypes: [text/plain]"),
        *("legal:\n  repoOwner: Stadt", "legal:\n  authorsFile: AUTHORS"),
    ],
)
def test_deprecated_keys_warn(key):
    text = with_more(key + "\n") if ":\n" not in key else changed("legal:", key)
    result = validate(text)
    assert result.ok
    assert "publiccode-deprecated" in [each.code for each in result.findings]


def test_a_generic_name_warns_unless_it_is_empty():
    text = changed("    shortDescription:", "    genericName: {}\n    shortDescription:")
    assert [code for code, _ in found(text.replace("{}", "Antrag"))] == ["publiccode-deprecated"]
    assert found(text.replace("{}", '""')) == []
    assert "publiccode-too-long" in [code for code, _ in found(text.replace("{}", "x" * 36))]


def test_lengths_count_what_a_reader_sees():
    family = "👨‍👩‍👧‍👦"
    short = "shortDescription: Den Passierschein A38 online beantragen"
    assert found(changed(short, f"shortDescription: {family * 150}")) == []
    assert [code for code, _ in found(changed(short, f"shortDescription: {family * 151}"))] == ["publiccode-too-long"]
    assert found(changed(short, "shortDescription: " + "a\u0308" * 150)) == []


def test_long_descriptions_have_bounds():
    head, tail = PUBLICCODE.split("    longDescription: >\n")
    tail = tail[tail.index("    features") :]
    for length, code in ((149, "publiccode-too-short"), (150, None), (10_000, None), (10_001, "publiccode-too-long")):
        result = found(f"{head}    longDescription: {'ü' * length}\n{tail}")
        assert [each for each, _ in result] == ([code] if code else [])
