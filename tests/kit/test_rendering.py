"""Stored JSON."""

from registry.kit.rendering import render


def test_json_is_compact_and_written_as_people_read_it():
    assert (
        render({"name": "Mönchengladbach", "list": [1, None]}).body
        == '{"name":"Mönchengladbach","list":[1,null]}'.encode()
    )


def test_the_tag_follows_the_content():
    assert render({"a": 1}) == render({"a": 1})
    assert render({"a": 1}).etag != render({"a": 2}).etag
    assert len(render({"a": 1}).etag) == 32
