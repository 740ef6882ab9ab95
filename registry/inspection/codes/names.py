"""Codes of the paths inside an archive."""

from __future__ import annotations

from registry.inspection.codes.base import ERROR, Code, both

NAMES: dict[str, Code] = {
    "name-absolute": Code(
        ERROR,
        both("Absoluter Pfad", "Absolute path"),
        both("Der Pfad beginnt mit „/“.", "The path begins with “/”."),
        both(
            "Ein absoluter Pfad würde beim Entpacken außerhalb des Zielordners schreiben. Packen Sie mit Pfaden, die"
            " vom Ordner des Pakets ausgehen.",
            "An absolute path would write outside the target folder when unpacked. Pack with paths that start from "
            "the package's folder.",
        ),
    ),
    "name-drive": Code(
        ERROR,
        both("Pfad mit Laufwerk", "Path with a drive letter"),
        both("Der Pfad nennt ein Laufwerk.", "The path names a drive."),
        both(
            "Ein Pfad wie „C:\\…“ würde auf Windows außerhalb des Zielordners schreiben. Packen Sie mit Pfaden, die "
            "vom Ordner des Pakets ausgehen.",
            "A path such as “C:\\…” would write outside the target folder on Windows. Pack with paths that start from"
            " the package's folder.",
        ),
    ),
    "name-backslash": Code(
        ERROR,
        both("Rückwärtsschrägstrich im Pfad", "Backslash in the path"),
        both("Der Pfad enthält „\\“.", "The path contains “\\”."),
        both(
            "Windows liest „\\“ als Trennung von Ordnern, andere Systeme als Teil des Namens; so entstehen "
            "verschiedene Dateien. Packen Sie mit einem Programm, das „/“ schreibt.",
            "Windows reads “\\” as a separator of folders, other systems as part of the name; so different files "
            "arise. Pack with a program that writes “/”.",
        ),
    ),
    "name-climbs": Code(
        ERROR,
        both("Pfad führt hinaus", "Path climbs out"),
        both(
            "Der Pfad enthält „.“ oder „..“ als Ordner.",
            "The path contains “.” or “..” as a folder.",
        ),
        both(
            "Solche Pfade führen beim Entpacken aus dem Zielordner hinaus und überschreiben fremde Dateien. Packen "
            "Sie vom Ordner des Pakets aus.",
            "Such paths lead out of the target folder when unpacked and overwrite other files. Pack from within the "
            "package's folder.",
        ),
    ),
    "name-control-character": Code(
        ERROR,
        both("Unsichtbares Zeichen im Namen", "Invisible character in the name"),
        both(
            "Der Name enthält ein Steuerzeichen oder ein unsichtbares Zeichen.",
            "The name contains a control character or an invisible one.",
        ),
        both(
            "Steuerzeichen und Zeichen, die die Schreibrichtung ändern, täuschen über den Namen oder brechen "
            "Programme. Benennen Sie die Datei um.",
            "Control characters, and those that change the writing direction, deceive about the name or break "
            "programs. Rename the file.",
        ),
    ),
    "name-empty": Code(
        ERROR,
        both("Leerer Name", "Empty name"),
        both(
            "Der Name oder ein Ordner im Pfad ist leer.",
            "The name or a folder in the path is empty.",
        ),
        both(
            "Jede Datei und jeder Ordner braucht einen Namen; „a//b“ bedeutet auf jedem System etwas anderes. Packen"
            " Sie das Archiv neu.",
            "Each file and folder needs a name; “a//b” means something else on each system. Pack the archive again.",
        ),
    ),
    "name-not-utf8": Code(
        ERROR,
        both("Name nicht in UTF-8", "Name not in UTF-8"),
        both(
            "Der Name ist nicht als UTF-8 gekennzeichnet und gespeichert.",
            "The name is not marked and stored as UTF-8.",
        ),
        both(
            "Umlaute werden sonst auf jedem System anders gelesen. Nehmen Sie ein Programm, das UTF-8 schreibt "
            "(7-Zip, „zip -UN=UTF8“, Python), oder Namen ohne Umlaute.",
            "Otherwise umlauts are read differently on each system. Use a program that writes UTF-8 (7-Zip, “zip "
            "-UN=UTF8”, Python), or names in ASCII.",
        ),
    ),
    "name-unicode-differs": Code(
        ERROR,
        both("Zweiter Name weicht ab", "Second name differs"),
        both(
            "Ein Zusatzfeld nennt die Datei anders: „{other}“.",
            "An extra field names the file otherwise: “{other}”.",
        ),
        both(
            "Manche Programme nehmen den Namen aus dem Zusatzfeld (Info-ZIP Unicode Path), andere nicht. Packen Sie "
            "so, dass nur ein Name darin steht.",
            "Some programs take the name from the extra field (Info-ZIP Unicode Path), others do not. Pack so that "
            "there is one name only.",
        ),
    ),
    "name-device": Code(
        ERROR,
        both("Gerätename", "Device name"),
        both(
            "Der Pfad enthält einen Namen, den Windows für Geräte reserviert (CON, NUL, COM1 …).",
            "The path contains a name that Windows keeps for devices (CON, NUL, COM1 …).",
        ),
        both(
            "Unter Windows lässt sich eine solche Datei nicht anlegen, auch nicht mit Endung. Benennen Sie sie um.",
            "On Windows such a file cannot be created, not even with an extension. Rename it.",
        ),
    ),
    "name-reserved": Code(
        ERROR,
        both("Zeichen, das Windows nicht erlaubt", "Character that Windows does not allow"),
        both(
            'Der Pfad enthält eines der Zeichen < > : " | ? *',
            'The path contains one of the characters < > : " | ? *',
        ),
        both(
            "Unter Windows lässt sich eine solche Datei nicht anlegen; ein Doppelpunkt schreibt dort sogar in einen "
            "versteckten Datenstrom. Benennen Sie sie um.",
            "On Windows such a file cannot be created; a colon even writes into a hidden stream there. Rename it.",
        ),
    ),
    "name-trailing": Code(
        ERROR,
        both("Name endet auf Punkt oder Leerzeichen", "Name ends in a dot or space"),
        both(
            "Ein Name im Pfad endet auf einen Punkt oder ein Leerzeichen.",
            "A name in the path ends in a dot or a space.",
        ),
        both(
            "Windows schneidet das ab, so dass eine andere Datei entsteht oder überschrieben wird. Benennen Sie sie "
            "um.",
            "Windows cuts it off, so that another file arises or is overwritten. Rename it.",
        ),
    ),
    "name-too-long": Code(
        ERROR,
        both("Name zu lang", "Name too long"),
        both(
            "Der Pfad ist länger als 1.024 Bytes, oder ein Name darin länger als 255.",
            "The path is longer than 1,024 bytes, or a name in it longer than 255.",
        ),
        both(
            "Kein übliches Dateisystem kann das speichern. Kürzen Sie den Namen.",
            "No common file system can store that. Shorten the name.",
        ),
    ),
    "name-duplicate": Code(
        ERROR,
        both("Pfad doppelt", "Path twice"),
        both("Das Archiv enthält diesen Pfad zweimal.", "The archive holds this path twice."),
        both(
            "Welche der beiden Dateien gilt, hängt vom Programm ab. Behalten Sie eine.",
            "Which of the two files counts depends on the program. Keep one.",
        ),
    ),
    "name-alike": Code(
        ERROR,
        both("Pfade kaum verschieden", "Paths hardly different"),
        both(
            "Der Pfad unterscheidet sich von „{other}“ nur in Großschreibung oder Zeichenform.",
            "The path differs from “{other}” only in letter case or in the form of its characters.",
        ),
        both(
            "Windows und macOS halten beide für dieselbe Datei, so dass eine die andere überschreibt. Benennen Sie "
            "eine um.",
            "Windows and macOS take both for the same file, so that one overwrites the other. Rename one.",
        ),
    ),
    "name-file-and-folder": Code(
        ERROR,
        both("Datei und Ordner zugleich", "File and folder at once"),
        both(
            "„{other}“ ist zugleich eine Datei und ein Ordner.",
            "“{other}” is a file and a folder at once.",
        ),
        both(
            "Beides kann nebeneinander nicht entpackt werden. Benennen Sie eines um.",
            "The two cannot be unpacked side by side. Rename one.",
        ),
    ),
}
