"""Rules for single values of publiccode.yml: addresses, dates, languages, files."""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from urllib.parse import SplitResult, urlsplit

from registry.inspection import licences
from registry.inspection.publiccode import vocabulary
from registry.inspection.shapes import Context, Rule
from registry.inspection.yaml_nodes import Scalar

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,10}[^\W\d_][\w-]{0,61}[^\W_]")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_URN = re.compile(r"(?i)urn:[a-z0-9][a-z0-9-]{0,31}:[a-z0-9()+,\-.:=@;$_!*'%/?#~&]+")
_MIME = re.compile(r" *[A-Za-z0-9][A-Za-z0-9!#$&^_-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126} *")
_LEIKA = re.compile(r"(?i)urn:de:fim:leika:leistung:(.*)")
LEIKA_KEY = re.compile(r"[0-9]{14}")
_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(?P<extended>(?:-[a-z]{3}){0,3})(?:-[a-z]{4})?(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?"
    r"|x(?:-[a-z0-9]{1,8})+"
)
#: A video page of PeerTube, wherever it is run: many authorities run their own.
_PEERTUBE = re.compile(r"/(?:w|videos/(?:watch|embed))/(?:p/|playlist/)?[\w-]+")


def _split(text: str) -> SplitResult | None:
    """The parts of an address, or None when its host or port cannot be."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    return None if port == 0 else parts


def url(node: Scalar, key: str, context: Context) -> None:
    """A URL of any scheme, as of a source repository."""
    parts = _split(node.text)
    if parts is None or not _URI.fullmatch(node.text) or not (parts.netloc or parts.scheme == "file"):
        context.say("url", node, key, value=node.text, expected="https://…")


def web(node: Scalar, key: str, context: Context) -> None:
    """An address that a browser opens."""
    if not is_web(node.text):
        context.say("url", node, key, value=node.text, expected="https://… / http://…")


def is_web(text: str) -> bool:
    """Whether the text is a complete http(s) address."""
    parts = _split(text) if _URI.fullmatch(text) else None
    return parts is not None and parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)


def uri(node: Scalar, key: str, context: Context) -> None:
    """A URI with an authority, or a URN (RFC 2141)."""
    if not _is_uri(node.text):
        context.say("uri", node, key, value=node.text)


def _is_uri(text: str) -> bool:
    if text[:4].lower() == "urn:":
        return _URN.fullmatch(text) is not None
    parts = _split(text) if _URI.fullmatch(text) else None
    return parts is not None and bool(parts.netloc)


def support(node: Scalar, key: str, context: Context) -> None:
    """An alias of the standard or any URI; a LeiKa key within one has 14 digits."""
    text, leika = node.text, _LEIKA.fullmatch(node.text)
    if text.startswith("alias:"):
        if text not in vocabulary.ALIASES:
            context.say("alias", node, key, value=text, **context.advice(text, vocabulary.ALIASES))
    elif leika:
        if not LEIKA_KEY.fullmatch(leika[1]):
            context.say("leika", node, key, value=leika[1])
    elif not (_is_uri(text) or (text[:4].lower() != "urn:" and _URI.fullmatch(text))):
        context.say("uri", node, key, value=text)


def leika(node: Scalar, key: str, context: Context) -> None:
    """The key of the catalogue of public services: 14 digits."""
    if not LEIKA_KEY.fullmatch(node.text):
        context.say("leika", node, key, value=node.text)


def leika_key(supported: str) -> str | None:
    """The LeiKa key that a URN under `supports` names."""
    match = _LEIKA.fullmatch(supported)
    return match[1] if match and LEIKA_KEY.fullmatch(match[1]) else None


def date(node: Scalar, key: str, context: Context) -> None:
    """A day that exists, as YYYY-MM-DD."""
    if not _is_date(node.text):
        context.say("date", node, key, value=node.text)


def _is_date(text: str) -> bool:
    try:
        return _DATE.fullmatch(text) is not None and dt.date.fromisoformat(text) is not None
    except ValueError:
        return False


def email(node: Scalar, key: str, context: Context) -> None:
    """An e-mail address with a full domain."""
    if not _EMAIL.fullmatch(node.text):
        context.say("email", node, key, value=node.text)


def language(node: Scalar, key: str, context: Context) -> None:
    """A language tag by BCP 47: the shortest code of the language, and a region that exists."""
    if not is_language(node.text):
        context.say("language", node, key, value=node.text)


def available_language(node: Scalar, key: str, context: Context) -> None:
    """A language tag; the reference implementation also takes `de_DE` and `deu` here, so these only warn."""
    loose = node.text.replace("_", "-")
    if not is_language(node.text) and (is_language(loose) or loose.lower() in vocabulary.LONG_LANGUAGES):
        context.say("language-form", node, key, value=node.text)
    else:
        language(node, key, context)


def is_language(text: str) -> bool:
    """Whether the text is a language tag; scripts, variants and extensions are checked for their form only."""
    match = _TAG.fullmatch(text.lower())
    if match is None or match["language"] is None:
        return match is not None
    base, region = match["language"], match["region"]
    if base not in vocabulary.LANGUAGES and (len(base) == 2 or base in vocabulary.LONG_LANGUAGES):
        return False
    if region is None:
        return True
    return region.upper() in vocabulary.COUNTRIES or region in vocabulary.WORLD_REGIONS


def country(node: Scalar, key: str, context: Context) -> None:
    """A country by ISO 3166-1 alpha-2; lower case is deprecated."""
    text = node.text
    if text.upper() not in vocabulary.COUNTRIES or text not in {text.upper(), text.lower()}:
        context.say("country", node, key, value=text)
    elif text != text.upper():
        context.say("country-lower", node, key, value=text, upper=text.upper())


def mime_type(node: Scalar, key: str, context: Context) -> None:
    """A media type by RFC 6838."""
    if not _MIME.fullmatch(node.text):
        context.say("mime-type", node, key, value=node.text)


def video(node: Scalar, key: str, context: Context) -> None:
    """An address at a site that supports oEmbed, as the standard demands."""
    if not is_web(node.text):
        web(node, key, context)
        return
    parts = urlsplit(node.text)
    labels = (parts.hostname or "").split(".")
    hosts = {".".join(labels[at:]) for at in range(len(labels) - 1)}
    if not hosts & vocabulary.VIDEO_SITES and not _PEERTUBE.match(parts.path):
        context.say("video", node, key, value=node.text)


def spdx(node: Scalar, _: str, context: Context) -> None:
    """An SPDX expression; what is wrong with it has the codes of licences."""
    context.findings += licences.check_expression(node.text, context.path, node.line, node.column)


def file(*extensions: str) -> Rule:
    """A file beside the document, or a web address; of one of these kinds, if any are named."""

    def rule(node: Scalar, key: str, context: Context) -> None:
        text = node.text
        path = urlsplit(text).path if is_web(text) else text
        if extensions and not path.lower().endswith(extensions):
            context.say("file-type", node, key, value=text, expected=" ".join(extensions))
        if not is_web(text):
            _local(node, key, context)

    return rule


def _local(node: Scalar, key: str, context: Context) -> None:
    text = node.text
    path = posixpath.normpath(text)
    if text.startswith(("/", "file:")) or "\\" in text or "\0" in text or path.split("/")[0] == "..":
        context.say("path", node, key, value=text)
    elif context.exists is not None and not context.exists(path):
        context.say("file-missing", node, key, value=text)
