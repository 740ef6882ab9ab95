"""publiccode.yml: addresses, dates, languages, files, and what several keys say together."""

from pathlib import Path

import pytest

from registry.inspection import publiccode
from registry.inspection.publiccode import rules
from tests.inspection.packages import PUBLICCODE, changed

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


@pytest.mark.parametrize(
    "url",
    [
        "git@example.org:a/b.git",
        "example.org/a",
        "https://",
        "/a",
        "https:// example.org",
        "http://[::1",
        "https://a:99999",
    ],
)
def test_the_repository_must_be_a_url(url):
    text = changed('"https://git.example.org/passierschein-a38.git"', f'"{url}"')
    assert found(text) == [("publiccode-url", 3)]


@pytest.mark.parametrize("url", ["git://example.org/a", "ssh://git@example.org/a.git", "HTTPS://EXAMPLE.ORG/ä"])
def test_any_scheme_will_do_for_the_repository(url):
    assert found(changed('"https://git.example.org/passierschein-a38.git"', f'"{url}"')) == []


@pytest.mark.parametrize("key", ["landingURL", "roadmap"])
def test_addresses_for_people_must_open_in_a_browser(key):
    assert found(with_more(f"{key}: ftp://example.org\n"))[0][0] == "publiccode-url"
    assert found(with_more(f"{key}: https://example.org/x\n")) == []


def test_several_origins_may_be_named():
    assert found(with_more("isBasedOn: https://example.org/a\n")) == []
    assert found(with_more("isBasedOn: [https://example.org/a, https://example.org/b]\n")) == []
    assert found(with_more("isBasedOn: [otello]\n"))[0][0] == "publiccode-url"


@pytest.mark.parametrize(
    "date", ["2026-02-30", "26-01-01", "2026/01/01", "2026-1-1", "gestern", "2026-01-01T00:00:00Z"]
)
def test_dates_must_be_days_that_exist(date):
    assert found(with_more(f'releaseDate: "{date}"\n'))[0][0] == "publiccode-date"


@pytest.mark.parametrize("date", ["2026-02-28", '"2024-02-29"'])
def test_days_that_exist_pass_with_and_without_quotes(date):
    assert found(with_more(f"releaseDate: {date}\n")) == []


@pytest.mark.parametrize("email", ["a", "a@b", "a@@b.de", "a b@c.de", "@b.de", "a@b..de", "a@b.de.", "a@-b.de"])
def test_email_addresses_must_be_complete(email):
    assert "publiccode-email" in [code for code, _ in found(changed("egovernment@example.org", f'"{email}"'))]


@pytest.mark.parametrize("email", ["a@b.de", "o'neill+x@sub.example.org", "grün@übung.example"])
def test_email_addresses_of_all_kinds_pass(email):
    assert found(changed("egovernment@example.org", f'"{email}"')) == []


@pytest.mark.parametrize(
    "tag",
    [
        *("de", "en-GB", "de-CH-1996", "zh-Hant-TW", "es-419", "sl-IT-nedis", "nds", "DE", "gsw", "de-DE-u-co-phonebk"),
        *("x-einfach", "de-x-leicht", "sr-Latn"),
    ],
)
def test_language_tags_pass(tag):
    assert rules.is_language(tag)
    assert found(changed("availableLanguages: [de]", f"availableLanguages: [{tag}]")) == []


@pytest.mark.parametrize("tag", ["deutsch", "de_DE", "ger", "eng", "xx", "de-XX", "d", "de-", "de-DE-DE", "en-999", ""])
def test_other_words_for_languages_are_refused(tag):
    assert not rules.is_language(tag)


def test_unknown_languages_are_refused_where_they_stand():
    text = changed("availableLanguages: [de]", "availableLanguages: [de, german]")
    assert found(text) == [("publiccode-language", line_of("  availableLanguages"))]
    assert found(changed("  de:\n", "  deutsch:\n"))[0] == ("publiccode-language", line_of("  de:\n"))


