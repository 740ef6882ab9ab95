"""What may go wrong with adoptions and deployments."""

from collections.abc import Iterable

from registry.kit.errors import ConflictError, InvalidError, NotFoundError, text


class AdoptionNotFoundError(NotFoundError):
    """The organisation has not said that it reuses the service, or not to the one who asks."""

    slug = "adoption-not-found"
    title = text("Nachnutzung nicht gefunden", "Adoption not found")
    remedy = text(
        "`PUT /api/v1/services/{service}/adoptions/{org}` mit einem `status` erklärt die Nachnutzung; erst danach "
        "können Bereitstellungen gemeldet werden. Manche Nachnutzungen sehen nur angemeldete Organisationen.",
        "`PUT /api/v1/services/{service}/adoptions/{org}` with a `status` declares the adoption; only then can "
        "deployments be reported. Some adoptions are seen only by organisations that are signed in.",
    )

    def __init__(self, service: str, organisation: str) -> None:
        super().__init__(
            text(
                f"Zu „{service}“ ist keine Nachnutzung durch „{organisation}“ bekannt.",
                f"No adoption of “{service}” by “{organisation}” is known.",
            )
        )


class AdoptionInvalidError(InvalidError):
    """Something that is said of an adoption is missing, or does not exist."""

    slug = "adoption-invalid"
    title = text("Angaben zur Nachnutzung stimmen nicht", "The adoption's data are not right")
    remedy = text(
        "Berichtigen Sie die genannten Felder. `GET /api/v1/services/{service}/releases` nennt die Versionen, "
        "die es gibt.",
        "Correct the fields that are named. `GET /api/v1/services/{service}/releases` tells which versions there are.",
    )


class DeploymentInvalidError(InvalidError):
    """Something that is reported of a deployment cannot be."""

    slug = "deployment-invalid"
    title = text("Angaben zur Bereitstellung stimmen nicht", "The deployment's data are not right")
    remedy = text(
        "Berichtigen Sie die genannten Felder. Gemeldet wird eine veröffentlichte Version, und was schon geschehen "
        "ist; nur ein Plan darf in der Zukunft liegen.",
        "Correct the fields that are named. A report names a published version and something that has happened; "
        "only a plan may lie in the future.",
    )


class AdoptionStatusNotOpenError(ConflictError):
    """The adoption cannot go from its status to the one that was asked for."""

    slug = "adoption-status-not-open"
    title = text("Status der Nachnutzung so nicht erreichbar", "Status of the adoption not within reach")
    remedy = text(
        "Gehen Sie einen Schritt nach dem anderen: interested → evaluating → planned → rolling_out → live → retired; "
        "„declined“ geht bis vor „live“, und von „retired“ und „declined“ geht es zurück zu „evaluating“.",
        "Go one step at a time: interested → evaluating → planned → rolling_out → live → retired; “declined” is open "
        "until “live”, and from “retired” and “declined” the way leads back to “evaluating”.",
    )

    def __init__(self, now: str | None, wanted: str, following: Iterable[str]) -> None:
        """Say from where (None: from nothing) to where no way leads, and to where one does."""
        named = ", ".join(following)
        super().__init__(
            text(
                f"Von „{now or 'neu'}“ nach „{wanted}“ führt kein Weg. Möglich: {named}.",
                f"There is no way from “{now or 'new'}” to “{wanted}”. Open: {named}.",
            )
        )


class ServiceNotAdoptableError(ConflictError):
    """A draft cannot be adopted."""

    slug = "service-not-adoptable"
    title = text("Online-Dienst noch nicht nachnutzbar", "Service not yet open to reuse")
    remedy = text(
        "Veröffentlichen Sie zuerst eine Version: `POST /api/v1/services/{service}/releases`.",
        "Publish a release first: `POST /api/v1/services/{service}/releases`.",
    )

    def __init__(self, service: str) -> None:
        super().__init__(text(f"„{service}“ ist noch ein Entwurf.", f"“{service}” is still a draft."))


class AdoptionMovedError(ConflictError):
    """Somebody else moved the adoption on at the same moment."""

    slug = "adoption-moved"
    title = text("Nachnutzung gerade geändert", "Adoption changed just now")
    remedy = text("Senden Sie die Meldung noch einmal.", "Send the report once more.")

    def __init__(self, service: str, organisation: str) -> None:
        super().__init__(
            text(
                f"Die Nachnutzung von „{service}“ durch „{organisation}“ wurde im selben Augenblick geändert.",
                f"The adoption of “{service}” by “{organisation}” was changed at the same moment.",
            )
        )
