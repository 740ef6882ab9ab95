"""Codes of YAML as such."""

from __future__ import annotations

from registry.inspection.codes.base import ERROR, Code, both

YAML: dict[str, Code] = {
    "yaml-too-large": Code(
        ERROR,
        both("YAML-Datei zu groß", "YAML file too large"),
        both(
            "Die Datei ist größer als {limit} Bytes und wird nicht gelesen.",
            "The file is larger than {limit} bytes and is not read.",
        ),
        both(
            "Beschreibungen sind kurz; eine so große Datei ist vermutlich eine andere. Prüfen Sie, ob die richtige "
            "unter diesem Namen liegt.",
            "Descriptions are short; a file as large as this is probably another one. Check whether the right one "
            "has this name.",
        ),
    ),
    "yaml-not-utf8": Code(
        ERROR,
        both("Nicht in UTF-8", "Not in UTF-8"),
        both(
            "Die Datei ist nicht in UTF-8 gespeichert (Byte {byte}).",
            "The file is not stored in UTF-8 (byte {byte}).",
        ),
        both(
            "Umlaute gehen verloren, wenn die Kodierung nicht stimmt. Speichern Sie die Datei im Editor als UTF-8.",
            "Umlauts get lost when the encoding is not right. Save the file as UTF-8 in your editor.",
        ),
    ),
    "yaml-control-character": Code(
        ERROR,
        both("Steuerzeichen", "Control character"),
        both(
            "Die Datei enthält das nicht erlaubte Zeichen {sign}.",
            "The file contains the character {sign}, which is not allowed.",
        ),
        both(
            "Unsichtbare Steuerzeichen gelangen beim Kopieren in eine Datei; YAML erlaubt sie nicht. Löschen Sie das"
            " Zeichen.",
            "Invisible control characters get into a file when copying; YAML does not allow them. Delete the "
            "character.",
        ),
    ),
    "yaml-syntax": Code(
        ERROR,
        both("Kein gültiges YAML", "Not valid YAML"),
        both(
            "Die Datei ist hier kein gültiges YAML. {problem_de}.",
            "The file is not valid YAML here: {problem_en}.",
        ),
        both(
            "Ein Programm kann die Datei nicht lesen. Der Fehler steht meist in der genannten Zeile oder der darüber.",
            "A program cannot read the file. The fault is mostly in the line named or in the one above.",
        ),
    ),
    "yaml-tab": Code(
        ERROR,
        both("Tabulator in der Einrückung", "Tab in the indentation"),
        both(
            "Hier steht ein Tabulator; YAML rückt nur mit Leerzeichen ein.",
            "There is a tab here; YAML indents with spaces only.",
        ),
        both(
            "Wie weit ein Tabulator einrückt, ist nicht festgelegt. Ersetzen Sie ihn durch zwei Leerzeichen.",
            "How far a tab indents is not defined. Replace it by two spaces.",
        ),
    ),
    "yaml-empty": Code(
        ERROR,
        both("Datei leer", "File empty"),
        both("Die Datei enthält nichts.", "The file contains nothing."),
        both(
            "Eine leere Beschreibung sagt nichts. Füllen Sie sie aus, oder lassen Sie sie weg, wenn sie nicht "
            "verlangt ist.",
            "An empty description says nothing. Fill it in, or leave it out if it is not required.",
        ),
    ),
    "yaml-several-documents": Code(
        ERROR,
        both("Mehrere Dokumente", "Several documents"),
        both(
            "Hier beginnt ein zweites Dokument („---“); erlaubt ist eines.",
            "A second document (“---”) begins here; one is allowed.",
        ),
        both(
            "Programme lesen verschiedene davon. Entfernen Sie die Trennlinie „---“ mitten in der Datei.",
            "Programs read different ones of them. Remove the separator “---” in the midst of the file.",
        ),
    ),
    "yaml-too-complex": Code(
        ERROR,
        both("YAML zu umfangreich", "YAML too complex"),
        both(
            "Die Datei hat mehr als {nodes} Werte oder ist tiefer als {depth} Ebenen verschachtelt.",
            "The file has more than {nodes} values or is nested deeper than {depth} levels.",
        ),
        both(
            "Eine Beschreibung bleibt weit darunter; die Grenze schützt vor Dateien, die Programme lahmlegen.",
            "A description stays far below; the limit protects from files that bring programs to a halt.",
        ),
    ),
    "yaml-aliases": Code(
        ERROR,
        both("Zu viele Verweise", "Too many aliases"),
        both(
            "Die Datei enthält mehr als {limit} Verweise („*name“).",
            "The file contains more than {limit} aliases (“*name”).",
        ),
        both(
            "Mit Verweisen lassen sich wenige Zeilen zu riesigen Daten aufblähen. Schreiben Sie die Werte aus.",
            "By aliases a few lines can be blown up to huge data. Write the values out.",
        ),
    ),
    "yaml-alias-unknown": Code(
        ERROR,
        both("Verweis ohne Ziel", "Alias without target"),
        both(
            "Der Verweis „*{name}“ hat kein Ziel, das vor ihm vollständig wäre.",
            "The alias “*{name}” has no target that is complete before it.",
        ),
        both(
            "Ein Text, der mit „*“ beginnt, gilt in YAML als Verweis. Setzen Sie ihn in Anführungszeichen.",
            "A text that begins with “*” counts as an alias in YAML. Put it in quotes.",
        ),
    ),
    "yaml-tag": Code(
        ERROR,
        both("Typangabe", "Tag"),
        both("Die Typangabe „{tag}“ ist nicht erlaubt.", "The tag “{tag}” is not allowed."),
        both(
            "Typangaben („!…“) können Programme dazu bringen, beim Lesen Code auszuführen. Entfernen Sie sie, oder "
            "setzen Sie den Text in Anführungszeichen.",
            "Tags (“!…”) can make programs execute code while reading. Remove it, or put the text in quotes.",
        ),
    ),
    "yaml-key": Code(
        ERROR,
        both("Schlüssel ist kein Text", "Key is not a text"),
        both(
            "Ein Schlüssel muss ein einfacher Text sein, keine Liste oder Zuordnung.",
            "A key must be a simple text, not a list or mapping.",
        ),
        both(
            "Meist fehlen Anführungszeichen um einen Text mit Klammern. Setzen Sie ihn in Anführungszeichen.",
            "Mostly quotes are missing around a text with brackets. Put it in quotes.",
        ),
    ),
    "yaml-duplicate-key": Code(
        ERROR,
        both("Schlüssel doppelt", "Key twice"),
        both(
            "Der Schlüssel „{key}“ steht schon in Zeile {first}.",
            "The key “{key}” stands in line {first} already.",
        ),
        both(
            "Welcher Wert gilt, hängt vom Programm ab; einer geht still verloren. Behalten Sie einen.",
            "Which value counts depends on the program; one is lost silently. Keep one.",
        ),
    ),
}
