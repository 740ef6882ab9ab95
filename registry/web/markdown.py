"""Texts that people write with marks: Markdown, as HTML that can do no harm."""

from collections.abc import Iterable
from functools import cache

import nh3
from flask import Flask
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_TAGS = {
    *("p", "br", "hr", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").enable("strikethrough")


def markdown(said: str, below: int = 2) -> Markup:
    """Render Markdown; raw HTML is shown as it is written, and pictures from elsewhere are left out.

    Its headings continue those of the page: the highest stands one below the level that is said, and none is skipped.
    """
    tokens = _reader().parse(said)
    _place_headings(tokens, below)
    clean = nh3.clean(
        _reader().renderer.render(tokens, _reader().options, {}),
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(clean)  # noqa: S704 - nh3 let through no tag, attribute or address but those above


def _place_headings(tokens: Iterable[Token], below: int) -> None:
    around: list[int] = []
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
            around = [*(each for each in around if each < level), level]
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(below + len(around), 6)}"


def init_app(app: Flask) -> None:
    """Let templates render Markdown."""
    app.jinja_env.filters["markdown"] = markdown
