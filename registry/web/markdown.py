"""Texts that people write with marks: Markdown, as HTML that can do no harm."""

from functools import cache

import nh3
from flask import Flask
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {
    *("p", "br", "hr", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").enable("strikethrough")


def markdown(said: str) -> Markup:
    """Render Markdown; raw HTML is shown as it is written, and pictures from elsewhere are left out."""
    clean = nh3.clean(
        _reader().render(said),
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(clean)  # noqa: S704 - cleaned the line before


def init_app(app: Flask) -> None:
    """Let templates render Markdown."""
    app.jinja_env.filters["markdown"] = markdown
