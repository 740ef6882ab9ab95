"""Codes of the archive itself."""

from __future__ import annotations

from registry.inspection.codes.base import ERROR, HINT, Code, both

ARCHIVE: dict[str, Code] = {
    "archive-too-large": Code(
        ERROR,
        both("Paket zu groß", "Package too large"),
        both(
            "Das Paket hat {size} Bytes, erlaubt sind {limit}.",
            "The package has {size} bytes, {limit} are allowed.",
        ),
        both(
            "Ein Paket darf nur so groß sein, wie es der Betreiber erlaubt. Lassen Sie weg, was sich erzeugen lässt "
            "(Abhängigkeiten, Abbilder, Videos), oder verweisen Sie darauf; der Betreiber kann die Grenze für Ihre "
            "Organisation anheben.",
            "A package may be only as large as the operator allows. Leave out what can be generated (dependencies, "
            "images, videos) or link to it; the operator can raise the limit for your organisation.",
        ),
    ),
    "archive-not-zip": Code(
        ERROR,
        both("Kein ZIP-Archiv", "Not a ZIP archive"),
        both("Die Datei ist kein ZIP-Archiv.", "The file is not a ZIP archive."),
        both(
            "Eine Version wird als ein ZIP-Archiv veröffentlicht. Packen Sie den Ordner als ZIP; eine umbenannte "
            "andere Datei genügt nicht.",
            "A release is published as one ZIP archive. Pack the folder as ZIP; another file that was renamed is not"
            " enough.",
        ),
    ),
    "archive-truncated": Code(
        ERROR,
        both("Archiv unvollständig", "Archive truncated"),
        both(
            "Das Archiv bricht ab, bevor es zu Ende ist.",
            "The archive ends before it is complete.",
        ),
        both(
            "Dem Archiv fehlt ein Teil, meist nach einer abgebrochenen Übertragung oder bei vollem Datenträger. "
            "Packen Sie es neu und laden Sie es noch einmal hoch.",
            "Part of the archive is missing, mostly after an interrupted transfer or on a full disk. Pack it again "
            "and upload it once more.",
        ),
    ),
    "archive-corrupt": Code(
        ERROR,
        both("Archiv beschädigt", "Archive damaged"),
        both(
            "Das Archiv ist beschädigt: {reason_de} nicht lesbar.",
            "The archive is damaged: its {reason_en} cannot be read.",
        ),
        both(
            "Der Aufbau des Archivs ist nicht in Ordnung. Packen Sie es mit einem üblichen Programm neu.",
            "The structure of the archive is not sound. Pack it again with a common program.",
        ),
    ),
    "archive-crc": Code(
        ERROR,
        both("Prüfsumme falsch", "Checksum wrong"),
        both(
            "Der Inhalt passt nicht zur Prüfsumme im Archiv.",
            "The content does not fit the checksum in the archive.",
        ),
        both(
            "Jede Datei im Archiv trägt eine Prüfsumme (CRC-32). Passt sie nicht, wurde die Datei beim Speichern "
            "oder Übertragen verändert. Packen Sie das Archiv neu.",
            "Each file in the archive carries a checksum (CRC-32). Where it does not fit, the file was changed in "
            "storage or transfer. Pack the archive again.",
        ),
    ),
    "archive-data-corrupt": Code(
        ERROR,
        both("Daten nicht entpackbar", "Data cannot be unpacked"),
        both("Die gepackten Daten sind beschädigt.", "The packed data are damaged."),
        both(
            "Die Datei lässt sich nicht entpacken, oder hinter ihrem Ende stehen weitere Daten. Packen Sie das "
            "Archiv neu.",
            "The file cannot be unpacked, or more data follow its end. Pack the archive again.",
        ),
    ),
    "archive-data-before": Code(
        ERROR,
        both("Daten vor dem Archiv", "Data before the archive"),
        both(
            "Vor dem ersten Eintrag des Archivs stehen andere Daten.",
            "Other data stand before the first entry of the archive.",
        ),
        both(
            "Programme zum Entpacken überspringen, was vor dem Archiv steht; dort lässt sich etwas verstecken, etwa "
            "ein ausführbares Programm (selbstentpackendes Archiv). Packen Sie ein gewöhnliches ZIP.",
            "Programs that unpack skip what stands before the archive; something can be hidden there, such as an "
            "executable (self-extracting archive). Pack a plain ZIP.",
        ),
    ),
    "archive-data-after": Code(
        ERROR,
        both("Daten nach dem Archiv", "Data after the archive"),
        both(
            "Nach dem Ende des Archivs stehen weitere Daten.",
            "More data stand after the end of the archive.",
        ),
        both(
            "Was nach dem Ende steht, gehört zu keiner Datei und wird von Programmen verschieden gelesen. Packen Sie"
            " das Archiv neu, ohne etwas anzuhängen.",
            "What follows the end belongs to no file, and programs read it differently. Pack the archive again and "
            "append nothing.",
        ),
    ),
    "archive-gap": Code(
        ERROR,
        both("Lücke im Archiv", "Gap in the archive"),
        both(
            "Zwischen den Einträgen stehen Daten, die zu keiner Datei gehören.",
            "Between the entries there are data that belong to no file.",
        ),
        both(
            "Jedes Byte eines Pakets gehört zu einer Datei, die alle sehen. Lücken entstehen, wenn Einträge gelöscht"
            " wurden, oder um etwas zu verstecken. Packen Sie das Archiv neu.",
            "Each byte of a package belongs to a file that everyone sees. Gaps arise where entries were deleted, or "
            "to hide something. Pack the archive again.",
        ),
    ),
    "archive-overlap": Code(
        ERROR,
        both("Einträge überlappen sich", "Entries overlap"),
        both(
            "Einträge des Archivs teilen sich dieselben Daten.",
            "Entries of the archive share the same data.",
        ),
        both(
            "Überlappende Einträge kommen in gewöhnlichen Archiven nicht vor; sie dienen dazu, aus wenigen Bytes "
            "sehr viele zu machen. Packen Sie das Archiv neu.",
            "Overlapping entries do not occur in ordinary archives; they serve to turn few bytes into very many. "
            "Pack the archive again.",
        ),
    ),
    "archive-directory-differs": Code(
        ERROR,
        both("Verzeichnis widersprüchlich", "Directory inconsistent"),
        both(
            "Das Verzeichnis des Archivs hat eine andere Länge oder Zahl von Einträgen als angegeben.",
            "The archive's directory has another length or number of entries than it says.",
        ),
        both(
            "Programme lesen ein solches Archiv verschieden: Was eines zeigt, sieht das andere nicht. Packen Sie es "
            "neu.",
            "Programs read such an archive differently: what one shows, another does not see. Pack it again.",
        ),
    ),
    "archive-header-name": Code(
        ERROR,
        both("Zwei Namen für eine Datei", "Two names for one file"),
        both(
            "Im Verzeichnis heißt die Datei anders als vor ihren Daten („{other}“).",
            "The directory calls the file otherwise than the header before its data (“{other}”).",
        ),
        both(
            "Je nach Programm würde die Datei unter dem einen oder dem anderen Namen entpackt. Packen Sie das Archiv"
            " neu.",
            "Depending on the program the file would be unpacked under the one name or the other. Pack the archive "
            "again.",
        ),
    ),
    "archive-header-size": Code(
        ERROR,
        both("Zwei Größen für eine Datei", "Two sizes for one file"),
        both(
            "Größe oder Prüfsumme stehen im Verzeichnis anders als bei den Daten.",
            "Size or checksum differ between the directory and the data.",
        ),
        both(
            "Die Angaben über eine Datei stehen im Archiv doppelt und müssen gleich sein. Packen Sie das Archiv neu.",
            "What is said of a file stands in the archive twice and must agree. Pack the archive again.",
        ),
    ),
    "archive-header-method": Code(
        ERROR,
        both("Zwei Packverfahren für eine Datei", "Two methods for one file"),
        both(
            "Packverfahren oder Merkmale stehen im Verzeichnis anders als bei den Daten.",
            "Compression method or flags differ between the directory and the data.",
        ),
        both(
            "Die Angaben über eine Datei stehen im Archiv doppelt und müssen gleich sein. Packen Sie das Archiv neu.",
            "What is said of a file stands in the archive twice and must agree. Pack the archive again.",
        ),
    ),
    "archive-size-differs": Code(
        ERROR,
        both("Größe falsch angegeben", "Size wrongly stated"),
        both(
            "Die Datei ist entpackt nicht {said} Bytes groß, wie es im Archiv steht.",
            "Unpacked, the file does not have the {said} bytes that the archive states.",
        ),
        both(
            "Die angegebene Größe stimmt nicht mit dem Inhalt überein; gezählt wird beim Lesen. Packen Sie das "
            "Archiv neu.",
            "The stated size does not agree with the content; it is counted while reading. Pack the archive again.",
        ),
    ),
    "archive-zip64": Code(
        ERROR,
        both("Angaben für große Archive unstimmig", "Claims of a large archive inconsistent"),
        both(
            "Die Angaben für sehr große Archive (ZIP64) passen nicht zusammen.",
            "The fields for very large archives (ZIP64) do not agree.",
        ),
        both(
            "Das Archiv nennt Größen oder Stellen, die es nicht haben kann. Packen Sie es neu; ZIP64 wird für Pakete"
            " nicht gebraucht.",
            "The archive states sizes or places that it cannot have. Pack it again; packages do not need ZIP64.",
        ),
    ),
    "archive-multi-disk": Code(
        ERROR,
        both("Mehrteiliges Archiv", "Multi-part archive"),
        both(
            "Das Archiv ist auf mehrere Teile verteilt.",
            "The archive is split into several parts.",
        ),
        both(
            "Ein Paket ist eine Datei. Packen Sie es ohne die Funktion „aufteilen“.",
            "A package is one file. Pack it without the function “split”.",
        ),
    ),
    "archive-too-many-entries": Code(
        ERROR,
        both("Zu viele Dateien", "Too many files"),
        both(
            "Das Archiv enthält {count} Einträge; erlaubt sind noch {limit}.",
            "The archive holds {count} entries; {limit} more are allowed.",
        ),
        both(
            "Die Zahl der Dateien ist begrenzt, auch über Archive im Paket hinweg. Lassen Sie Abhängigkeiten und "
            "Erzeugtes weg (node_modules, build).",
            "The number of files is limited, archives inside the package included. Leave out dependencies and "
            "generated files (node_modules, build).",
        ),
    ),
    "archive-expansion": Code(
        ERROR,
        both("Entpackt zu groß", "Too large when unpacked"),
        both(
            "Entpackt ist das Paket größer als {limit} Bytes.",
            "Unpacked, the package is larger than {limit} bytes.",
        ),
        both(
            "Entpackt darf ein Paket nur ein Vielfaches der erlaubten Paketgröße haben; das schützt alle, die es "
            "entpacken. Lassen Sie große Dateien weg.",
            "Unpacked, a package may have only a multiple of the allowed package size; this protects all who unpack "
            "it. Leave out large files.",
        ),
    ),
    "archive-ratio": Code(
        ERROR,
        both("Auffällig stark gepackt", "Suspiciously well packed"),
        both(
            "Der Inhalt ist entpackt mehr als {limit}-mal so groß wie gepackt.",
            "Unpacked, the content is more than {limit} times as large as packed.",
        ),
        both(
            "Solche Dateien dienen dazu, beim Entpacken Speicher zu füllen. Enthält Ihre Datei wirklich fast nur "
            "Gleiches (leere Datenbank, Abbild), so lassen Sie sie weg oder legen Sie eine Beschreibung bei, wie sie"
            " entsteht.",
            "Such files serve to fill storage when unpacked. If your file really repeats itself nearly throughout "
            "(empty database, image), leave it out or describe how it is made.",
        ),
    ),
    "archive-link": Code(
        ERROR,
        both("Verknüpfung im Archiv", "Link in the archive"),
        both(
            "Der Eintrag ist eine Verknüpfung (symbolischer Link).",
            "The entry is a link (symbolic link).",
        ),
        both(
            "Eine Verknüpfung kann beim Entpacken aus dem Zielordner hinausführen, und Windows kennt sie kaum. Legen"
            " Sie die Datei selbst ins Archiv (zip ohne „-y“).",
            "A link can lead out of the target folder when unpacked, and Windows hardly knows it. Put the file "
            "itself into the archive (zip without “-y”).",
        ),
    ),
    "archive-special-file": Code(
        ERROR,
        both("Besondere Datei im Archiv", "Special file in the archive"),
        both(
            "Der Eintrag ist keine gewöhnliche Datei (Gerät, Socket, Warteschlange oder Ordner ohne Schrägstrich).",
            "The entry is no ordinary file (device, socket, pipe, or a folder without its slash).",
        ),
        both(
            "Ein Paket enthält nur Dateien und Ordner. Lassen Sie den Eintrag weg.",
            "A package holds files and folders only. Leave the entry out.",
        ),
    ),
    "archive-encrypted": Code(
        ERROR,
        both("Verschlüsselt", "Encrypted"),
        both(
            "Der Eintrag ist mit einem Kennwort verschlüsselt.",
            "The entry is encrypted with a password.",
        ),
        both(
            "Was veröffentlicht wird, muss jede und jeder lesen und prüfen können. Packen Sie ohne Kennwort, und "
            "lassen Sie weg, was geheim ist.",
            "What is published must be readable and checkable by everyone. Pack without a password, and leave out "
            "what is secret.",
        ),
    ),
    "archive-folder-content": Code(
        ERROR,
        both("Ordner mit Inhalt", "Folder with content"),
        both(
            "Der Eintrag heißt wie ein Ordner, hat aber einen Inhalt.",
            "The entry is named like a folder but has content.",
        ),
        both(
            "Ein Ordner ist im Archiv leer; seine Dateien sind eigene Einträge. Packen Sie das Archiv neu.",
            "A folder is empty in an archive; its files are entries of their own. Pack the archive again.",
        ),
    ),
    "archive-method": Code(
        ERROR,
        both("Packverfahren nicht unterstützt", "Compression method not supported"),
        both(
            "Der Eintrag ist mit einem seltenen Verfahren gepackt (Nummer {method}).",
            "The entry is packed with a rare method (number {method}).",
        ),
        both(
            "Damit jedes Programm ein Paket entpacken kann, sind nur „gespeichert“ und „deflate“ erlaubt. Wählen Sie"
            " beim Packen das Standardverfahren.",
            "So that every program can unpack a package, only “stored” and “deflate” are allowed. Choose the "
            "standard method when packing.",
        ),
    ),
    "archive-nested-too-deep": Code(
        ERROR,
        both("Archiv im Archiv im Archiv", "Archive in an archive in an archive"),
        both(
            "Archive dürfen nur {limit} Ebene tief ineinander stecken.",
            "Archives may be nested only {limit} level deep.",
        ),
        both(
            "Ein Archiv im Paket wird geöffnet und geprüft, ein weiteres darin nicht mehr, gleich in welchem Format "
            "(auch Office-Dateien und JAR sind ZIP-Archive). Packen Sie das innere Archiv aus.",
            "An archive in the package is opened and checked, one inside that is not, whatever its format (office "
            "files and JARs are ZIP archives too). Unpack the inner archive.",
        ),
    ),
    "archive-nested-hidden": Code(
        ERROR,
        both("Datei ist zugleich ein Archiv", "File is an archive as well"),
        both(
            "Die Datei endet wie ein ZIP-Archiv, beginnt aber anders; was darin steckt, bleibt ungeprüft.",
            "The file ends like a ZIP archive but begins otherwise; what is inside stays unchecked.",
        ),
        both(
            "Selbstentpackende Archive und Dateien mit angehängtem Archiv zeigen verschiedenen Programmen "
            "Verschiedenes. Legen Sie die Dateien einzeln bei.",
            "Self-extracting archives and files with an archive appended show different things to different "
            "programs. Enclose the files one by one.",
        ),
    ),
    "archive-other-format": Code(
        HINT,
        both("Archiv ungeprüft", "Archive not checked"),
        both(
            "Die Datei ist ein Archiv im Format {format}; sein Inhalt wird nicht geprüft.",
            "The file is an archive in the format {format}; its content is not checked.",
        ),
        both(
            "Die Registry öffnet nur ZIP-Archive. Was in anderen Archiven steckt, sieht niemand, bevor er sie "
            "entpackt: Legen Sie die Dateien besser einzeln bei.",
            "The registry opens ZIP archives only. Nobody sees what other archives hold before unpacking them: "
            "better enclose the files one by one.",
        ),
    ),
}
