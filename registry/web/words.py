"""What statuses and other fixed values of the domain are called on pages."""

from collections.abc import Iterable, Mapping

from flask import Flask

from registry.kit.errors import Text, text
from registry.web.events import EVENTS, KINDS
from registry.web.speech import say

#: Called once for each kind of value, by the name of its field in the API.
WORDS: Mapping[str, Mapping[str, Text]] = {
    "kind": {
        "online_service": text("Online-Dienst", "Online service"),
        "method": text("Methode", "Method"),
        "municipality": text("Kommune", "Municipality"),
        "county": text("Kreis", "County"),
        "state": text("Land", "State"),
        "provider": text("IT-Dienstleister", "IT provider"),
        "association": text("Verband", "Association"),
    },
    "topic": {
        "Arbeit & Ruhestand": text("Arbeit & Ruhestand", "Work & retirement"),
        "Bauen & Wohnen": text("Bauen & Wohnen", "Building & housing"),
        "Bildung": text("Bildung", "Education"),
        "Ein- & Auswanderung": text("Ein- & Auswanderung", "Immigration & emigration"),
        "Engagement & Hobby": text("Engagement & Hobby", "Volunteering & leisure"),
        "Familie & Kind": text("Familie & Kind", "Family & children"),
        "Forschung & Förderung": text("Forschung & Förderung", "Research & funding"),
        "Gesundheit": text("Gesundheit", "Health"),
        "Mobilität & Reisen": text("Mobilität & Reisen", "Mobility & travel"),
        "Querschnitt": text("Querschnitt", "General"),
        "Recht & Ordnung": text("Recht & Ordnung", "Law & order"),
        "Steuern & Zoll": text("Steuern & Zoll", "Taxes & customs"),
        "Umwelt": text("Umwelt", "Environment"),
        "Unternehmensführung & -entwicklung": text("Unternehmensführung & -entwicklung", "Running a business"),
    },
    "service_status": {
        "draft": text("Entwurf", "Draft"),
        "active": text("Aktiv", "Active"),
        "deprecated": text("Abgekündigt", "Deprecated"),
        "archived": text("Archiviert", "Archived"),
    },
    "trust_level": {
        "none": text("ohne Identifizierung", "no identification"),
        "basic": text("Basisregistrierung", "basic registration"),
        "substantial": text("substanziell", "substantial"),
        "high": text("hoch", "high"),
    },
    "account": {
        "bundid": text("BundID", "BundID"),
        "muk": text("Mein Unternehmenskonto", "Company account (MUK)"),
        "none": text("ohne Konto", "no account"),
    },
    "reuse_model": {
        "co_use": text("Mitnutzung", "co-use"),
        "own_operation": text("eigener Betrieb", "own operation"),
        "own_development": text("eigene Weiterentwicklung", "own development"),
    },
    "cost_key": {
        "inhabitants": text("nach Einwohnerzahl", "by inhabitants"),
        "actual_use": text("nach tatsächlicher Nutzung", "by actual use"),
        "target_group": text("nach Größe der Zielgruppe", "by size of the target group"),
        "koenigstein": text("nach Königsteiner Schlüssel", "by the Königstein key"),
        "fixed": text("fester Betrag", "fixed amount"),
        "none": text("keine Kosten", "no costs"),
    },
    "relation": {
        "reuse": text("unverändert übernommen", "taken over as it is"),
        "adaptation": text("angepasst", "adapted"),
        "method": text("als Methode übernommen", "taken over as a method"),
    },
    "adoption_status": {
        "interested": text("interessiert", "interested"),
        "evaluating": text("prüft", "evaluating"),
        "planned": text("geplant", "planned"),
        "rolling_out": text("in Einführung", "rolling out"),
        "live": text("produktiv", "live"),
        "retired": text("beendet", "retired"),
        "declined": text("nicht übernommen", "declined"),
    },
    "environment": {
        "test": text("Test", "test"),
        "staging": text("Abnahme", "staging"),
        "production": text("Produktion", "production"),
    },
    "deployment_status": {
        "planned": text("geplant", "planned"),
        "rolled_out": text("ausgerollt", "rolled out"),
        "failed": text("fehlgeschlagen", "failed"),
        "rolled_back": text("zurückgerollt", "rolled back"),
        "retired": text("abgeschaltet", "retired"),
    },
    "release_state": {
        "draft": text("Entwurf", "draft"),
        "awaiting_approval": text("wartet auf Freigabe", "awaiting approval"),
        "published": text("veröffentlicht", "published"),
    },
    "release_mark": {
        "latest": text("aktuell", "latest"),
        "yanked": text("zurückgezogen", "yanked"),
        "deprecated": text("abgekündigt", "deprecated"),
        "prerelease": text("Vorabversion", "pre-release"),
    },
    "change": {
        "added": text("Neu", "Added"),
        "changed": text("Geändert", "Changed"),
        "fixed": text("Behoben", "Fixed"),
        "removed": text("Entfernt", "Removed"),
        "security": text("Sicherheit", "Security"),
    },
    "contact_role": {
        "business": text("Fachlich", "Business"),
        "technical": text("Technisch", "Technical"),
        "legal": text("Rechtlich", "Legal"),
    },
    "severity": {
        "error": text("Fehler", "Error"),
        "warning": text("Warnung", "Warning"),
        "hint": text("Hinweis", "Note"),
    },
    "severity_many": {
        "error": text("Fehler", "Errors"),
        "warning": text("Warnungen", "Warnings"),
        "hint": text("Hinweise", "Notes"),
    },
    "file_role": {
        "publiccode": text("Beschreibung der Software", "Description of the software"),
        "manifest": text("Angaben zum Online-Dienst", "About the service"),
        "licence": text("Lizenztext", "Text of a licence"),
        "readme": text("Einführung", "Introduction"),
        "changelog": text("Liste der Änderungen", "List of changes"),
        "security": text("Melden von Schwachstellen", "Reporting vulnerabilities"),
        "contributing": text("Mitarbeit", "Contributing"),
        "authors": text("Beteiligte", "Authors"),
        "notice": text("Rechtliche Hinweise", "Legal notices"),
        "fim_schema": text("FIM-Datenschema", "FIM data schema"),
        "process": text("Prozess (BPMN)", "Process (BPMN)"),
        "process_description": text("FIM-Prozess", "FIM process"),
        "service_description": text("FIM-Leistung", "FIM service description"),
        "api_description": text("Schnittstelle (OpenAPI)", "Interface (OpenAPI)"),
        "sbom": text("Bestandteile der Software (SBOM)", "Parts of the software (SBOM)"),
        "data_processing_agreement": text("Vertrag zur Auftragsverarbeitung", "Data processing agreement"),
        "privacy_impact_assessment": text("Datenschutz-Folgenabschätzung", "Privacy impact assessment"),
        "processing_record": text("Verzeichnis der Verarbeitungstätigkeiten", "Record of processing activities"),
        "accessibility_statement": text("Erklärung zur Barrierefreiheit", "Accessibility statement"),
        "security_concept": text("Sicherheitskonzept", "Security concept"),
        "operating_manual": text("Betriebshandbuch", "Operating manual"),
        "user_manual": text("Anleitung", "User manual"),
        "training_material": text("Schulungsunterlagen", "Training material"),
        "terms_of_use": text("Nutzungsbedingungen", "Terms of use"),
        "reuse_agreement": text("Vereinbarung zur Nachnutzung", "Reuse agreement"),
        "cost_model": text("Kostenmodell", "Cost model"),
        "legal_basis": text("Rechtsgrundlage", "Legal basis"),
        "text_template": text("Textvorlage", "Text template"),
        "form": text("Formular", "Form"),
        "screenshot": text("Bildschirmfoto", "Screenshot"),
        "test_data": text("Testdaten", "Test data"),
        "source_code": text("Quelltext", "Source code"),
        "other": text("Sonstiges", "Other"),
    },
    "development_status": {
        "concept": text("Konzept", "concept"),
        "development": text("in Entwicklung", "in development"),
        "beta": text("Erprobung", "beta"),
        "stable": text("stabil", "stable"),
        "obsolete": text("veraltet", "obsolete"),
    },
    "maintenance": {
        "internal": text("durch die Herkunft selbst", "by the originator"),
        "contract": text("durch eine beauftragte Firma", "by a contractor"),
        "community": text("durch eine Gemeinschaft", "by a community"),
        "none": text("niemand", "nobody"),
    },
    "assessment": {
        "met": text("erfüllt", "met"),
        "partly": text("teilweise erfüllt", "partly met"),
        "not": text("nicht erfüllt", "not met"),
        "not_applicable": text("trifft nicht zu", "not applicable"),
    },
    "signer": {
        "organisation": text("Schlüssel der Organisation", "the organisation's key"),
        "pipeline": text("vertraute Pipeline", "the trusted pipeline"),
    },
    "state": {
        "DE-BB": text("Brandenburg", "Brandenburg"),
        "DE-BE": text("Berlin", "Berlin"),
        "DE-BW": text("Baden-Württemberg", "Baden-Württemberg"),
        "DE-BY": text("Bayern", "Bavaria"),
        "DE-HB": text("Bremen", "Bremen"),
        "DE-HE": text("Hessen", "Hesse"),
        "DE-HH": text("Hamburg", "Hamburg"),
        "DE-MV": text("Mecklenburg-Vorpommern", "Mecklenburg-Western Pomerania"),
        "DE-NI": text("Niedersachsen", "Lower Saxony"),
        "DE-NW": text("Nordrhein-Westfalen", "North Rhine-Westphalia"),
        "DE-RP": text("Rheinland-Pfalz", "Rhineland-Palatinate"),
        "DE-SH": text("Schleswig-Holstein", "Schleswig-Holstein"),
        "DE-SL": text("Saarland", "Saarland"),
        "DE-SN": text("Sachsen", "Saxony"),
        "DE-ST": text("Sachsen-Anhalt", "Saxony-Anhalt"),
        "DE-TH": text("Thüringen", "Thuringia"),
    },
    "proof": {
        "dns": text("durch einen Eintrag im DNS ihrer Domain", "by a record in the DNS of its domain"),
        "operator": text("durch den Betrieb des Registers", "by the registry's operator"),
    },
    "visibility": {
        "public": text("für alle sichtbar", "seen by everybody"),
        "members": text("nur für Angemeldete sichtbar", "seen only by people who are signed in"),
    },
    "has": {
        "services": text("veröffentlicht", "publishes"),
        "adoptions": text("nutzt nach", "reuses"),
    },
    "personal": {
        "client_id": text("Kennung des Programms", "the program's id"),
        "created_at": text("Zeitpunkt", "when"),
        "device": text("Browser und System", "browser and system"),
        "email": text("E-Mail-Adresse", "e-mail address"),
        "expires_at": text("Ende", "end"),
        "factor_at": text("wann ein Passkey gezeigt wurde", "when a passkey was shown"),
        "given_by": text("wer die Rolle gab", "who gave the role"),
        "id": text("zufällige Kennung", "random id"),
        "is_operator": text("ob Sie das Register betreiben", "whether you run the registry"),
        "issuer": text("Adresse des Anmeldedienstes", "the provider's address"),
        "kind": text("Art der Anmeldung", "kind of sign-in"),
        "last_used_at": text("letzte Nutzung", "last use"),
        "name": text("Name, den Sie vergeben haben", "name that you gave"),
        "organisation_id": text("Organisation", "organisation"),
        "package_sha256": text("Prüfsumme des Pakets", "the package's checksum"),
        "provider": text("Anmeldedienst", "identity provider"),
        "role": text("Rolle", "role"),
        "since": text("seit wann", "since when"),
        "subject": text("Ihre Kennung dort", "your id there"),
        "version": text("Version", "version"),
    },
    "facet": {
        "topic": text("Themenfeld", "Topic"),
        "licence": text("Lizenz", "Licence"),
        "state": text("Land", "State"),
        "platform": text("Plattform", "Platform"),
        "trust_level": text("Vertrauensniveau", "Trust level"),
        "originator": text("Herkunft", "Originator"),
        "adopted_by": text("Nachgenutzt von", "Reused by"),
        "leika": text("Leistungsschlüssel", "LeiKa key"),
        "kind": text("Art", "Kind"),
        "status": text("Status", "Status"),
    },
    "sort": {
        "relevance": text("Beste Treffer zuerst", "Best match first"),
        "updated": text("Zuletzt geändert zuerst", "Latest change first"),
        "adoptions": text("Am meisten nachgenutzt zuerst", "Most reused first"),
        "name": text("Nach Namen", "By name"),
    },
    "role": {
        "owner": text("Leitung", "owner"),
        "publisher": text("veröffentlicht", "publisher"),
        "adopter": text("nutzt nach", "adopter"),
        "viewer": text("liest mit", "viewer"),
    },
    "scope": {
        "services:write": text("Online-Dienste beschreiben", "Describe services"),
        "releases:publish": text("Versionen veröffentlichen", "Publish releases"),
        "adoptions:write": text("Nachnutzungen erklären", "Declare adoptions"),
        "deployments:report": text("Bereitstellungen melden", "Report deployments"),
        "subscriptions:write": text("Abos verwalten", "Manage subscriptions"),
        "hospitations:write": text("Hospitationen anfragen und beantworten", "Ask for visits and answer"),
        "organisation:manage": text("Organisation verwalten", "Manage the organisation"),
    },
    "scope_more": {
        "services:write": text(
            "Legt Online-Dienste an und ändert, was über sie gesagt wird.",
            "Sets up services and changes what is said of them.",
        ),
        "releases:publish": text(
            "Lädt Pakete hoch, veröffentlicht sie und zieht sie zurück.", "Uploads packages, publishes and yanks them."
        ),
        "adoptions:write": text(
            "Sagt, welche Online-Dienste Sie nachnutzen und wie weit Sie damit sind.",
            "Says which services you reuse, and how far you are.",
        ),
        "deployments:report": text(
            "Meldet, welche Version wo läuft, zum Beispiel nach jedem Rollout.",
            "Reports which version runs where, for example after each roll-out.",
        ),
        "subscriptions:write": text("Bestellt Nachrichten und bestellt sie ab.", "Orders news, and cancels them."),
        "hospitations:write": text(
            "Fragt Besuche an und beantwortet Anfragen anderer.", "Asks for visits, and answers those who ask."
        ),
        "organisation:manage": text(
            "Darf alles, was eine Leitung darf: Mitglieder, Programme und Mandate ändern. Nur, wenn es sein muss.",
            "May do what an owner may: change members, programs and mandates. Only if there is no other way.",
        ),
    },
    "quota": {
        "services": text("Online-Dienste", "Services"),
        "releases": text("Versionen je Online-Dienst", "Releases of one service"),
        "clients": text("Programme", "Programs"),
        "members": text("Mitglieder", "Members"),
        "storage_mb": text("Speicher in MB", "Storage in MB"),
        "package_mb": text("Größe eines Pakets in MB", "Size of one package in MB"),
    },
    "actor": {
        "erased": text("gelöscht", "erased"),
        "nobody": text("niemand Bestimmtes", "nobody in particular"),
        "person": text("Mitglied", "Member"),
        "client": text("Programm", "Program"),
        "system": text("Betrieb des Registers", "Operator of the registry"),
    },
    "stored": {
        "people": text("Ihre E-Mail-Adresse", "Your e-mail address"),
        "memberships": text("Ihre Rollen in Organisationen", "Your roles in organisations"),
        "invitations": text("Einladungen, die Sie verschickt haben", "Invitations that you have sent"),
        "clients": text("Welche Programme Sie angelegt haben", "Which programs you have set up"),
        "releases": text("Welche Versionen Sie hochgeladen haben", "Which releases you have uploaded"),
        "identities": text("Wie Ihr Anmeldedienst Sie nennt", "What your identity provider calls you"),
        "passkeys": text("Ihre Passkeys", "Your passkeys"),
        "sessions": text("Wo Sie angemeldet sind", "Where you are signed in"),
        "sign_ins": text("Begonnene Anmeldungen", "Sign-ins that have begun"),
        "mails": text("Nachrichten an Sie, verschlüsselt", "Mail to you, encrypted"),
        "journal": text(
            "Was Sie getan haben, unter einer zufälligen Kennung ohne Namen",
            "What you have done, under a random id without a name",
        ),
    },
    "stored_until": {
        "people": text("bis Sie sich löschen", "until you erase yourself"),
        "memberships": text("bis Sie ausscheiden", "until you leave"),
        "invitations": text("7 Tage", "7 days"),
        "clients": text("bis Sie sich löschen; die Programme enden dann", "until you erase yourself; they end then"),
        "releases": text("bis Sie sich löschen; die Versionen bleiben", "until you erase yourself; releases stay"),
        "identities": text("bis Sie sich löschen", "until you erase yourself"),
        "passkeys": text("bis Sie sie entfernen", "until you remove them"),
        "sessions": text(
            "12 Stunden nach der letzten Benutzung, höchstens 7 Tage", "12 hours after the last use, 7 days at most"
        ),
        "sign_ins": text("15 Minuten", "15 minutes"),
        "mails": text("bis sie verschickt sind, höchstens einen Tag", "until they are sent, a day at most"),
        "journal": text("auf Dauer; Ihre Kennung, bis Sie sich löschen", "for good; your id until you erase yourself"),
    },
    "job": {
        "send_mail": text("E-Mails verschicken", "Send mail"),
        "chain": text("Protokoll versiegeln", "Seal the audit trail"),
        "forget": text("Abgelaufenes vergessen", "Forget what has ended"),
        "warn": text("Vor dem Ablauf von Programmen warnen", "Warn of programs that expire"),
        "sweep": text("Speicher aufräumen", "Sweep the storage"),
    },
    "event": EVENTS,
    "event_kind": KINDS,
}


def word(kind: str, value: str) -> str:
    """Say a fixed value in the language of the page; one that has no word of its own says itself."""
    told = WORDS.get(kind, {}).get(value)
    return say(told) if told else value


def choices(kind: str, values: Iterable[str]) -> list[tuple[str, str]]:
    """Return values with what they are called, for a field to choose from."""
    return [(str(value), word(kind, value)) for value in values]


def init_app(app: Flask) -> None:
    """Let templates say them."""
    app.jinja_env.globals["word"] = word
