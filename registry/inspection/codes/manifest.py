"""Codes of efa.yml."""

from __future__ import annotations

from registry.inspection.codes.base import ERROR, WARNING, Code, both
from registry.inspection.codes.shapes import shape_codes

MANIFEST: dict[str, Code] = {
    **shape_codes("manifest", "efa.yml"),
    "manifest-unknown-key": Code(
        WARNING,
        both("Unbekannter Schlüssel", "Unknown key"),
        both(
            "„{key}“ ist in efa.yml nicht bekannt. {advice_de}",
            "“{key}” is not known in efa.yml. {advice_en}",
        ),
        both(
            "Der Schlüssel wird nicht ausgewertet: ein Tippfehler, oder er stammt aus einer neueren Fassung.",
            "The key is not evaluated: a typing error, or it is from a newer version.",
        ),
    ),
    "manifest-version": Code(
        ERROR,
        both("Fassung von efa.yml", "Version of efa.yml"),
        both("efa muss 1 sein, nicht „{value}“.", "efa must be 1, not “{value}”."),
        both(
            "Die Zahl sagt, nach welcher Fassung efa.yml geschrieben ist; es gibt bisher die 1.",
            "The number says by which version efa.yml is written; so far there is 1.",
        ),
    ),
    "manifest-service-differs": Code(
        ERROR,
        both("Anderer Dienst", "Another service"),
        both(
            "service ist „{value}“, veröffentlicht wird aber für {expected}.",
            "service is “{value}”, but it is being published for {expected}.",
        ),
        both(
            "Vermutlich ist es das Paket eines anderen Dienstes. Prüfen Sie service in efa.yml.",
            "Probably this is the package of another service. Check service in efa.yml.",
        ),
    ),
    "manifest-version-differs": Code(
        ERROR,
        both("Version weicht ab", "Version differs"),
        both(
            "version ist „{value}“, veröffentlicht wird aber {expected}.",
            "version is “{value}”, but {expected} is being published.",
        ),
        both(
            "Das Paket und seine Beschreibung müssen dieselbe Version nennen. Passen Sie version an, oder lassen Sie"
            " die Angabe weg.",
            "The package and its description must name the same version. Adapt version, or leave it out.",
        ),
    ),
    "manifest-leika": Code(
        ERROR,
        both("Leistungsschlüssel ungültig", "LeiKa key not valid"),
        both(
            "„{value}“ in „{key}“ ist kein Leistungsschlüssel: Er hat 14 Ziffern.",
            "“{value}” in “{key}” is not a LeiKa key: it has 14 digits.",
        ),
        both(
            "Bundesweite Schlüssel beginnen mit 99, örtliche nicht. Hat die Leistung keinen, so schreiben Sie leika:"
            " [].",
            "Federal keys begin with 99, local ones do not. If the service has none, write leika: [].",
        ),
    ),
    "manifest-document-missing": Code(
        ERROR,
        both("Genanntes Dokument fehlt", "Named document missing"),
        both(
            "Das Dokument „{value}“ ist nicht im Paket.",
            "The document “{value}” is not in the package.",
        ),
        both(
            "Partner verlassen sich auf die genannten Unterlagen. Legen Sie die Datei bei, oder streichen Sie die "
            "Zeile.",
            "Partners rely on the documents named. Enclose the file, or remove the line.",
        ),
    ),
    "manifest-role": Code(
        WARNING,
        both("Rolle unbekannt", "Role unknown"),
        both(
            "Die Rolle „{value}“ von „{key}“ ist nicht bekannt. {advice_de}",
            "The role “{value}” of “{key}” is not known. {advice_en}",
        ),
        both(
            "An der Rolle erkennt die Registry, was ein Dokument ist. Mit einer unbekannten wird es nur als Datei "
            "angezeigt.",
            "By its role the registry knows what a document is. With an unknown one it is shown as a file only.",
        ),
    ),
    "manifest-requirement": Code(
        ERROR,
        both("Anforderung ungültig", "Requirement not valid"),
        both(
            "„{value}“ in „{key}“ ist kein Kürzel einer Anforderung (wie design-001).",
            "“{value}” in “{key}” is not the short name of a requirement (such as design-001).",
        ),
        both(
            "Anforderungen heißen mit Kleinbuchstaben, Ziffern und Bindestrichen; die Liste steht in der Registry.",
            "Requirements are named with lower-case letters, digits and hyphens; the list is in the registry.",
        ),
    ),
    "manifest-assessed-twice": Code(
        ERROR,
        both("Anforderung zweimal bewertet", "Requirement assessed twice"),
        both(
            "„{value}“ ist schon in Zeile {first} bewertet.",
            "“{value}” is assessed in line {first} already.",
        ),
        both(
            "Je Version und Anforderung gibt es eine Bewertung. Behalten Sie eine.",
            "There is one assessment for each release and requirement. Keep one.",
        ),
    ),
    "manifest-evidence": Code(
        WARNING,
        both("Nachweis nicht gefunden", "Evidence not found"),
        both(
            "Der Nachweis „{value}“ in „{key}“ ist weder eine Datei im Paket noch eine Webadresse.",
            "The evidence “{value}” in “{key}” is neither a file of the package nor a web address.",
        ),
        both(
            "Ein Nachweis überzeugt nur, wenn man ihn ansehen kann. Legen Sie die Datei bei, oder nennen Sie eine "
            "Adresse mit https://.",
            "Evidence convinces only if it can be looked at. Enclose the file, or give an address with https://.",
        ),
    ),
    "manifest-slug": Code(
        ERROR,
        both("Kein Kurzname", "Not a short name"),
        both(
            "„{value}“ in „{key}“ ist kein Kurzname: Kleinbuchstaben, Ziffern und Bindestriche.",
            "“{value}” in “{key}” is not a short name: lower-case letters, digits and hyphens.",
        ),
        both(
            "Der Kurzname eines Dienstes steht in seiner Adresse, etwa passierschein-a38.",
            "The short name of a service stands in its address, such as passierschein-a38.",
        ),
    ),
}
