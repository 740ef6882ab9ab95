"""Codes that every described YAML file can have."""

from __future__ import annotations

from registry.inspection.codes.base import ERROR, WARNING, Code, both


def shape_codes(prefix: str, file: str) -> dict[str, Code]:
    """The codes of what can be wrong with the shape of `file`; all begin with `prefix`."""
    return {
        f"{prefix}-not-a-mapping": Code(
            ERROR,
            both("Keine Zuordnung", "Not a mapping"),
            both(
                "Die Datei muss aus Zeilen „schlüssel: wert“ bestehen.",
                "The file must consist of lines “key: value”.",
            ),
            both(
                f"{file} ist eine Zuordnung von Schlüsseln zu Werten. Sehen Sie sich ein Beispiel an.",
                f"{file} is a mapping of keys to values. Look at an example.",
            ),
        ),
        f"{prefix}-required": Code(
            ERROR,
            both("Pflichtangabe fehlt", "Required key missing"),
            both("„{key}“ fehlt oder ist leer.", "“{key}” is missing or empty."),
            both(
                f"{file} ist ohne diese Angabe unvollständig. Ergänzen Sie sie.",
                f"{file} is incomplete without it. Add it.",
            ),
        ),
        f"{prefix}-type": Code(
            ERROR,
            both("Falsche Art von Wert", "Wrong kind of value"),
            both("„{key}“ muss {expected_de} sein.", "“{key}” must be {expected_en}."),
            both(
                "Programme erwarten hier eine andere Art von Wert. Achten Sie auf Einrückung, den Strich „-“ vor "
                "Listeneinträgen und auf Anführungszeichen.",
                "Programs expect another kind of value here. Mind the indentation, the dash “-” before list "
                "entries, and quotes.",
            ),
        ),
        f"{prefix}-choice": Code(
            ERROR,
            both("Wert nicht vorgesehen", "Value not provided for"),
            both(
                "„{value}“ ist kein erlaubter Wert für „{key}“. {advice_de}",
                "“{value}” is not an allowed value of “{key}”. {advice_en}",
            ),
            both(
                "Hier gilt eine feste Liste, damit sich Angaben vergleichen lassen. Nehmen Sie einen Wert daraus.",
                "A fixed list applies here, so that entries can be compared. Take a value from it.",
            ),
        ),
        f"{prefix}-unquoted": Code(
            WARNING,
            both("Anführungszeichen fehlen", "Quotes missing"),
            both(
                "„{key}: {value}“ wird ohne Anführungszeichen als Zahl oder Wahrheitswert gelesen; gemeint ist ein"
                " Text.",
                "“{key}: {value}” is read as a number or truth value without quotes; a text is meant.",
            ),
            both(
                'Andere Programme machen aus 1.10 die Zahl 1,1. Schreiben Sie "1.10" in Anführungszeichen; die '
                "Registry nimmt den Wert, wie er geschrieben ist.",
                'Other programs turn 1.10 into the number 1.1. Write "1.10" in quotes; the registry takes the '
                "value as it is written.",
            ),
        ),
        f"{prefix}-yes-no": Code(
            WARNING,
            both("true oder false", "true or false"),
            both(
                "„{key}: {value}“ gilt nur nach altem YAML als Wahrheitswert; schreiben Sie true oder false.",
                "“{key}: {value}” counts as a truth value in old YAML only; write true or false.",
            ),
            both(
                "YAML 1.2 kennt nur true und false; yes, no, on und off sind dort Text.",
                "YAML 1.2 knows true and false only; yes, no, on and off are text there.",
            ),
        ),
    }
