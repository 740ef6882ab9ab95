"""Licences: expressions and texts."""

import pytest

from registry.inspection.licences import LicenceText, check_expression, check_texts, identifiers, recognise, same
from tests.inspection.packages import EXPECTED, LICENCE, PUBLICCODE, all_codes, changed, codes, inspect, package

MIT = "MIT License\n\nPermission is hereby granted, free of charge, to any\n person obtaining a copy of this software"
ISC = (
    "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby "
    "granted, provided that the above copyright notice and this permission notice appear in all copies."
)
APACHE = "                                 Apache License\n                           Version 2.0, January 2004\n"


@pytest.mark.parametrize(
    "expression",
    [
        *("EUPL-1.2", "eupl-1.2", "EUPL-1.2 OR Apache-2.0", "(MIT AND CC-BY-4.0) OR 0BSD", "AGPL-3.0-or-later"),
        *("GPL-2.0-or-later WITH Classpath-exception-2.0", "LicenseRef-Stadt", "GPL-3.0", "DL-DE-BY-2.0"),
        "DocumentRef-a:LicenseRef-b",
    ],
)
def test_expressions_by_spdx_are_accepted(expression):
    assert list(check_expression(expression, None, None, None)) == []


@pytest.mark.parametrize(
    "expression",
    [
        "",
        " ",
        "MIT AND",
        "(MIT",
        "MIT Apache-2.0",
        "MIT;",
        "A" * 301,
        "MIT WITH",
        "()",
        "MIT ()",
        "(" * 99 + "MIT" + ")" * 99,
    ],
)
def test_broken_expressions_are_refused(expression):
    assert [found.code for found in check_expression(expression, None, 1, 1)] == ["licence-expression"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("EUPL1.2", "EUPL-1.2"),
        ("Apache2", "Apache-2.0"),
        ("GPLv3", "GPL-3.0"),
        ("AGPL-3.0-or-newer", "AGPL-3.0-or-later"),
    ],
)
def test_unknown_licences_come_with_a_suggestion(name, meant):
    (found,) = check_expression(name, "publiccode.yml", 3, 5)
    assert (found.code, found.line, found.column) == ("licence-unknown", 3, 5)
    assert meant in found.message["de"]


def test_a_licence_like_no_other_gets_no_suggestion():
    (found,) = check_expression("xyzzy-plugh", None, None, None)
    assert found.code == "licence-unknown"
    assert "Meinten" not in found.message["de"]


def test_an_exception_is_no_licence():
    (found,) = check_expression("Classpath-exception-2.0", None, None, None)
    assert found.code == "licence-unknown"
    (found,) = check_expression("GPL-2.0-only WITH MIT", None, None, None)
    assert "MIT" in found.message["en"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (LICENCE, "EUPL-1.2"),
        ("EUROPEAN UNION PUBLIC LICENCE v. 1.2\nEUPL © the European Union 2007, 2016", "EUPL-1.2"),
        ("OPEN-SOURCE-LIZENZ FÜR DIE EUROPÄISCHE UNION v. 1.2\nEUPL © Europäische Union 2007, 2016", "EUPL-1.2"),
        ("European Union Public Licence\nV. 1.1", "EUPL-1.1"),
        (MIT, "MIT"),
        (APACHE, "Apache-2.0"),
        ("GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007", "GPL-3.0"),
        ("GNU GENERAL PUBLIC LICENSE\n   Version 2, June 1991", "GPL-2.0"),
        ("GNU AFFERO GENERAL PUBLIC LICENSE\n   Version 3, 19 November 2007", "AGPL-3.0"),
        (
            "GNU LESSER GENERAL PUBLIC LICENSE\n Version 3\nsupplement of the GNU General Public License version 3",
            "LGPL-3.0",
        ),
        ("GNU LESSER GENERAL PUBLIC LICENSE\n Version 2.1, February 1999", "LGPL-2.1"),
        ("Mozilla Public License Version 2.0\n====", "MPL-2.0"),
        ("Mozilla Public License Version 2.0 ... the GNU Affero General Public License, Version 3.0", "MPL-2.0"),
        ("Eclipse Public License - v 2.0 ... GNU General Public License, version 2.0, or later", "EPL-2.0"),
        (
            "Redistribution and use in source and binary forms\nAll advertising materials mentioning features or use",
            "BSD-4-Clause",
        ),
        ("Eclipse Public License - v 2.0", "EPL-2.0"),
        ("Creative Commons Legal Code\n\nCC0 1.0 Universal", "CC0-1.0"),
        ("Creative Commons Attribution 4.0 International Public License", "CC-BY-4.0"),
        ("Creative Commons Attribution-ShareAlike 4.0 International", "CC-BY-SA-4.0"),
        ("Open Data Commons Open Database License (ODbL)\nODC Open Database License", "ODbL-1.0"),
        ("Datenlizenz Deutschland – Namensnennung – Version 2.0", "DL-DE-BY-2.0"),
        ("Datenlizenz Deutschland – Zero – Version 2.0", "DL-DE-ZERO-2.0"),
        (ISC, "ISC"),
        (ISC[: ISC.index(", provided")], "0BSD"),
        ("Redistribution and use in source and binary forms, with or without", "BSD-2-Clause"),
        ("Redistribution and use in source and binary forms, ...\n3. Neither the name of the", "BSD-3-Clause"),
        ("This is free and unencumbered software released into the public domain.", "Unlicense"),
        ("All rights reserved.", None),
        ("", None),
    ],
)
def test_texts_are_recognised_by_what_only_they_say(text, name):
    assert recognise(text) == name


