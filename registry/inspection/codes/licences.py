"""Codes of licences and their texts."""

from __future__ import annotations

from registry.inspection.codes.base import ERROR, WARNING, Code, both

LICENCES: dict[str, Code] = {
    "licence-unknown": Code(
        ERROR,
        both("Lizenz unbekannt", "Licence unknown"),
        both(
            "„{value}“ ist kein Lizenzkürzel nach SPDX. {advice_de}",
            "“{value}” is not a licence identifier by SPDX. {advice_en}",
        ),
        both(
            "Kürzel nach SPDX (https://spdx.org/licenses) sagen überall dasselbe, etwa EUPL-1.2 oder Apache-2.0. Für"
            " eine eigene Lizenz schreiben Sie LicenseRef-Name.",
            "SPDX identifiers (https://spdx.org/licenses) say the same everywhere, such as EUPL-1.2 or Apache-2.0. "
            "For a licence of your own write LicenseRef-Name.",
        ),
    ),
    "licence-expression": Code(
        ERROR,
        both("Lizenzangabe nicht lesbar", "Licence expression not readable"),
        both(
            "„{value}“ ist kein gültiger SPDX-Ausdruck.",
            "“{value}” is not a valid SPDX expression.",
        ),
        both(
            "Mehrere Lizenzen werden mit AND, OR und WITH verbunden, zum Beispiel „EUPL-1.2 OR Apache-2.0“.",
            "Several licences are joined by AND, OR and WITH, for instance “EUPL-1.2 OR Apache-2.0”.",
        ),
    ),
    "licence-missing": Code(
        ERROR,
        both("Lizenztext fehlt", "Licence text missing"),
        both(
            "Im Paket fehlt der Text der Lizenz (LICENSE oder LICENSES/{declared}.txt).",
            "The package lacks the text of the licence (LICENSE or LICENSES/{declared}.txt).",
        ),
        both(
            "Ohne Lizenztext darf niemand die Software nachnutzen, und die meisten Lizenzen verlangen, ihn "
            "beizulegen. Legen Sie ihn als LICENSE auf die oberste Ebene.",
            "Without the text nobody may reuse the software, and most licences demand that it be enclosed. Put it at"
            " the top level as LICENSE.",
        ),
    ),
    "licence-text-differs": Code(
        WARNING,
        both("Lizenztext passt nicht", "Licence text does not fit"),
        both(
            "Erklärt ist {declared}, der Text sieht aber nach {found} aus.",
            "Declared is {declared}, but the text looks like {found}.",
        ),
        both(
            "Im Streit zählt der Text, nicht das Kürzel. Legen Sie den Text der erklärten Lizenz bei, oder "
            "berichtigen Sie die Angabe.",
            "In a dispute the text counts, not the identifier. Enclose the text of the declared licence, or correct "
            "what is declared.",
        ),
    ),
    "licence-text-unknown": Code(
        WARNING,
        both("Lizenztext nicht erkannt", "Licence text not recognised"),
        both(
            "Der Text ist keine Lizenz, die die Registry erkennt; erklärt ist {declared}.",
            "The text is no licence that the registry recognises; declared is {declared}.",
        ),
        both(
            "Prüfen Sie, ob die Datei den vollständigen, unveränderten Text der erklärten Lizenz enthält.",
            "Check whether the file contains the complete, unchanged text of the declared licence.",
        ),
    ),
    "licence-text-missing": Code(
        WARNING,
        both("Ein Lizenztext fehlt", "A licence text is missing"),
        both("Für {declared} liegt kein Text bei.", "No text is enclosed for {declared}."),
        both(
            "Bei mehreren Lizenzen gehört jeder Text ins Paket, am besten als LICENSES/<Kürzel>.txt (REUSE).",
            "With several licences each text belongs into the package, best as LICENSES/<identifier>.txt (REUSE).",
        ),
    ),
    "licence-differs": Code(
        WARNING,
        both("Lizenzangaben weichen ab", "Licence statements differ"),
        both(
            "publiccode.yml nennt {publiccode}, für den Dienst ist {expected} angegeben.",
            "publiccode.yml names {publiccode}, the service states {expected}.",
        ),
        both(
            "Wer nachnutzt, muss sich auf eine Angabe verlassen können. Gleichen Sie beide an.",
            "Whoever reuses must be able to rely on one statement. Make the two agree.",
        ),
    ),
}
