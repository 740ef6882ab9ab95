"""Codes of XML documents."""

from __future__ import annotations

from registry.inspection.codes.base import ERROR, WARNING, Code, both

XML: dict[str, Code] = {
    "xml-dtd": Code(
        ERROR,
        both("XML mit Dokumenttyp", "XML with a document type"),
        both(
            "Das XML-Dokument hat einen Dokumenttyp (<!DOCTYPE …>).",
            "The XML document has a document type (<!DOCTYPE …>).",
        ),
        both(
            "Ein Dokumenttyp kann Entitäten erklären, die beim Lesen ins Unermessliche wachsen, fremde Dateien "
            "einbinden oder etwas aus dem Netz holen. Löschen Sie die Zeile von <!DOCTYPE bis zum zugehörigen >; FIM, "
            "BPMN und SVG brauchen sie nicht. Bei SVG schrieben ältere Programme „<!DOCTYPE svg PUBLIC "
            '"-//W3C//DTD SVG 1.1//EN" …>“: Das Bild sieht ohne diese Zeile genauso aus (Inkscape: „Optimiertes SVG“ '
            "speichern). Eigene Entitäten (&name;) ersetzen Sie durch ihren Text. HTML-Seiten (.html, .htm) dürfen mit "
            "<!DOCTYPE html> beginnen.",
            "A document type can declare entities that grow beyond measure when read, take in other files, or fetch "
            "something from the network. Delete it, from <!DOCTYPE to its closing >; FIM, BPMN and SVG do not need it. "
            'In SVG, older programs wrote “<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" …>”: the picture looks the '
            "same without that line (Inkscape: save as “Optimized SVG”). Replace entities of your own (&name;) by "
            "their text. HTML pages (.html, .htm) may begin with <!DOCTYPE html>.",
        ),
    ),
    "xml-encoding": Code(
        ERROR,
        both("XML in ungewöhnlicher Kodierung", "XML in an unusual encoding"),
        both(
            "Das XML-Dokument ist nicht in der Kodierung, die es nennt, oder sie ist ungewöhnlich ({encoding}).",
            "The XML document is not in the encoding that it names, or that is an unusual one ({encoding}).",
        ),
        both(
            "Erlaubt sind UTF-8, UTF-16, US-ASCII, ISO-8859-1 bis -16 und Windows-1250 bis -1258. In anderen "
            "Kodierungen (UTF-7, UTF-32, EBCDIC) lässt sich vor einer Prüfung verbergen, was ein anderes Programm "
            'liest. Speichern Sie das Dokument als UTF-8, mit encoding="UTF-8" in der ersten Zeile.',
            "UTF-8, UTF-16, US-ASCII, ISO-8859-1 to -16 and Windows-1250 to -1258 are allowed. Other encodings (UTF-7, "
            "UTF-32, EBCDIC) can hide from a check what another program reads. Save the document as UTF-8, with "
            'encoding="UTF-8" in its first line.',
        ),
    ),
    "xml-too-complex": Code(
        ERROR,
        both("XML zu verschachtelt", "XML too complex"),
        both(
            "Das XML-Dokument ist zu tief verschachtelt, hat zu viele Namen oder zu viel vor seinem ersten Element.",
            "The XML document is nested too deeply, or has too many names or too much before its first element.",
        ),
        both(
            "Höchstens 256 Ebenen, 20.000 verschiedene Namen, und vor dem ersten Element tausend Kommentare von "
            "höchstens zwei Megabyte; echte Dokumente bleiben weit darunter. Mehr dient dazu, den Speicher anderer "
            "Programme zu füllen.",
            "At most 256 levels, 20,000 different names, and before the first element a thousand comments of at most "
            "two megabytes; real documents stay far below. More serves to fill the memory of other programs.",
        ),
    ),
    "xml-broken": Code(
        ERROR,
        both("XML nicht lesbar", "XML cannot be read"),
        both(
            "Das XML-Dokument ist nicht lesbar: {reason_de}.",
            "The XML document cannot be read: {reason_en}.",
        ),
        both(
            "FIM-, BPMN- und ähnliche Dokumente müssen sich lesen lassen, und bei jedem XML muss wenigstens der Anfang "
            "bis zum ersten Element stimmen, sonst ließe sich dort etwas verbergen. Öffnen Sie das Dokument in dem "
            "Programm, aus dem es stammt, und exportieren Sie es neu.",
            "Documents of FIM, BPMN and the like must be readable, and of any XML at least the beginning up to the "
            "first element must be right, or something could be hidden there. Open the document in the program that it "
            "comes from, and export it again.",
        ),
    ),
    "xml-not-well-formed": Code(
        WARNING,
        both("XML nicht wohlgeformt", "XML not well-formed"),
        both(
            "Das Dokument heißt wie XML, ist aber keines: {reason_de}.",
            "The document is named like XML but is none: {reason_en}.",
        ),
        both(
            "Programme, die es lesen wollen, werden es zurückweisen. Berichtigen Sie die Stelle, oder geben Sie der "
            "Datei einen anderen Namen, wenn sie eine Vorlage ist.",
            "Programs that want to read it will refuse it. Mend the place, or give the file another name if it is a "
            "template.",
        ),
    ),
}