def findings_of(declared, *texts):
    return [found.code for found in check_texts(declared, [LicenceText(path, spdx) for path, spdx in texts])]


def test_the_declared_text_is_enough():
    assert findings_of("EUPL-1.2", ("LICENSE", "EUPL-1.2")) == []
    assert findings_of("GPL-3.0-or-later", ("COPYING", "GPL-3.0")) == []
    assert findings_of("GPL-2.0+", ("COPYING", "GPL-2.0")) == []


def test_texts_beside_the_declared_one_are_the_packages_own_matter():
    texts = [("LICENSES/EUPL-1.2.txt", "EUPL-1.2"), ("LICENSES/CC0-1.0.txt", "CC0-1.0"), ("LICENSES/X-1.txt", None)]
    assert findings_of("EUPL-1.2", *texts[:2]) == []
    assert findings_of("EUPL-1.2", *texts) == ["licence-text-unknown"]


def test_an_unrecognised_text_named_after_its_licence_is_believed():
    assert findings_of("LicenseRef-Stadt", ("LICENSES/LicenseRef-Stadt.txt", None)) == []


def test_without_a_text_nobody_may_reuse():
    assert findings_of("EUPL-1.2") == ["licence-missing"]
    assert findings_of(None) == ["licence-missing"]


def test_another_text_than_declared_is_a_warning():
    assert findings_of("EUPL-1.2", ("LICENSE", "MIT")) == ["licence-text-differs"]
    assert findings_of("EUPL-1.2", ("LICENSE", None)) == ["licence-text-unknown"]


def test_each_licence_that_must_be_kept_needs_its_text():
    assert findings_of("MIT AND Apache-2.0", ("LICENSE", "MIT")) == ["licence-text-missing"]
    assert findings_of("MIT AND Apache-2.0", ("LICENSE", "MIT"), ("LICENSES/Apache-2.0.txt", "Apache-2.0")) == []


def test_where_nothing_is_declared_no_text_is_strange():
    assert findings_of(None, ("LICENSE", "MIT")) == []
    assert findings_of("MIT AND", ("LICENSE", "MIT")) == []


def test_expressions_are_compared_by_what_they_mean():
    assert same("(MIT OR (Apache-2.0)) AND EUPL-1.2 AND EUPL-1.2", "EUPL-1.2 and (Apache-2.0 or MIT)")
    assert not same("MIT OR Apache-2.0", "MIT AND Apache-2.0")
    assert same("MIT OR Apache-2.0", "apache-2.0 or mit")
    assert not same("MIT", "Apache-2.0")
    assert same("broken (", " broken ( ")


def test_an_expression_names_its_licences():
    assert identifiers("GPL-2.0-or-later WITH Classpath-exception-2.0 OR MIT") == ["GPL-2.0-or-later", "MIT"]
    assert identifiers("(") == []


@pytest.mark.parametrize(
    "path", ["LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "COPYING", "LICENSES/EUPL-1.2.txt"]
)
def test_the_text_is_found_where_it_usually_is(path):
    report = inspect(package({"LICENSE": None, path: LICENCE}), expected=EXPECTED)
    assert all_codes(report) == set()
    assert report.facts["licences"] == {
        "declared": "EUPL-1.2",
        "expected": "EUPL-1.2",
        "identifiers": ["EUPL-1.2"],
        "texts": [{"path": path, "spdx": "EUPL-1.2"}],
    }


def test_a_package_without_licence_text_is_refused():
    assert codes(inspect(package({"LICENSE": None}))) == ["licence-missing"]
    assert codes(inspect(package({"LICENSE": None, "docs/LICENSE": LICENCE}))) == ["licence-missing"]


def test_the_licence_of_the_service_must_agree():
    other = changed("license: EUPL-1.2", "license: MIT")
    report = inspect(package({"publiccode.yml": other, "LICENSE": MIT}), expected=EXPECTED)
    assert (report.ok, all_codes(report)) == (True, {"licence-differs"})


def test_what_the_upload_says_counts_where_publiccode_says_nothing():
    silent = changed("  license: EUPL-1.2", "  mainCopyrightOwner: Stadt", PUBLICCODE)
    report = inspect(package({"publiccode.yml": silent, "LICENSE": MIT}), expected=EXPECTED)
    assert {"publiccode-required", "licence-text-differs"} == all_codes(report)
