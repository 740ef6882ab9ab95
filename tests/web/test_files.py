"""Files of packages, read in a browser: as text, in part, and never as a page of ours."""

import pytest

from registry.web.source import MOST_BYTES, MOST_LINES
from tests import packages
from tests.api.asking import ON_SQLITE, PUBLISHER, SLUG, good
from tests.cast import SERVICE

pytestmark = ON_SQLITE

FILES = f"/services/{SLUG}/releases/1.0.0/files"
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def look(call, publish, visit):
    """Publish a package with these files, and look at one of them."""

    def open_file(files, path, query=""):
        if call("GET", f"/services/{SLUG}").status_code == 404:
            good(call("POST", "/services", SERVICE, who=PUBLISHER), 201)
            good(publish(content=packages.package(files)), 201)
        return visit().client.get(f"{FILES}/{path}{query}")

    return open_file


def test_files_are_listed_by_folder_with_what_they_are_for(look, visit):
    look({"forms/antrag.json": "{}", "docs/bild/a b.txt": "x"}, "README.md")
    shown = visit().get(FILES).text
    assert "forms/</th>" in shown
    assert "docs/bild/</th>" in shown
    assert f'href="{FILES}/docs/bild/a%20b.txt"' in shown
    assert "Lizenztext" in shown
    assert "6 Dateien im Paket" in shown


def test_many_files_are_listed_page_by_page(look, visit):
    look({f"texts/{number:03}.txt": "x" for number in range(250)}, "README.md")
    here = visit()
    first = here.get(FILES).text
    assert "254 Dateien" in first
    following = first.partition('rel="next" href="')[2].partition('"')[0]
    assert "249.txt" not in first
    assert "249.txt" in here.get(following).text


def test_text_is_shown_line_by_line_and_each_line_can_be_pointed_to(look):
    shown = look({"form.xml": "<a>\n  <b/>\n</a>\n"}, "form.xml").text
    assert '<li id="L2">  &lt;b/&gt;</li>' in shown
    assert '<li id="L3">&lt;/a&gt;</li>' in shown
    assert 'id="L4"' not in shown


def test_markdown_is_rendered_and_can_be_read_as_it_was_written(look):
    text = f"### Titel\n\n**fett** {EVIL} [hier](texts/de.md) ![b](https://elsewhere.example/b.png)\n"
    shown = look({"docs/mehr.md": text}, "docs/mehr.md").text
    assert "<h2>Titel</h2>" in shown
    assert "<strong>fett</strong>" in shown
    assert 'href="texts/de.md"' in shown
    assert "<img" not in shown
    source = look({}, "docs/mehr.md", "?view=source").text
    assert '<li id="L1">### Titel</li>' in source
    for page in (shown, source):
        assert EVIL not in page
        assert "&lt;script&gt;" in page


def test_markdown_that_would_take_long_to_render_is_shown_as_it_was_written(look):
    shown = look({"docs/lang.md": "# Titel\n" + "[" * 60_000}, "docs/lang.md").text
    assert '<li id="L1"># Titel</li>' in shown
    assert "Als Text lesen" not in shown


@pytest.mark.parametrize("path", ["evil.html", "evil.svg", "evil.js", "evil.xhtml"])
def test_what_a_browser_would_run_is_shown_as_text_and_handed_over_as_bytes(look, path):
    content = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    answer = look({path: content}, path)
    assert answer.status_code == 200
    assert EVIL not in answer.text
    handed = look({}, path, "?download=yes")
    assert handed.content_type == "application/octet-stream"
    assert handed.headers["Content-Disposition"].startswith("attachment")
    assert handed.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert handed.headers["X-Content-Type-Options"] == "nosniff"
    assert handed.get_data(as_text=True) == content


@pytest.mark.parametrize(("path", "content"), [("bild.png", b"\x89PNG\r\n\x1a\n"), ("falsch.txt", b"a\0b")])
def test_what_is_no_text_can_only_be_downloaded(look, path, content):
    shown = look({path: content}, path).text
    assert "Diese Datei lässt sich hier nicht anzeigen" in shown
    assert "<img" not in shown
    assert 'class="source"' not in shown
    assert look({}, path, "?download=yes").data == content


def test_a_long_file_ends_with_a_word_about_it(look):
    shown = look({"lang.csv": "1;2;3\n" * (MOST_BYTES // 6 + 10)}, "lang.csv")
    assert "Hier endet die Anzeige" in shown.text
    assert shown.text.count("<li id=") == MOST_LINES


def test_findings_stand_with_the_file_that_they_are_about(look):
    flawed = packages.publiccode().replace("legal:\n", "legal:\n  repoOwner: Stadt\n")
    line = flawed.splitlines().index("  repoOwner: Stadt") + 1
    shown = look({"publiccode.yml": flawed}, "publiccode.yml").text
    assert f'href="{FILES}/publiccode.yml#L{line}"' in shown
    assert "legal.repoOwner" in shown
    assert "releases/1.0.0#publiccode-deprecated" in shown


def test_a_file_that_is_not_in_the_package_is_not_found(look):
    assert look({}, "nirgends.md").status_code == 404
    assert look({}, "../../etc/passwd").status_code == 404
