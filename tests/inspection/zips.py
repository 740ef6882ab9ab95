"""ZIP archives built by hand, byte by byte, so that a test can tell any lie."""

import io
import struct
import zlib
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Part:
    """An entry; `local` and `central` override single fields of its two headers."""

    name: bytes
    data: bytes = b"content"
    method: int = 8
    flags: int = 0
    attributes: int = 0
    extra: bytes = b""
    local_extra: bytes | None = None
    packed: bytes | None = None
    descriptor: str = ""
    gap: bytes = b""
    local: dict[str, Any] = field(default_factory=dict)
    central: dict[str, Any] = field(default_factory=dict)

    def payload(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return deflate(self.data) if self.method == 8 else self.data

    def facts(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "flags": self.flags | (8 if self.descriptor else 0),
            "method": self.method,
            "crc": zlib.crc32(self.data),
            "packed": len(self.payload()),
            "size": len(self.data),
        }


def deflate(data: bytes) -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return engine.compress(data) + engine.flush()


def unicode_path(name: bytes, other: str, version: int = 1) -> bytes:
    """Info-ZIP's extra field with the name in UTF-8."""
    field_data = struct.pack("<BL", version, zlib.crc32(name)) + other.encode()
    return struct.pack("<2H", 0x7075, len(field_data)) + field_data


def build(*parts: Part, before: bytes = b"", after: bytes = b"", comment: bytes = b"", **end: int) -> bytes:
    """The archive; `end` overrides fields of the end record: count here size offset disk first comment."""
    out, directory = io.BytesIO(), b""
    out.write(before)
    for part in parts:
        at = out.tell()
        said = {**part.facts(), **part.local}
        if part.descriptor and not part.local:
            said |= {"crc": 0, "packed": 0, "size": 0}
        extra = part.extra if part.local_extra is None else part.local_extra
        out.write(
            struct.pack(
                "<4s5H3L2H",
                *(b"PK\x03\x04", 20, said["flags"], said["method"], 0, 33, said["crc"], said["packed"]),
                *(said["size"], len(said["name"]), len(extra)),
            )
        )
        out.write(said["name"] + extra + part.payload() + _descriptor(part) + part.gap)
        said = {**part.facts(), "offset": at, "disk": 0, **part.central}
        directory += struct.pack(
            "<4s6H3L5H2L",
            *(b"PK\x01\x02", 20, 20, said["flags"], said["method"], 0, 33, said["crc"], said["packed"]),
            *(said["size"], len(said["name"]), len(part.extra), 0, said["disk"], 0, part.attributes, said["offset"]),
        )
        directory += said["name"] + part.extra
    said = {"count": len(parts), "size": len(directory), "offset": out.tell(), "disk": 0, "first": 0}
    said |= {"comment": len(comment), **end}
    said.setdefault("here", said["count"])
    out.write(directory + after)
    out.write(
        struct.pack(
            "<4s4H2LH",
            *(b"PK\x05\x06", said["disk"], said["first"], said["here"], said["count"]),
            *(said["size"], said["offset"], said["comment"]),
        )
    )
    return out.getvalue() + comment


def _descriptor(part: Part) -> bytes:
    facts = part.facts()
    form = {"": "", "short": "<3L", "signed": "<4s3L", "long": "<L2Q", "long signed": "<4sL2Q"}[part.descriptor]
    if not form:
        return b""
    signature = [b"PK\x07\x08"] if "signed" in part.descriptor else []
    return struct.pack(form, *signature, facts["crc"], facts["packed"], facts["size"])


def end64(archive: bytes, locator: dict[str, int] | None = None, **lies: int) -> bytes:
    """The archive with a ZIP64 end record before its end record, which then says that it is to be asked."""
    end = len(archive) - 22
    count, size, offset = struct.unpack_from("<H2L", archive, end + 10)
    said = {"length": 44, "count": count, "size": size, "offset": offset, "disk": 0, **lies}
    record = struct.pack(
        "<4sQ2H2L4Q",
        *(b"PK\x06\x06", said["length"], 45, 45, said["disk"], 0),
        *(said["count"], said["count"], said["size"], said["offset"]),
    )
    where = {"at": end, "disks": 1, **(locator or {})}
    short = {"count": 0xFFFF, "size": 0xFFFFFFFF, "offset": 0xFFFFFFFF}
    short |= {key.removeprefix("short_"): value for key, value in lies.items() if key.startswith("short_")}
    return (
        archive[:end]
        + record
        + struct.pack("<4sLQL", b"PK\x06\x07", 0, where["at"], where["disks"])
        + struct.pack(
            "<4s4H2LH", b"PK\x05\x06", 0, 0, short["count"], short["count"], short["size"], short["offset"], 0
        )
    )


def named(name: str, **changes: Any) -> Part:
    """An entry of that name, marked as UTF-8 where it is not ASCII."""
    raw = name.encode("utf-8")
    return replace(Part(raw, flags=0 if raw.isascii() else 0x0800), **changes)
