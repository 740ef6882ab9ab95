"""XML is read along while it is unpacked: no document type, no encoding that hides one, bounds on all that can grow.

Only a document type can declare entities or name another file to fetch, and it stands before the root element. So
expat, which fetches nothing, is stopped at its first sign; nothing is ever declared or expanded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from registry.inspection import formats

MOST_DEPTH = 256
MOST_NAMES = 20_000
#: Elements and attributes that are read, of a whole package.
MOST_NODES = 1_000_000
#: Comments, instructions and spaces between them before a root element.
MOST_BEFORE_ROOT = 1_000
#: The longest tag or comment that is held in memory.
MOST_HELD = 2_000_000
_AT_ONCE = 65_536

#: UTF-32, and EBCDIC with a declaration: other programs read them, expat does not.
_FOREIGN = re.compile(
    rb"(?:\xff\xfe\0\0)?(?:[ \t\r\n]\0\0\0)*<\0\0\0[!?:A-Z_a-z]\0\0\0"
    rb"|(?:\0\0\xfe\xff)?(?:\0\0\0[ \t\r\n])*\0\0\0<\0\0\0[!?:A-Z_a-z]"
    rb"|\x4c\x6f\xa7\x94\x93\x40"
)
_DECLARES_UTF8 = re.compile(
    rb"""(?:\xef\xbb\xbf)?<\?xml\s[^>]{0,200}encoding\s{0,9}=\s{0,9}["']utf8["']""", re.IGNORECASE
)
#: In these every sign that matters to XML has the same bytes as in ASCII, or they are UTF-16.
_KNOWN = re.compile(r"utf-8|utf-16(le|be)?|us-ascii|iso-8859-([1-9]|1[0134-6])|windows-125[0-8]", re.IGNORECASE)

