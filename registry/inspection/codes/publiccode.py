"""Codes of publiccode.yml."""

from __future__ import annotations

from registry.inspection.codes.base import ERROR, HINT, WARNING, Code, both
from registry.inspection.codes.shapes import shape_codes

PUBLICCODE: dict[str, Code] = {
    **shape_codes("publiccode", "publiccode.yml"),
    "publiccode-unknown-key": Code(
        ERROR,
        both("Unbekannter Schlüssel", "Unknown key"),
        both(
            "„{key}“ gehört nicht zu publiccode.yml. {advice_de}",
            "“{key}” does not belong to publiccode.yml. {advice_en}",
        ),
        both(
            "Der Standard erlaubt keine eigenen Schlüssel; meist ist es ein Tippfehler oder eine falsche Einrückung."
            " Eigene Angaben gehören in efa.yml oder die README.",
            "The standard allows no keys of one's own; mostly it is a typing error or a wrong indentation. What is "
            "special belongs in efa.yml or the README.",
        ),
    ),
    "publiccode-deprecated": Code(
        WARNING,
        both("Veralteter Schlüssel", "Deprecated key"),
        both("„{key}“ ist veraltet. {advice_de}", "“{key}” is deprecated. {advice_en}"),
        both(
            "Der Schlüssel wird noch gelesen, fällt aber in einer späteren Fassung des Standards weg.",
            "The key is still read, but a later version of the standard drops it.",
        ),
    ),
    "publiccode-country-section": Code(
        WARNING,
        both("Länderabschnitt veraltet", "Country section deprecated"),
        both(
            "Der Länderabschnitt „{key}“ ist veraltet; nehmen Sie „supports“.",
            "The country section “{key}” is deprecated; use “supports”.",
        ),
        both(
            "Seit Fassung 0.7 steht Länderspezifisches unter supports, ein Leistungsschlüssel etwa als „- id: "
            "urn:de:fim:leika:leistung:99…“.",
            "Since version 0.7 what is special to a country stands under supports, a LeiKa key for instance as “- "
            "id: urn:de:fim:leika:leistung:99…”.",
        ),
    ),
    "publiccode-country-twice": Code(
        ERROR,
        both("Länderabschnitt doppelt", "Country section twice"),
        both(
            "Der Abschnitt steht als „{key}“ und in Großbuchstaben da; behalten Sie den in Großbuchstaben.",
            "The section stands as “{key}” and in upper case; keep the one in upper case.",
        ),
        both(
            "Welcher gilt, ist nicht festgelegt. Entfernen Sie den kleingeschriebenen.",
            "Which one counts is not defined. Remove the one in lower case.",
        ),
    ),
    "publiccode-version-unquoted": Code(
        ERROR,
        both("Fassung ohne Anführungszeichen", "Version without quotes"),
        both(
            'publiccodeYmlVersion muss ein Text sein: "{value}" mit Anführungszeichen.',
            'publiccodeYmlVersion must be a text: "{value}" with quotes.',
        ),
        both(
            "Ohne Anführungszeichen wird aus der Fassung eine Zahl (0.10 würde 0,1). Der Standard verlangt einen Text.",
            "Without quotes the version becomes a number (0.10 would be 0.1). The standard demands a text.",
        ),
    ),
    "publiccode-version-unknown": Code(
        ERROR,
        both("Fassung unbekannt", "Version unknown"),
        both(
            'Die Fassung „{value}“ des Standards wird nicht unterstützt; aktuell ist "0.7.0".',
            'Version “{value}” of the standard is not supported; the current one is "0.7.0".',
        ),
        both(
            'Angenommen werden "0", die Fassungen 0.2 bis 0.5.0 und 0.7. Schreiben Sie publiccodeYmlVersion: "0.7.0".',
            'Accepted are "0", the versions 0.2 to 0.5.0 and 0.7. Write publiccodeYmlVersion: "0.7.0".',
        ),
    ),
    "publiccode-version-old": Code(
        HINT,
        both("Ältere Fassung", "Older version"),
        both(
            "Die Datei nennt die Fassung {value} des Standards; aktuell ist 0.7.0.",
            "The file names version {value} of the standard; the current one is 0.7.0.",
        ),
        both(
            "Ältere Fassungen werden angenommen. Die neue kennt supports (Leistungsschlüssel) und organisation.",
            "Older versions are accepted. The new one knows supports (LeiKa keys) and organisation.",
        ),
    ),
    "publiccode-too-short": Code(
        ERROR,
        both("Text zu kurz", "Text too short"),
        both(
            "„{key}“ hat {length} Zeichen, verlangt sind mindestens {limit}.",
            "“{key}” has {length} characters, at least {limit} are required.",
        ),
        both(
            "Wer nach einem Dienst sucht, soll ohne Rückfrage verstehen, was er leistet. Beschreiben Sie ihn "
            "ausführlicher.",
            "Whoever looks for a service should understand what it does without asking. Describe it at greater length.",
        ),
    ),
    "publiccode-too-long": Code(
        ERROR,
        both("Text zu lang", "Text too long"),
        both(
            "„{key}“ hat {length} Zeichen, erlaubt sind {limit}.",
            "“{key}” has {length} characters, {limit} are allowed.",
        ),
        both(
            "Verzeichnisse zeigen den Text nur bis zu dieser Länge. Kürzen Sie ihn.",
            "Catalogues show the text only up to this length. Shorten it.",
        ),
    ),
    "publiccode-url": Code(
        ERROR,
        both("Keine gültige Adresse", "Not a valid address"),
        both(
            "„{value}“ in „{key}“ ist keine vollständige Adresse ({expected}).",
            "“{value}” in “{key}” is not a complete address ({expected}).",
        ),
        both(
            "Verweise müssen vollständig sein, mit https:// am Anfang, damit sie überall funktionieren.",
            "Links must be complete, with https:// at the start, so that they work everywhere.",
        ),
    ),
    "publiccode-uri": Code(
        ERROR,
        both("Keine gültige URI", "Not a valid URI"),
        both(
            "„{value}“ in „{key}“ ist keine gültige URI (https://… oder urn:…).",
            "“{value}” in “{key}” is not a valid URI (https://… or urn:…).",
        ),
        both(
            "Eine URI bezeichnet eindeutig, was gemeint ist. Nehmen Sie eine Webadresse oder eine URN.",
            "A URI names without doubt what is meant. Use a web address or a URN.",
        ),
    ),
    "publiccode-alias": Code(
        ERROR,
        both("Alias unbekannt", "Alias unknown"),
        both(
            "Der Alias „{value}“ ist nicht festgelegt. {advice_de}",
            "The alias “{value}” is not defined. {advice_en}",
        ),
        both(
            "Kurznamen unter supports legt der Standard fest (alias:gdpr, alias:eidas …); alles andere wird als URI "
            "geschrieben.",
            "Short names under supports are defined by the standard (alias:gdpr, alias:eidas …); all else is written"
            " as a URI.",
        ),
    ),
    "publiccode-leika": Code(
        ERROR,
        both("Leistungsschlüssel ungültig", "LeiKa key not valid"),
        both(
            "„{value}“ ist kein Leistungsschlüssel: Er hat 14 Ziffern.",
            "“{value}” is not a LeiKa key: it has 14 digits.",
        ),
        both(
            "Der Leistungsschlüssel des Leistungskatalogs hat 14 Ziffern, etwa "
            "urn:de:fim:leika:leistung:99012345678901. Hat die Leistung keinen, so lassen Sie die Angabe weg.",
            "The key of the catalogue of public services has 14 digits, as in "
            "urn:de:fim:leika:leistung:99012345678901. If the service has none, leave it out.",
        ),
    ),
    "publiccode-date": Code(
        ERROR,
        both("Kein gültiges Datum", "Not a valid date"),
        both(
            "„{value}“ in „{key}“ ist kein Datum der Form JJJJ-MM-TT.",
            "“{value}” in “{key}” is not a date of the form YYYY-MM-DD.",
        ),
        both(
            "Daten stehen in publiccode.yml nur als Jahr-Monat-Tag, zum Beispiel 2026-04-30.",
            "Dates stand in publiccode.yml as year-month-day only, for instance 2026-04-30.",
        ),
    ),
    "publiccode-email": Code(
        ERROR,
        both("Keine gültige E-Mail-Adresse", "Not a valid e-mail address"),
        both(
            "„{value}“ in „{key}“ ist keine E-Mail-Adresse.",
            "“{value}” in “{key}” is not an e-mail address.",
        ),
        both(
            "Partner erreichen Sie über diese Adresse. Prüfen Sie die Schreibweise.",
            "Partners reach you by this address. Check its spelling.",
        ),
    ),
    "publiccode-language": Code(
        ERROR,
        both("Sprache unbekannt", "Language unknown"),
        both(
            "„{value}“ in „{key}“ ist kein Sprachkürzel nach BCP 47.",
            "“{value}” in “{key}” is not a language tag by BCP 47.",
        ),
        both(
            "Sprachen stehen als kürzestes Kürzel nach BCP 47: de, en, de-CH; nicht deutsch, ger oder de_DE.",
            "Languages stand as the shortest tag by BCP 47: de, en, de-CH; not german, ger or de_DE.",
        ),
    ),
    "publiccode-language-form": Code(
        WARNING,
        both("Sprachkürzel anders geschrieben", "Language tag written otherwise"),
        both(
            "„{value}“ in „{key}“ ist nicht die Schreibweise nach BCP 47 (de, de-CH).",
            "“{value}” in “{key}” is not the form of BCP 47 (de, de-CH).",
        ),
        both(
            "Sprachen stehen als kürzestes Kürzel, mit Bindestrich statt Unterstrich. Manche Programme lesen andere "
            "Formen nicht.",
            "Languages stand as the shortest tag, with a hyphen instead of an underscore. Some programs do not read "
            "other forms.",
        ),
    ),
    "publiccode-country": Code(
        ERROR,
        both("Land unbekannt", "Country unknown"),
        both(
            "„{value}“ in „{key}“ ist kein Länderkürzel nach ISO 3166-1 (zwei Buchstaben).",
            "“{value}” in “{key}” is not a country code by ISO 3166-1 (two letters).",
        ),
        both(
            "Länder stehen mit zwei Großbuchstaben: DE, AT, CH.",
            "Countries stand with two capital letters: DE, AT, CH.",
        ),
    ),
    "publiccode-country-lower": Code(
        WARNING,
        both("Land kleingeschrieben", "Country in lower case"),
        both(
            "Länderkürzel stehen in Großbuchstaben: „{upper}“ statt „{value}“.",
            "Country codes stand in upper case: “{upper}” instead of “{value}”.",
        ),
        both(
            "Kleingeschriebene Kürzel sind veraltet und werden später nicht mehr gelesen.",
            "Codes in lower case are deprecated and will not be read later on.",
        ),
    ),
    "publiccode-mime-type": Code(
        ERROR,
        both("Kein Medientyp", "Not a media type"),
        both(
            "„{value}“ in „{key}“ ist kein Medientyp wie text/plain.",
            "“{value}” in “{key}” is not a media type such as text/plain.",
        ),
        both(
            "Der Schlüssel ist ohnehin veraltet; am einfachsten lassen Sie ihn weg.",
            "The key is deprecated anyway; it is simplest to leave it out.",
        ),
    ),
    "publiccode-path": Code(
        ERROR,
        both("Pfad nicht erlaubt", "Path not allowed"),
        both(
            "„{value}“ in „{key}“ muss ein Pfad im Paket sein, ohne „/“ am Anfang und ohne „..“, oder eine Webadresse.",
            "“{value}” in “{key}” must be a path inside the package, without a leading “/” and without “..”, or a "
            "web address.",
        ),
        both(
            "Pfade gehen von publiccode.yml aus, damit sie bei allen gelten, die das Paket entpacken.",
            "Paths start from publiccode.yml, so that they hold for all who unpack the package.",
        ),
    ),
    "publiccode-file-missing": Code(
        ERROR,
        both("Genannte Datei fehlt", "Named file missing"),
        both(
            "Die Datei „{value}“ aus „{key}“ ist nicht im Paket.",
            "The file “{value}” of “{key}” is not in the package.",
        ),
        both(
            "Verweise auf Dateien müssen stimmen, auch in Groß- und Kleinschreibung. Legen Sie die Datei bei, oder "
            "entfernen Sie den Verweis.",
            "References to files must be right, letter case included. Enclose the file, or remove the reference.",
        ),
    ),
    "publiccode-file-type": Code(
        ERROR,
        both("Falsches Bildformat", "Wrong image format"),
        both(
            "„{value}“ in „{key}“ muss eine Datei dieser Art sein: {expected}.",
            "“{value}” in “{key}” must be a file of this kind: {expected}.",
        ),
        both(
            "Verzeichnisse können nur diese Formate anzeigen. Wandeln Sie das Bild um.",
            "Catalogues can show these formats only. Convert the image.",
        ),
    ),
    "publiccode-video": Code(
        ERROR,
        both("Video nicht einbettbar", "Video cannot be embedded"),
        both(
            "„{value}“ in „{key}“ ist keine Adresse eines Videoportals, das oEmbed unterstützt.",
            "“{value}” in “{key}” is not an address at a video site that supports oEmbed.",
        ),
        both(
            "Verzeichnisse betten Videos über oEmbed ein; PeerTube, YouTube, Vimeo und andere können das. Verweise "
            "auf andere Seiten gehören in documentation oder landingURL.",
            "Catalogues embed videos by oEmbed; PeerTube, YouTube, Vimeo and others can do that. Links to other "
            "pages belong in documentation or landingURL.",
        ),
    ),
    "publiccode-contractors-forbidden": Code(
        ERROR,
        both("Auftragnehmer nicht vorgesehen", "Contractors not provided for"),
        both(
            "„{key}“ darf nur stehen, wenn maintenance.type „contract“ ist.",
            "“{key}” may stand only if maintenance.type is “contract”.",
        ),
        both(
            "Auftragnehmer gibt es nur bei Wartung im Auftrag. Setzen Sie type auf contract, oder nennen Sie "
            "Ansprechpartner unter contacts.",
            "There are contractors only with maintenance by contract. Set type to contract, or name people under "
            "contacts.",
        ),
    ),
    "publiccode-partly": Code(
        WARNING,
        both("Nicht in jeder Sprache", "Not in every language"),
        both(
            "„{key}“ fehlt; in einer anderen Sprache ist die Angabe da.",
            "“{key}” is missing; in another language it is given.",
        ),
        both(
            "Der Standard verlangt die Angabe für mindestens eine Sprache; manche Programme verlangen sie für jede.",
            "The standard demands it for at least one language; some programs demand it for each.",
        ),
    ),
    "publiccode-version-differs": Code(
        ERROR,
        both("Version weicht ab", "Version differs"),
        both(
            "softwareVersion ist „{value}“, veröffentlicht wird aber {expected}.",
            "softwareVersion is “{value}”, but {expected} is being published.",
        ),
        both(
            "Das Paket und seine Beschreibung müssen dieselbe Version nennen. Passen Sie softwareVersion an, oder "
            "lassen Sie die Angabe weg.",
            "The package and its description must name the same version. Adapt softwareVersion, or leave it out.",
        ),
    ),
}
