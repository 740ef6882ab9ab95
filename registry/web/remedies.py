"""What failures mean to people: the API's remedies speak to programs, these to whoever looks at a page."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app, request, url_for
from werkzeug.routing import BuildError

from registry.kit.errors import Text, text


@dataclass(frozen=True, slots=True)
class Told:
    """What to do, and the page that leads on; `title` and `detail` where those of the failure speak of tokens."""

    remedy: Text
    endpoint: str = ""
    title: Text | None = None
    detail: Text | None = None


#: What the pages are called to which an error leads.
_PAGES: dict[str, Text] = {
    "services": text("Den Katalog durchsuchen", "Search the catalogue"),
    "service": text("Zum Online-Dienst", "To the service"),
    "release_list": text("Alle Versionen", "All versions"),
    "file_list": text("Alle Dateien des Pakets", "All files of the package"),
    "adopters": text("Wer diesen Online-Dienst nachnutzt", "Who reuses this service"),
    "publishers": text("Vertraute Veröffentlicher", "Trusted publishers"),
    "organisations": text("Alle Organisationen", "All organisations"),
    "organisation": text("Meine Organisation", "My organisation"),
    "clients": text("Programme Ihrer Organisation", "Your organisation's programs"),
    "keys": text("Schlüssel Ihrer Organisation", "Your organisation's keys"),
    "mandates": text("Mandate Ihrer Organisation", "Your organisation's mandates"),
    "members": text("Mitglieder Ihrer Organisation", "Your organisation's members"),
    "account": text("Mein Konto", "My account"),
    "problems": text("Was schiefgehen kann", "What may go wrong"),
    "sign_in_page": text("Zur Anmeldung", "To the sign-in"),
}

_AGAIN = text(
    "Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.",
    "Go back, reload the page and try once more.",
)
_LATER = text("Warten Sie einen Augenblick, und versuchen Sie es noch einmal.", "Wait a moment, and try again.")
#: For what is told to programs alone.
_ELSE = Told(
    text(
        "Gehen Sie zurück, prüfen Sie Ihre Angaben und versuchen Sie es noch einmal. Hilft das nicht, wenden Sie sich "
        "an den Betrieb des Registers.",
        "Go back, check what you entered and try once more. If that does not help, turn to the registry's operator.",
    )
)
_SIGN_IN = Told(
    text("Melden Sie sich an.", "Sign in."),
    "sign_in_page",
    text("Anmeldung nötig", "Sign-in needed"),
    text("Das ist nur für Angemeldete.", "This is for people who are signed in."),
)
_GONE = text("Vielleicht hat es jemand inzwischen entfernt.", "Perhaps somebody has removed it meanwhile.")

_TOLD: dict[str, Told] = {
    "not-found": Told(
        text(
            "Prüfen Sie die Adresse, oder suchen Sie, was Sie brauchen, im Katalog.",
            "Check the address, or search the catalogue for what you need.",
        ),
        "services",
    ),
    "method-not-allowed": Told(_AGAIN),
    "malformed": Told(_AGAIN),
    "too-many-requests": Told(_LATER),
    "busy": Told(_LATER),
    "internal": Told(
        text(
            "Es liegt nicht an Ihnen. Versuchen Sie es später noch einmal; bleibt es dabei, nennen Sie dem Betrieb des "
            "Registers die Kennung, die unten steht.",
            "It is not your fault. Try again later; if it stays so, tell the registry's operator the identifier below.",
        )
    ),
    "cursor-invalid": Told(
        text(
            "Die Liste hat sich geändert, oder die Adresse ist nicht vollständig. Beginnen Sie von vorn.",
            "The list has changed, or the address is not complete. Begin from the start.",
        )
    ),
    "token-missing": _SIGN_IN,
    "token-invalid": _SIGN_IN,
    "scope-missing": Told(
        text(
            "Bitten Sie die Leitung Ihrer Organisation darum; sie vergibt die Rollen.",
            "Ask an owner of your organisation; owners give the roles.",
        ),
        "organisation",
        text("Das erlaubt Ihre Rolle nicht", "Your role does not allow this"),
        text(
            "Mit Ihrer Rolle in Ihrer Organisation geht das nicht.",
            "It is not possible with your role in your organisation.",
        ),
    ),
    "not-yours": Told(
        text(
            "Sind Sie auch dort Mitglied, wählen Sie sie in Ihrem Konto.",
            "If you are a member there as well, choose it in your account.",
        ),
        "account",
        detail=text(
            "Dies gehört einer anderen Organisation als der, für die Sie handeln.",
            "This belongs to another organisation than the one that you act for.",
        ),
    ),
    "service-not-found": Told(
        text(
            "Suchen Sie ihn im Katalog. Einen Entwurf sieht nur die Organisation, der er gehört; deren Mitglieder "
            "melden sich dafür an.",
            "Search the catalogue for it. A draft is seen only by the organisation that owns it; its members sign in.",
        ),
        "services",
    ),
    "release-not-found": Told(
        text("Vielleicht gibt es eine andere Version.", "Perhaps there is another version."), "release_list"
    ),
    "file-not-found": Told(
        text("Sehen Sie nach, welche Dateien das Paket enthält.", "See which files the package holds."), "file_list"
    ),
    "attestation-not-found": Told(_GONE, "release_list"),
    "adoption-not-found": Told(
        text(
            "Manche Nachnutzungen sehen nur angemeldete Organisationen.",
            "Some adoptions are seen only by organisations that are signed in.",
        ),
        "adopters",
    ),
    "service-not-adoptable": Told(
        text(
            "Erst wenn eine Version veröffentlicht ist, kann ihn jemand nachnutzen.",
            "It can be reused as soon as a version is published.",
        ),
        "service",
    ),
    "trusted-publisher-not-found": Told(_GONE, "publishers"),
    "trusted-publishing-only": Told(
        text(
            "Veröffentlichen Sie aus der vertrauten Pipeline; die Leitung Ihrer Organisation kann das aufheben.",
            "Publish from the trusted pipeline; an owner of your organisation can lift that restriction.",
        ),
        "service",
    ),
    "organisation-not-found": Told(
        text(
            "Suchen Sie sie in der Liste. Neue Organisationen nimmt der Betrieb des Registers auf.",
            "Look for it in the list. The registry's operator takes in new organisations.",
        ),
        "organisations",
    ),
    "client-not-found": Told(_GONE, "clients"),
    "mandate-not-found": Told(_GONE, "mandates"),
    "signing-key-not-found": Told(_GONE, "keys"),
    "member-not-found": Told(_GONE, "members"),
    "invitation-not-found": Told(_GONE, "members"),
    "last-owner": Told(
        text("Machen Sie zuerst ein anderes Mitglied zur Leitung.", "First make another member an owner.")
    ),
    "problem-not-found": Told(
        text("Die Liste nennt alle, die es gibt.", "The list names all that there are."), "problems"
    ),
    "session-not-found": Told(_GONE, "account"),
    "passkey-not-found": Told(_GONE, "account"),
    "provider-not-found": Told(_AGAIN, "sign_in_page"),
    "no-demo": Told(text("Diese Seite gibt es nur in einer Demo.", "This page exists in a demo only.")),
}
_FOR_OPERATORS = Told(
    text("Melden Sie sich mit dem Konto an, mit dem Sie es betreiben.", "Sign in with the account that operates it."),
    title=text("Nur für den Betrieb des Registers", "For the registry's operator only"),
    detail=text(
        "Diese Seiten sind für die, die das Register betreiben.", "These pages are for those who run the registry."
    ),
)


def to_people(slug: str, remedy: Text) -> Told:
    """Return what a failure means to people; a remedy with code in it speaks to programs."""
    if slug in {"scope-missing", "not-yours"} and request.path.startswith("/operator"):
        return _FOR_OPERATORS
    return _TOLD.get(slug) or (_ELSE if "`" in remedy["de"] else Told(remedy))


def plain(told: str) -> str:
    """Return a sentence without the marks of code."""
    return told.replace("`", "")


def ways(slug: str, told: Told) -> Iterator[tuple[str, Text]]:
    """Give the addresses that lead on, as far as the address of the page tells them."""
    if slug == "cursor-invalid":
        yield request.path, text("Von vorn beginnen", "Begin from the start")
    elif told.endpoint:
        endpoint, given = f"web.{told.endpoint}", request.view_args or {}
        known = {name for rule in current_app.url_map.iter_rules(endpoint) for name in rule.arguments}
        try:
            yield (
                url_for(endpoint, **{name: said for name, said in given.items() if name in known}),
                _PAGES[told.endpoint],
            )
        except BuildError:
            yield url_for("web.services"), _PAGES["services"]
