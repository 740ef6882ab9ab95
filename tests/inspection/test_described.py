"""publiccode.yml as part of a package."""

from registry.inspection import Expected
from tests.inspection.packages import PUBLICCODE, all_codes, changed, codes, fact, inspect, package


def test_the_version_must_be_the_one_that_is_published():
    report = inspect(package(), expected=Expected(version="1.1.0"))
    found = next(found for found in report.findings if found.code == "publiccode-version-differs")
    assert (found.path, found.line) == ("publiccode.yml", 4)
    assert "1.1.0" in found.message["de"]


def test_a_document_without_a_version_fits_every_release():
    silent = changed('softwareVersion: "1.0.0"\n', "")
    report = inspect(package({"publiccode.yml": silent, "efa.yml": None}), expected=Expected(version="9.9.9"))
    assert report.ok


def test_a_package_needs_the_document():
    report = inspect(package({"publiccode.yml": None}))
    assert codes(report) == ["publiccode-missing"]
    assert report.facts["publiccode"] is None


def test_a_package_whose_folder_was_packed_says_so():
    report = inspect(package({"publiccode.yml": None, "a38/publiccode.yml": PUBLICCODE, "a38/x/publiccode.yml": "x"}))
    assert codes(report) == ["publiccode-not-at-root"]
    assert report.findings[0].path == "a38/publiccode.yml"


def test_the_other_extension_is_read_with_a_hint():
    report = inspect(package({"publiccode.yml": None, "publiccode.yaml": PUBLICCODE}))
    assert all_codes(report) == {"publiccode-yaml"}
    assert fact(report, "publiccode")["name"] == "Passierschein A38"


def test_two_documents_are_one_too_many():
    assert codes(inspect(package({"publiccode.yaml": PUBLICCODE}))) == ["publiccode-twice"]


def test_a_document_over_the_limit_is_not_read():
    noise = "".join(f"# {number * number}\n" for number in range(100_000))
    report = inspect(package({"publiccode.yml": PUBLICCODE + noise, "efa.yml": noise}))
    assert {found.path for found in report.findings if found.code == "yaml-too-large"} == {"publiccode.yml", "efa.yml"}
