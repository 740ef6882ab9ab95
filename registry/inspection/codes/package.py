"""Codes of the package as a whole."""

from __future__ import annotations

from registry.inspection.codes.base import ERROR, HINT, WARNING, Code, both

PACKAGE: dict[str, Code] = {
    "findings-cut": Code(
        WARNING,
        both("Befunde gekürzt", "Findings cut"),
        both(
            "Der Befund „{of}“ tritt noch {more}-mal auf.",
            "The finding “{of}” occurs {more} more times.",
        ),
        both(
            "Damit der Bericht lesbar bleibt, stehen von jedem Befund höchstens hundert darin. Beheben Sie die "
            "ersten und prüfen Sie noch einmal.",
            "To stay readable, the report lists at most a hundred findings of each kind. Mend the first ones and "
            "check again.",
        ),
    ),
    "publiccode-missing": Code(
        ERROR,
        both("publiccode.yml fehlt", "publiccode.yml is missing"),
        both(
            "Im Paket fehlt die Datei publiccode.yml.",
            "The package lacks the file publiccode.yml.",
        ),
        both(
            "publiccode.yml beschreibt Software der Verwaltung international einheitlich; ohne sie findet niemand "
            "Ihren Dienst in anderen Verzeichnissen. Legen Sie sie in die oberste Ebene des Archivs (Standard: "
            "https://yml.publiccode.tools).",
            "publiccode.yml describes public software in the same way world-wide; without it nobody finds your "
            "service in other catalogues. Put it at the top level of the archive (standard: "
            "https://yml.publiccode.tools).",
        ),
    ),
    "publiccode-not-at-root": Code(
        ERROR,
        both("publiccode.yml nicht auf oberster Ebene", "publiccode.yml not at the top level"),
        both(
            "publiccode.yml liegt in einem Ordner; sie gehört auf die oberste Ebene des Archivs.",
            "publiccode.yml lies in a folder; it belongs at the top level of the archive.",
        ),
        both(
            "Meist wurde der Ordner selbst gepackt statt seines Inhalts. Packen Sie, was im Ordner liegt.",
            "Mostly the folder itself was packed instead of its content. Pack what is in the folder.",
        ),
    ),
    "publiccode-twice": Code(
        ERROR,
        both("Zwei publiccode-Dateien", "Two publiccode files"),
        both(
            "Es gibt publiccode.yml und publiccode.yaml; nur eine kann gelten.",
            "There are publiccode.yml and publiccode.yaml; only one can count.",
        ),
        both(
            "Andere Verzeichnisse könnten die falsche lesen. Behalten Sie publiccode.yml.",
            "Other catalogues could read the wrong one. Keep publiccode.yml.",
        ),
    ),
    "publiccode-yaml": Code(
        HINT,
        both("Endung .yaml", "Extension .yaml"),
        both(
            "Die Datei heißt publiccode.yaml; der Standard nennt sie publiccode.yml.",
            "The file is called publiccode.yaml; the standard calls it publiccode.yml.",
        ),
        both(
            "Viele Verzeichnisse suchen nur nach publiccode.yml. Benennen Sie die Datei um.",
            "Many catalogues look for publiccode.yml only. Rename the file.",
        ),
    ),
    "manifest-missing": Code(
        HINT,
        both("efa.yml fehlt", "efa.yml is missing"),
        both("Im Paket fehlt die Datei efa.yml.", "The package lacks the file efa.yml."),
        both(
            "efa.yml sagt, was publiccode.yml nicht sagen kann: Leistungsschlüssel, Vertrauensniveau, Nutzerkonten, "
            "Rolle der Dokumente, Stand der EfA-Mindestanforderungen. Partner entscheiden danach.",
            "efa.yml says what publiccode.yml cannot: LeiKa keys, trust level, accounts, roles of documents, state "
            "of the EfA minimum requirements. Partners decide by it.",
        ),
    ),
    "readme-missing": Code(
        HINT,
        both("README fehlt", "README is missing"),
        both("Im Paket fehlt eine README.md.", "The package lacks a README.md."),
        both(
            "Die README erscheint auf der Seite der Version: Sagen Sie dort, was der Dienst tut und wie man ihn in "
            "Betrieb nimmt.",
            "The README is shown on the release's page: say there what the service does and how to put it into "
            "operation.",
        ),
    ),
    "changelog-missing": Code(
        HINT,
        both("CHANGELOG fehlt", "CHANGELOG is missing"),
        both("Im Paket fehlt eine CHANGELOG.md.", "The package lacks a CHANGELOG.md."),
        both(
            "Wer den Dienst nachnutzt, will wissen, was sich geändert hat. Führen Sie die Änderungen je Version auf.",
            "Whoever reuses the service wants to know what has changed. List the changes of each version.",
        ),
    ),
    "leika-differs": Code(
        WARNING,
        both("Leistungsschlüssel weichen ab", "LeiKa keys differ"),
        both(
            "publiccode.yml und efa.yml nennen verschiedene Leistungsschlüssel: {publiccode} und {manifest}.",
            "publiccode.yml and efa.yml name different LeiKa keys: {publiccode} and {manifest}.",
        ),
        both(
            "Über den Leistungsschlüssel finden Kommunen den Dienst. Nennen Sie in supports von publiccode.yml "
            "(urn:de:fim:leika:leistung:…) und in leika von efa.yml dieselben.",
            "Municipalities find the service by its LeiKa key. Name the same ones under supports in publiccode.yml "
            "(urn:de:fim:leika:leistung:…) and under leika in efa.yml.",
        ),
    ),
}