@pytest.mark.parametrize("tag", ["de_DE", "deu", "eng"])
def test_available_languages_in_another_form_warn(tag):
    result = validate(changed("availableLanguages: [de]", f"availableLanguages: [{tag}]"))
    assert result.ok
    assert [each.code for each in result.findings] == ["publiccode-language-form"]


def test_countries_have_two_letters():
    text = with_more("intendedAudience:\n  countries: [DE, at]\n  unsupportedCountries: [XX, De, GER]\n")
    assert [code for code, _ in found(text)] == ["publiccode-country-lower"] + ["publiccode-country"] * 3


def test_media_types_have_their_form():
    assert "publiccode-mime-type" in [code for code, _ in found(with_more("inputTypes: [text]\n"))]


@pytest.mark.parametrize(
    "supported",
    [
        *("alias:gdpr", "https://standard.example.org/x", "urn:example:a", "urn:de:fim:leika:leistung:77000000000316"),
        *("ISO:27001", "tag:example.org,2026:x"),
    ],
)
def test_what_is_supported_is_an_alias_or_a_uri(supported):
    assert found(changed("urn:de:fim:leika:leistung:99012345678901", supported)) == []


@pytest.mark.parametrize(
    ("supported", "code"),
    [
        ("alias:dsgvo", "publiccode-alias"),
        ("gdpr", "publiccode-uri"),
        ("urn:x", "publiccode-uri"),
        ("https://a b", "publiccode-uri"),
        ("urn:de:fim:leika:leistung:123", "publiccode-leika"),
        ("urn:de:fim:leika:leistung:9901234567890x", "publiccode-leika"),
    ],
)
def test_other_things_that_are_supported_are_refused(supported, code):
    assert [each for each, _ in found(changed("urn:de:fim:leika:leistung:99012345678901", supported))] == [code]


def test_an_organisation_needs_its_uri():
    assert found(with_more("organisation:\n  uri: urn:x-italian-pa:c_h501\n")) == []
    assert found(with_more("organisation:\n  uri: https://www.moenchengladbach.de\n  name: Stadt\n")) == []
    assert found(with_more("organisation:\n  name: Stadt\n"))[0][0] == "publiccode-required"
    assert found(with_more("organisation:\n  uri: Stadt\n"))[0][0] == "publiccode-uri"


def test_funders_have_names():
    assert found(with_more("fundedBy:\n  - {name: Land, uri: https://www.land.nrw}\n")) == []
    assert found(with_more("fundedBy:\n  - {uri: https://www.land.nrw}\n"))[0][0] == "publiccode-required"


def test_contacts_are_needed_where_one_maintains_it_oneself():
    contacts = "  contacts:\n    - name: Team eGovernment\n      email: egovernment@example.org\n"
    for kind in ("internal", "community"):
        text = changed("type: internal", f"type: {kind}", without(contacts))
        assert found(text) == [("publiccode-required", line_of("  type:"))]
    assert found(changed("type: internal", "type: none", without(contacts))) == []
    assert found(changed("type: internal", "type: none")) == []


def test_contractors_are_needed_by_contract_and_only_then():
    contractors = "maintenance:\n  contractors:\n    - {name: GmbH, until: 2030-01-01, website: https://example.org}\n"
    text = changed("maintenance:\n", contractors)
    assert found(text) == [("publiccode-contractors-forbidden", line_of("  contractors", text))]
    assert found(changed("type: internal", "type: contract", text)) == []
    assert found(changed("type: internal", "type: contract")) == [("publiccode-required", line_of("  type:"))]


def test_contractors_say_until_when():
    contractors = "maintenance:\n  contractors:\n    - {name: GmbH}\n"
    text = changed("type: internal", "type: contract", changed("maintenance:\n", contractors))
    assert found(text) == [("publiccode-required", line_of("    - {name: GmbH}", text))]


def test_dependencies_have_names():
    text = with_more(
        "dependsOn:\n  open:\n    - {name: PostgreSQL, versionMin: '14', optional: true}\n    - {version: '1'}\n"
    )
    assert [code for code, _ in found(text)] == ["publiccode-required"]


