"""The feed of a service's releases (Atom, RFC 4287), for those who follow services in a feed reader."""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from registry.kit.rendering import Rendering, tagged

_ATOM = "http://www.w3.org/2005/Atom"
_XML = "{http://www.w3.org/XML/1998/namespace}lang"
ET.register_namespace("", _ATOM)


def feed(base: str, service: Mapping[str, Any], originator: str, releases: Sequence[Mapping[str, Any]]) -> Rendering:
    """Tell a service's releases, the newest first, as the API tells each; `originator` is what people call it."""
    home = f"{base}/services/{service['slug']}"
    ordered = sorted(releases, key=_changed_at, reverse=True)
    top = ET.Element(f"{{{_ATOM}}}feed", {_XML: "de"})
    _add(top, "id", home)
    _add(top, "title", service["name"]["de"])
    _add(top, "subtitle", service["summary"]["de"])
    _add(top, "updated", _changed_at(ordered[0]) if ordered else service["updated_at"])
    _add(_add(top, "author"), "name", originator)
    _add(top, "link", rel="alternate", type="text/html", href=home)
    _add(top, "link", rel="self", href=f"{base}/api/v1/services/{service['slug']}/feed.atom")
    for release in ordered:
        _entry(top, base, home, service, release)
    return tagged(ET.tostring(top, encoding="utf-8", xml_declaration=True))


def _entry(top: ET.Element, base: str, home: str, service: Mapping[str, Any], release: Mapping[str, Any]) -> None:
    entry = _add(top, "entry")
    address = f"{home}/releases/{release['version']}"
    _add(entry, "id", address)
    _add(entry, "title", f"{service['name']['de']} {release['version']}{_mark(release)}")
    _add(entry, "published", release["published_at"])
    _add(entry, "updated", _changed_at(release))
    _add(entry, "link", rel="alternate", type="text/html", href=address)
    package = release["package"]
    _add(
        entry,
        "link",
        rel="enclosure",
        type="application/zip",
        length=str(package["size"]),
        href=base + package["url"],
    )
    said = [text for text in (_reason(release), (release["changelog"] or {}).get("de")) if text]
    _add(entry, "summary", "\n\n".join(said) or f"Version {release['version']}")


def _changed_at(release: Mapping[str, Any]) -> str:
    yanked: Mapping[str, Any] | None = release["yanked"]
    return max(str(release["published_at"]), str(yanked["at"]) if yanked else "")


def _mark(release: Mapping[str, Any]) -> str:
    if release["yanked"]:
        return " – zurückgezogen"
    return " – abgekündigt" if release["deprecated"] else ""


def _reason(release: Mapping[str, Any]) -> str | None:
    why: Mapping[str, Any] | None = release["yanked"] or release["deprecated"]
    return str(why["reason"]["de"]) if why else None


def _add(above: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    made = ET.SubElement(above, f"{{{_ATOM}}}{name}", attributes)
    made.text = text
    return made
