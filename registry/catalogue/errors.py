"""What may go wrong in the catalogue."""

from registry.kit.errors import ConflictError, Fault, ForbiddenError, InvalidError, NotFoundError, text


class ServiceNotFoundError(NotFoundError):
    """There is no such service, or none that the one who asks may see."""

    slug = "service-not-found"
    title = text("Online-Dienst nicht gefunden", "Service not found")
    remedy = text(
        "`GET /api/v1/services?q=…` sucht. Ein Entwurf ist nur für die Organisation zu sehen, der er gehört.",
        "`GET /api/v1/services?q=…` searches. A draft is seen only by the organisation that owns it.",
    )

    def __init__(self, slug: str) -> None:
        super().__init__(text(f"Es gibt keinen Online-Dienst „{slug}“.", f"There is no service “{slug}”."))


class ServiceExistsError(ConflictError):
    """The slug is another service's."""

    slug = "service-exists"
    title = text("Online-Dienst gibt es schon", "Service exists already")
    remedy = text("Wählen Sie einen anderen Slug.", "Choose another slug.")

    def __init__(self, slug: str) -> None:
        said = text(f"Den Slug „{slug}“ trägt schon ein Online-Dienst.", f"The slug “{slug}” is another service's.")
        super().__init__(said, faults=[Fault("#/slug", said)])


class ServiceInvalidError(InvalidError):
    """Something that is said of a service does not exist, or does not agree."""

    slug = "service-invalid"
    title = text("Angaben zum Online-Dienst stimmen nicht", "The service's data are not right")
    remedy = text(
        "Berichtigen Sie die genannten Felder. `GET /api/v1/topics` und `GET /api/v1/licences` nennen, was gilt.",
        "Correct the fields that are named. `GET /api/v1/topics` and `GET /api/v1/licences` tell what is valid.",
    )


class ServicesNotCoverableError(InvalidError):
    """A client cannot be narrowed to services on which it could do nothing."""

    slug = "services-not-coverable"
    title = text("Für diese Online-Dienste kann kein Token gelten", "No token can be for these services")
    remedy = text(
        "Nennen Sie Online-Dienste der Organisation; fremde nur, wenn sie veröffentlicht sind und der Client einen "
        "Scope trägt, mit dem man sie nachnutzt (`adoptions:write`, `deployments:report` …).",
        "Name services of the organisation; those of others only where they are published and the client carries a "
        "scope by which they are reused (`adoptions:write`, `deployments:report` …).",
    )


class PublisherNotFoundError(NotFoundError):
    """The service has no such trusted publisher."""

    slug = "trusted-publisher-not-found"
    title = text("Vertrauter Veröffentlicher nicht gefunden", "Trusted publisher not found")
    remedy = text(
        "`GET /api/v1/services/{service}/trusted-publishers` listet sie.",
        "`GET /api/v1/services/{service}/trusted-publishers` lists them.",
    )

    def __init__(self) -> None:
        super().__init__(
            text(
                "Diesen vertrauten Veröffentlicher hat der Online-Dienst nicht.",
                "The service has no such trusted publisher.",
            )
        )


class PublisherExistsError(ConflictError):
    """The service trusts this pipeline already."""

    slug = "trusted-publisher-exists"
    title = text("Vertrauter Veröffentlicher gibt es schon", "Trusted publisher exists already")
    remedy = text(
        "Entfernen Sie den vorhandenen, um ihn neu anzulegen, etwa weil das Projekt umgezogen ist.",
        "Remove the one that is there to make it anew, as when the project has moved.",
    )

    def __init__(self) -> None:
        super().__init__(
            text("Der Online-Dienst vertraut dieser Pipeline schon.", "The service trusts this pipeline already.")
        )


class TooManyPublishersError(ConflictError):
    """The service has as many trusted publishers as it may."""

    slug = "too-many-trusted-publishers"
    title = text("Zu viele vertraute Veröffentlicher", "Too many trusted publishers")
    remedy = text("Entfernen Sie, was niemand mehr braucht.", "Remove those that nobody needs any more.")


class IssuerNotTrustedError(InvalidError):
    """The operator does not trust this issuer of tokens."""

    slug = "issuer-not-trusted"
    title = text("Aussteller nicht zugelassen", "Issuer not trusted")
    remedy = text(
        "Der Betrieb lässt Aussteller zu (`REGISTRY_TRUSTED_ISSUERS`); die Adresse muss genau so geschrieben sein.",
        "The operator allows issuers (`REGISTRY_TRUSTED_ISSUERS`); the address must be written in just that way.",
    )


class TrustedPublishingOnlyError(ForbiddenError):
    """The service is published by its trusted pipelines alone."""

    slug = "trusted-publishing-only"
    title = text("Nur vertraute Pipelines veröffentlichen", "Trusted publishing only")
    remedy = text(
        "Veröffentlichen Sie aus der vertrauten Pipeline, oder lassen Sie jemanden mit `organisation:manage` "
        "`only_trusted_publishing` ausschalten.",
        "Publish from the trusted pipeline, or have somebody with `organisation:manage` turn `only_trusted_publishing` "
        "off.",
    )

    def __init__(self, slug: str) -> None:
        super().__init__(
            text(
                f"„{slug}“ nimmt Versionen nur von vertrauten Pipelines an.",
                f"“{slug}” takes releases from its trusted pipelines alone.",
            )
        )


class ServiceArchivedError(ConflictError):
    """What is archived is kept as it is: it gets no new releases, and nobody begins to reuse it."""

    slug = "service-archived"
    title = text("Online-Dienst ist archiviert", "Service is archived")
    remedy = text(
        "Die Herkunft kann ihn wieder aktiv setzen. Wer ihn schon nutzt, kann weiter melden und seine Angaben ändern.",
        "The originator can make it active again. Who reuses it already may go on to report and change the adoption.",
    )

    def __init__(self, slug: str) -> None:
        super().__init__(text(f"„{slug}“ ist archiviert.", f"“{slug}” is archived."))


class StatusNotOpenError(ConflictError):
    """The service cannot go from its status to the one that was asked for."""

    slug = "service-status-not-open"
    title = text("Status so nicht erreichbar", "Status not within reach")
    remedy = text(
        "Ein Entwurf wird mit seiner ersten Version aktiv; danach sind „active“, „deprecated“ und „archived“ möglich.",
        "A draft becomes active with its first release; from then on “active”, “deprecated” and “archived” are open.",
    )
