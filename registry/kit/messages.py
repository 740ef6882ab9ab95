"""German for what the schemas find wrong in English."""

import re

_GERMAN = (
    (r"Missing data for required field\.", "Pflichtangabe fehlt."),
    (r"Unknown field\.", "Unbekanntes Feld."),
    (r"Given more than once\.", "Mehrmals angegeben."),
    (r"Field may not be null\.", "Darf nicht null sein."),
    (r"Not a valid string\.", "Muss ein Text sein."),
    (r"Not a valid integer\.", "Muss eine ganze Zahl sein."),
    (r"Not a valid number\.", "Muss eine Zahl sein."),
    (r"Not a valid boolean\.", "Muss true oder false sein."),
    (r"Not a valid list\.", "Muss eine Liste sein."),
    (r"Not a valid mapping type\.", "Muss ein Objekt sein."),
    (r"Not a valid datetime\.|Not a valid aware datetime\.", "Muss ein Zeitpunkt sein: 2026-11-22T15:04:05Z."),
    (r"Not a valid date\.", "Muss ein Datum sein: 2026-11-22."),
    (r"Not a valid UUID\.", "Muss eine UUID sein."),
    (r"Invalid input type\.|Invalid type\.", "Muss ein Objekt sein."),
    (r"Must be one of: (.*)\.", r"Möglich sind: \1."),
    (r"Longer than maximum length (\d+)\.", r"Höchstens \1 lang."),
    (r"Shorter than minimum length (\d+)\.", r"Mindestens \1 lang."),
    (r"Length must be between (\d+) and (\d+)\.", r"Die Länge muss zwischen \1 und \2 liegen."),
    (r"Must be greater than or equal to (\S+)\.", r"Muss mindestens \1 sein."),
    (r"Must be less than or equal to (\S+)\.", r"Darf höchstens \1 sein."),
    (
        r"Must be greater than or equal to (\S+) and less than or equal to (\S+)\.",
        r"Muss zwischen \1 und \2 liegen.",
    ),
    (r"Must not contain control characters\.", "Darf keine Steuerzeichen enthalten."),
    (r"Must not be empty\.", "Darf nicht leer sein."),
    (r"Must be lower-case letters, digits and single hyphens\.", "Kleinbuchstaben, Ziffern, einzelne Bindestriche."),
    (r"Not a valid email address\.", "Keine gültige E-Mail-Adresse."),
    (r"Not a valid http or https URL\.", "Keine gültige http- oder https-Adresse."),
    (r"Must be an object such as (.*)\.", r"Muss ein Objekt sein wie \1."),
    (r"The German text is required\.", "Der deutsche Text ist Pflicht."),
    (r"Must be an ISO 639-1 language code\.", "Muss ein Sprachcode nach ISO 639-1 sein."),
    (r"Must be a LeiKa key of 14 digits\.", "Muss ein Leistungsschlüssel mit 14 Ziffern sein."),
    (r"Must be an OZG ID of 5 digits\.", "Muss eine OZG-ID mit 5 Ziffern sein."),
    (r"Must be an Ed25519 public key in PEM\.", "Muss ein öffentlicher Ed25519-Schlüssel in PEM sein."),
    (
        r"Must begin with refs/heads/ or refs/tags/; \* only at its end\.",
        "Muss mit refs/heads/ oder refs/tags/ beginnen; * nur am Ende.",
    ),
    (r"Nobody is known by this address\.", "Unter dieser Adresse kennt das Register niemanden."),
    (r"Must be ticked\.", "Bitte setzen Sie das Häkchen."),
    (r"Must be a Semantic Version 2\.0\.0\.", "Muss eine Version nach Semantic Versioning 2.0.0 sein."),
)
_PATTERNS = tuple((re.compile(english), german) for english, german in _GERMAN)


def translate(message: str) -> str:
    """Say the message in German; one that is not known stays as it is."""
    for pattern, german in _PATTERNS:
        if found := pattern.fullmatch(message):
            return found.expand(german)
    return message