@pytest.mark.parametrize(
    ("key", "path", "code"),
    [
        ("logo", "/img/logo.svg", "publiccode-path"),
        ("logo", "file:///logo.svg", "publiccode-path"),
        ("logo", "../logo.svg", "publiccode-path"),
        ("logo", "img\\logo.svg", "publiccode-path"),
        ("logo", "img/logo.jpg", "publiccode-file-type"),
        ("logo", "https://example.org/logo.gif", "publiccode-file-type"),
        ("logo", "img/other.svg", "publiccode-file-missing"),
        ("monochromeLogo", "img/other.svg", "publiccode-file-missing"),
    ],
)
def test_named_files_must_be_there_and_fit(key, path, code):
    text = with_more(f"{key}: '{path}'\n")
    assert code in [each for each, _ in found(text, exists=lambda name: name == "img/logo.svg")]


@pytest.mark.parametrize(
    "path", ["img/logo.svg", "./img/logo.svg", "img/../img/logo.svg", "https://example.org/logo.PNG"]
)
def test_named_files_that_are_there_pass(path):
    assert found(with_more(f"logo: {path}\n"), exists=lambda name: name == "img/logo.svg") == []


def test_screenshots_are_pictures():
    text = changed("    features:", "    screenshots: [a.png, b.svg, c.jpg]\n    features:")
    assert [code for code, _ in found(text)] == ["publiccode-file-type"]


@pytest.mark.parametrize(
    "url",
    [
        *("https://youtube.com/xxxxxxxx", "https://www.youtube.com/watch?v=x", "https://vimeo.com/1"),
        *("https://video.stadt.example/w/abc", "https://tube.example.org/videos/watch/abc-1"),
    ],
)
def test_videos_at_sites_that_embed_pass(url):
    assert found(changed("    features:", f"    videos: ['{url}']\n    features:")) == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://www.example.org/film.mp4", "publiccode-video"),
        ("https://notyoutube.com/watch", "publiccode-video"),
        ("film.mp4", "publiccode-url"),
    ],
)
def test_other_videos_are_refused(url, code):
    assert [each for each, _ in found(changed("    features:", f"    videos: ['{url}']\n    features:"))] == [code]


@pytest.mark.parametrize(
    ("licence", "code"),
    [("EUPL1.2", "licence-unknown"), ("EUPL-1.2 AND", "licence-expression"), ("frei", "licence-unknown")],
)
def test_the_licence_is_an_spdx_expression(licence, code):
    text = changed("license: EUPL-1.2", f"license: {licence}")
    assert found(text) == [(code, line_of("  license:"))]


def test_the_german_section_is_read_and_warns():
    text = with_more(
        'de:\n  countryExtensionVersion: "1.0"\n  leika:\n    - {leika-id: "77000000000316", ozg-id: "10110"}\n'
    )
    result = validate(text)
    assert [(each.code, each.severity) for each in result.findings] == [("publiccode-country-section", "warning")]
    assert result.leika == {"99012345678901", "77000000000316"}


def test_the_german_section_needs_real_keys():
    assert "publiccode-leika" in [code for code, _ in found(with_more("de:\n  leika:\n    - leika-id: abc\n"))]
    assert "publiccode-required" in [code for code, _ in found(with_more("de:\n  leika:\n    - ozg-id: '1'\n"))]


def test_the_italian_section_is_checked():
    assert [code for code, _ in found(with_more("IT:\n  piattaforme:\n    spid: true\n"))] == [
        "publiccode-country-section"
    ]
    assert "publiccode-choice" in [code for code, _ in found(with_more('it:\n  countryExtensionVersion: "3"\n'))]
    assert "publiccode-type" in [code for code, _ in found(with_more("it:\n  conforme:\n    gdpr: vielleicht\n"))]


def test_a_country_section_stands_once():
    codes_found = [code for code, _ in found(with_more("IT:\n  riuso: {codiceIPA: a}\nit:\n  riuso: {codiceIPA: a}\n"))]
    assert "publiccode-country-twice" in codes_found
