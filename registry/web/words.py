"""What statuses and other fixed values of the domain are called on pages."""

from collections.abc import Mapping

from flask import Flask

from registry.kit.errors import Text, text
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
    "relation": {
        "reuse": text("Nachnutzung", "reuse"),
        "adaptation": text("Anpassung", "adaptation"),
        "method": text("Methode übernommen", "method taken over"),
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
        "info": text("Hinweis", "Note"),
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
}


def word(kind: str, value: str) -> str:
    """Say a fixed value in the language of the page; one that has no word of its own says itself."""
    told = WORDS.get(kind, {}).get(value)
    return say(told) if told else value


def init_app(app: Flask) -> None:
    """Let templates say them."""
    app.jinja_env.globals["word"] = word
