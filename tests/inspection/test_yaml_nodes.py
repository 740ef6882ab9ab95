"""YAML by the core schema of YAML 1.2, bounded, with the place of everything."""

from typing import Any

import pytest

from registry.inspection import yaml_nodes
from registry.inspection.yaml_nodes import Mapping, read, value


def only(text) -> Any:
    root, findings = read(text.encode(), "x.yml")
    assert findings == []
    return root


def refused(text):
    data = text if isinstance(text, bytes) else text.encode()
    _, findings = read(data, "x.yml")
    assert findings
    return findings[0].code, findings[0].line, findings[0].column


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *(("NO", "str"), ("yes", "str"), ("on", "str"), ("true", "bool"), ("False", "bool"), ("tRUE", "str")),
        *(("1", "int"), ("-7", "int"), ("0o17", "int"), ("0xfF", "int"), ("010", "int"), ("1_000", "str")),
        *(
            ("1.10", "float"),
            ("1e3", "float"),
            (".5", "float"),
            (".inf", "float"),
            (".nan", "float"),
            ("-.INF", "float"),
        ),
        *(("1.0.0", "str"), ("2017-04-15", "str"), ("1:30", "str"), ("~", "null"), ("null", "null"), ("", "null")),
        *(
            ("Null", "null"),
            ("nULL", "str"),
            ("+", "str"),
            (".", "str"),
            ("0o8", "str"),
            ("'1'", "str"),
            ('"true"', "str"),
        ),
        *(("'~'", "str"), ("|\n  1", "str"), ("<<", "str"), ("=", "str")),
    ],
)
def test_scalars_are_what_the_core_schema_says(text, kind):
    assert only(f"a: {text}\n").get("a") is None if kind == "null" else only(f"a: {text}\n").get("a").kind == kind


def test_values_keep_what_was_written():
    root = only("a: 1.10\nb: NO\nc: true\nd: ~\ne: [x, {f: 010}]\n")
    assert value(root) == {"a": "1.10", "b": "NO", "c": True, "d": None, "e": ["x", {"f": "010"}]}


def test_every_node_knows_its_place():
    root = only("a:\n  - x\n  - ü: [1,\n      zwei]\n")
    items = root.get("a")
    assert (items.line, items.column) == (2, 3)
    key, inner = items.items[1].pairs["ü"]
    assert (key.line, key.column) == (3, 5)
    assert (inner.items[1].line, inner.items[1].column) == (4, 7)


def test_a_byte_order_mark_is_no_matter():
    root, findings = read(b"\xef\xbb\xbfa: 1\n", "x.yml")
    assert findings == []
    assert isinstance(root, Mapping)
    assert (root.pairs["a"][0].line, root.pairs["a"][0].column) == (1, 1)


def test_aliases_are_followed_within_bounds():
    assert value(only("a: &x [1]\nb: *x\n")) == {"a": ["1"], "b": ["1"]}


def test_too_many_aliases_are_refused():
    text = "a: &x 1\nb: [" + "*x, " * 21 + "]\n"
    assert refused(text)[:2] == ("yaml-aliases", 2)


def test_a_billion_laughs_are_refused():
    lines = ["a0: &a0 [" + "x, " * 300 + "]"]
    lines += [f"a{n}: &a{n} [" + f"*a{n - 1}, " * 5 + "]" for n in range(1, 5)]
    assert refused("\n".join(lines))[0] == "yaml-too-complex"


@pytest.mark.parametrize("text", ["a: *b\n", "a: &a [*a]\n", "&a a: *a\nb: &c {d: *c}\n", "a: *bold* text\n"])
def test_aliases_without_a_complete_target_are_refused(text):
    assert refused(text)[0] in {"yaml-alias-unknown", "yaml-syntax"}


def test_an_alias_of_nothing_is_refused():
    assert refused("a: *b\n") == ("yaml-alias-unknown", 1, 4)


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!x", "!!str", "!<tag:yaml.org,2002:int>"])
def test_tags_are_refused(tag):
    assert refused(f"a: {tag} 1\n") == ("yaml-tag", 1, 4)


def test_several_documents_are_refused():
    assert refused("a: 1\n---\nb: 2\n")[:2] == ("yaml-several-documents", 2)


def test_a_document_marker_alone_is_no_matter():
    assert value(only("%YAML 1.2\n---\na: x\n...\n")) == {"a": "x"}


def test_the_same_key_twice_is_reported_with_both_places():
    root, findings = read(b"a: 1\nb: 2\na: 3\n", "x.yml")
    assert [(found.code, found.line, found.column) for found in findings] == [("yaml-duplicate-key", 3, 1)]
    assert "1" in findings[0].message["de"]
    assert root is not None
    assert value(root) == {"a": "1", "b": "2"}


@pytest.mark.parametrize("text", ["? [a, b]\n: 1\n", "{a: b}: 1\n", "{{ x }}: 1\n"])
def test_keys_must_be_simple(text):
    assert refused(text)[0] == "yaml-key"


@pytest.mark.parametrize("text", ["", "# nothing\n", "\n\n"])
def test_an_empty_file_says_so(text):
    assert refused(text) == ("yaml-empty", 1, 1)


@pytest.mark.parametrize(
    ("data", "line"), [(b"a: 1\nb: \xff\n", 2), (b"\xff\xfea\0:\0", 1), ("a: ü".encode("latin-1"), 1)]
)
def test_other_encodings_are_reported(data, line):
    assert refused(data)[:2] == ("yaml-not-utf8", line)


@pytest.mark.parametrize("sign", ["\0", "\x07", "\x1b", "\x7f", "\x9f", "\ufffe"])
def test_control_characters_are_reported_where_they_are(sign):
    assert refused(f"a: 1\nb: x{sign}\n") == ("yaml-control-character", 2, 5)


@pytest.mark.parametrize("escape", ["\\0", "\\x07", "\\e", "\\uFFFE", "\\x7f"])
def test_control_characters_are_not_smuggled_in_by_escapes(escape):
    assert refused(f'a: "x{escape}"\n') == ("yaml-control-character", 1, 4)
    assert refused(f'"{escape}": x\n')[0] == "yaml-control-character"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: b: c\n", 1),
        ("a: 1\n  b: 2\n", 2),
        ("a: [1, 2\n", 2),
        ('a: "x\n', 2),
        ("a: @x\n", 1),
        ('a: "\\d"\n', 1),
        ("a\nb: 1\n", 2),
        ("- a\nb\n", 2),
        ("a: - b\n", 1),
        ("%YAML 3\n---\na\n", 1),
        ("a: |x\n", 1),
        ("}", 1),
    ],
)
def test_broken_yaml_is_reported_where_it_breaks(text, line):
    code, where, column = refused(text)
    assert (code, abs(where - line) <= 1) == ("yaml-syntax", True)
    assert column >= 1


def test_a_tab_has_a_message_of_its_own():
    assert refused("a:\n\tb: 1\n") == ("yaml-tab", 2, 1)


@pytest.mark.parametrize("text", ["[" * 100, "a: " + "{b: " * 50, "- " * 60 + "x", "[x" + ",x" * 30_000 + "]"])
def test_deep_and_endless_files_are_refused(text):
    assert refused(text)[0] == "yaml-too-complex"


def test_a_large_file_is_not_read():
    assert refused(b"a" * (yaml_nodes.MOST_BYTES + 1)) == ("yaml-too-large", None, None)
