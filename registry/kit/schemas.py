"""Fields that every slice's schemas are made of; each has a bound, and none lets control characters in."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from marshmallow import RAISE, ValidationError, fields, validate
from marshmallow import Schema as MarshmallowSchema
from typing_extensions import override

from registry.kit import dsse

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LANGUAGE = re.compile(r"[a-z]{2}")
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
#: What mail servers take as it stands. `=?` would begin an encoded word, which may decode to anything.
EMAIL = re.compile(
    rf"(?!.*=\?)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9](?:[A-Za-z0-9.-]{{0,251}}[A-Za-z0-9])?"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

#: The same as JSON Schema says it: no control character, and something that is not white space.
_LINE = r"^[^A]*[^A\s][^A]*$".replace("A", r"\x00-\x1f\x7f-\x9f\u2028\u2029")
_LINES = r"^[^A]*[^A\s][^A]*$".replace("A", r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f")

TEXT_LIMIT = 2_000
LONG_TEXT_LIMIT = 20_000


#: Keywords of JSON Schema that fields may have in their metadata, and that apispec does not know.
KEYWORDS = frozenset({"patternProperties"})


class Schema(MarshmallowSchema):
    """A schema that refuses what it does not know."""

    class Meta:
        unknown = RAISE
        ordered = True


def _documented(arguments: dict[str, Any], **described: object) -> dict[str, Any]:
    """Add to a field's arguments what the OpenAPI document says of it, unless it says otherwise itself."""
    return {**arguments, "metadata": {**described, **arguments.get("metadata", {})}}


def _shape(limit: int, *, lines: bool) -> dict[str, object]:
    return {"minLength": 1, "maxLength": limit, "pattern": _LINES if lines else _LINE}


class String(fields.String):
    """A bounded text of one line, or of several where `lines` is set; surrounding white space goes."""

    default_error_messages = {
        "control": "Must not contain control characters.",
        "empty": "Must not be empty.",
        "long": "Longer than maximum length {limit}.",
    }

    def __init__(self, limit: int = 200, *, lines: bool = False, **arguments: Any) -> None:
        super().__init__(**_documented(arguments, **_shape(limit, lines=lines)))
        self.limit = limit
        self.lines = lines

    @override
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        said = super()._deserialize(value, attr, data, **kwargs)
        if said is None:  # pragma: no cover - marshmallow types it so, allow_none is dealt with before
            raise self.make_error("invalid")
        if (_CONTROL_BUT_LINES if self.lines else _CONTROL).search(said):
            raise self.make_error("control")
        said = said.strip()
        if not said:
            raise self.make_error("empty")
        if len(said) > self.limit:
            raise self.make_error("long", limit=self.limit)
        return said


class Slug(String):
    """A name for URLs: `[a-z0-9]+(-[a-z0-9]+)*`, at most 64 characters."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(64, **_documented(arguments, pattern=f"^{SLUG.pattern}$"))
        self.validators = [
            *self.validators,
            validate.Regexp(rf"\A{SLUG.pattern}\Z", error="Must be lower-case letters, digits and single hyphens."),
        ]


class Email(String):
    """An e-mail address of the common form."""

    default_error_messages = {"email": "Not a valid email address."}

    def __init__(self, **arguments: Any) -> None:
        super().__init__(254, **_documented(arguments, format="email"))

    @override
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        said = super()._deserialize(value, attr, data, **kwargs)
        if not EMAIL.fullmatch(said) or ".." in said:
            raise self.make_error("email")
        return said


class Url(String):
    """An absolute http(s) URL without user name or password."""

    default_error_messages = {"url": "Not a valid http or https URL."}

    def __init__(self, **arguments: Any) -> None:
        super().__init__(500, **_documented(arguments, format="uri"))

    @override
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        said = super()._deserialize(value, attr, data, **kwargs)
        try:
            parts = urlsplit(said)
            good = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
            good = good and (parts.port is None or parts.port > 0) and " " not in said
            # Browsers read a backslash as a slash, and so another host than we would.
            good = good and "\\" not in said
        except ValueError:
            good = False
        if not good:
            raise self.make_error("url")
        return said


class PublicKey(String):
    """An Ed25519 public key in PEM."""

    default_error_messages = {"key": "Must be an Ed25519 public key in PEM."}

    def __init__(self, **arguments: Any) -> None:
        super().__init__(500, lines=True, **_documented(arguments, description="Ed25519, PEM: `BEGIN PUBLIC KEY`."))

    @override
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        said = super()._deserialize(value, attr, data, **kwargs)
        try:
            dsse.read_key(said)
        except dsse.DsseError:
            raise self.make_error("key") from None
        return said


class Localised(fields.Field[dict[str, str]]):
    """A text for people, `{"de": "…", "en": "…"}`; `de` is required, other ISO 639-1 keys are optional."""

    default_error_messages = {
        "type": 'Must be an object such as {{"de": "…", "en": "…"}}.',
        "de": "The German text is required.",
        "language": "Must be an ISO 639-1 language code.",
    }

    def __init__(self, limit: int = 200, *, lines: bool = False, **arguments: Any) -> None:
        words = {"type": "string", **_shape(limit, lines=lines)}
        described = _documented(
            arguments,
            type="object",
            required=["de"],
            properties={"de": words},
            patternProperties={f"^{LANGUAGE.pattern}$": words},
            additionalProperties=False,
        )
        super().__init__(**described)
        self.line = String(limit, lines=lines)

    @override
    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> dict[str, str]:
        if not isinstance(value, dict):
            raise self.make_error("type")
        faults: dict[str, list[str]] = {}
        said: dict[str, str] = {}
        if "de" not in value:
            faults["de"] = [str(self.error_messages["de"])]
        for language, words in value.items():
            if not isinstance(language, str) or not LANGUAGE.fullmatch(language):
                faults[str(language)[:20]] = [str(self.error_messages["language"])]
                continue
            try:
                said[language] = str(self.line.deserialize(words))
            except ValidationError as problem:
                faults[language] = [str(message) for message in problem.messages]
        if faults:
            raise ValidationError(faults)
        return said


def one_of(kind: type) -> Any:
    """Make a field for one of an enumeration's values."""
    return fields.Enum(kind, by_value=True)


def at_most(number: int) -> validate.Length:
    """Bound a list."""
    return validate.Length(max=number)