_UNKNOWN_ENCODING, _OTHER_ENCODING, _NO_ELEMENTS = 18, 19, 3
#: What expat says of broken files by its numbers, in the words of the person who wrote one.
_REASONS = {
    3: ("es gibt kein Element", "there is no element"),
    4: ("ein Zeichen, das hier nicht stehen darf", "a sign that may not stand here"),
    5: ("etwas wird bis zum Ende der Datei nicht geschlossen", "something is not closed before the end of the file"),
    7: ("das schließende Element passt nicht zum öffnenden", "the closing tag does not fit the opening one"),
    8: ("ein Attribut steht doppelt", "an attribute stands twice"),
    9: ("nach dem Ende des äußersten Elements folgt noch etwas", "something follows the end of the outermost element"),
    11: (
        "diese Entität ist nicht erklärt; schreiben Sie das Zeichen selbst",
        "this entity is not declared; write the sign itself",
    ),
    17: ("die XML-Deklaration steht nicht am Anfang", "the XML declaration does not stand at the beginning"),
    20: ("ein CDATA-Abschnitt wird nicht geschlossen", "a CDATA section is not closed"),
}
_OTHER_REASON = ("die Schreibweise ist an dieser Stelle nicht erlaubt", "this is not allowed in this place")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a document, and where."""

    code: str
    line: int
    column: int
    values: dict[str, object] = field(default_factory=dict)


class _StopError(Exception):
    """Nothing more need be read: something is wrong, or, without a code, all that matters is known."""

    def __init__(self, code: str | None = None, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def watch(path: str, first: bytes, *, alone: bool, nodes: int) -> Watch | None:
    """A watch over the file that begins so, or None for one that no program takes for XML."""
    foreign = _FOREIGN.match(first) is not None
    if not foreign and not formats.may_be_xml(path, first):
        return None
    is_xml = alone or formats.is_xml(path, first)
    must_parse = alone or (is_xml and formats.role(path, first[: formats.HEAD]) in formats.XML_ROLES)
    watching = Watch(first, is_xml=is_xml, must_parse=must_parse, nodes=nodes)
    if foreign:
        watching.problem = Problem("xml-encoding", 1, 1, {"encoding": "UTF-32, EBCDIC"})
    return watching


class Watch:
    """Takes a document block by block, in bounded memory; `nodes` are those that may still be read.

    What is not given out as XML is looked at only as far as its root element, and may be HTML.
    """

    def __init__(self, first: bytes, *, is_xml: bool, must_parse: bool, nodes: int) -> None:
        self.problem: Problem | None = None
        self.nodes = nodes
        self._is_xml, self._must_parse = is_xml, must_parse
        self._has_mark = first.startswith(b"\xef\xbb\xbf")
        self._held: list[bytes] = []
        self._waiting = self._taken = self._before = self._depth = 0
        self._in_root = self._done = False
        self._doctype: list[str] | None = None
        self._place = 1, 1
        # Expat knows UTF-8 by its right name only, yet many programs write the other.
        self._says_utf8 = _DECLARES_UTF8.match(first) is not None
        self._parser = expat.ParserCreate("utf-8" if self._says_utf8 else None, intern={})
        self._parser.ordered_attributes = True
        self._parser.XmlDeclHandler = self._declared
        self._parser.DefaultHandler = self._before_root
        self._parser.StartElementHandler = self._opened
        self._parser.EndElementHandler = self._closed

    def feed(self, block: bytes) -> None:
        """Read a block along."""
        if self._done or self.problem:
            return
        self._held.append(block)
        self._waiting -= len(block)
        if self._waiting <= 0:
            self._parse(b"".join(self._held))

    def close(self) -> Problem | None:
        """What is wrong with the document that now is at its end."""
        if not self._done and not self.problem:
            self._parse(b"".join(self._held), is_final=True)
        # Parser and watch hold one another; so both are gone at once.
        del self._parser
        return self.problem

    def _parse(self, data: bytes, *, is_final: bool = False) -> None:
        self._held.clear()
        try:
            self._parser.Parse(data, is_final)
            self._taken += len(data)
            self._check_growth()
        except _StopError as stop:
            self._done = True
            if stop.code:
                self.problem = Problem(stop.code, *self._place, stop.values)
        except expat.ExpatError as error:
            self._done = True
            self.problem = self._broken(error)

    def _check_growth(self) -> None:
        if len(self._parser.intern) > MOST_NAMES:
            self._refuse("xml-too-complex")
        pending = self._taken - max(0, self._parser.CurrentByteIndex)
        if pending > MOST_HELD:
            self._give_up()
        # Expat begins anew at the start of an unfinished tag; twice as much each time keeps the work linear.
        self._waiting = min(pending, MOST_HELD - pending) if pending > _AT_ONCE else 0

    def _mark(self, line: int, column: int) -> None:
        self._place = line, column + (0 if self._has_mark and line == 1 else 1)

    def _mark_here(self) -> None:
        self._mark(self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber)

    def _refuse(self, code: str, **values: object) -> None:
        self._mark_here()
        raise _StopError(code, **values)

    def _give_up(self) -> None:
        """Read no further: once the root has begun no document type can come, before it that is not sure."""
        if self._in_root:
            raise _StopError
        self._refuse("xml-too-complex")

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and not self._says_utf8 and not _KNOWN.fullmatch(encoding):
            self._refuse("xml-encoding", encoding=encoding)

    def _before_root(self, text: str) -> None:
        self._before += 1
        if self._before > MOST_BEFORE_ROOT:
            self._give_up()
        if text == "<!DOCTYPE":
            self._doctype = []
            self._mark_here()
            if self._is_xml:
                raise _StopError("xml-dtd")
        elif self._doctype is not None and text.strip():
            self._doctype.append(text)
            if self._doctype[0].lower() != "html" or text == "[":
                raise _StopError("xml-dtd")
            if text == ">":
                raise _StopError

    def _opened(self, _name: str, attributes: list[str]) -> None:
        if not self._in_root:
            self._in_root = True
            self._parser.DefaultHandler = None
            if not self._is_xml:
                raise _StopError
        self._depth += 1
        if self._depth > MOST_DEPTH:
            self._refuse("xml-too-complex")
        self.nodes -= 1 + len(attributes) // 2
        if self.nodes < 0:
            self._give_up()

    def _closed(self, _name: str) -> None:
        self._depth -= 1

    def _broken(self, error: expat.ExpatError) -> Problem | None:
        if not self._is_xml:
            return None
        self._mark(error.lineno, error.offset)
        if error.code in {_UNKNOWN_ENCODING, _OTHER_ENCODING}:
            return Problem("xml-encoding", *self._place, {"encoding": "?"})
        # What breaks before its root could still hide a document type from a parser that is less strict.
        is_sure = self._in_root or error.code == _NO_ELEMENTS
        de, en = _REASONS.get(error.code, _OTHER_REASON)
        code = "xml-broken" if self._must_parse or not is_sure else "xml-not-well-formed"
        return Problem(code, *self._place, {"reason_de": de, "reason_en": en})
