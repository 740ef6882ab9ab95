"""What may go wrong in the catalogue."""

from registry.kit.errors import ConflictError, InvalidError, NotFoundError, text


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
        super().__init__(
            text(f"Den Slug „{slug}“ trägt schon ein Online-Dienst.", f"The slug “{slug}” is another service's.")
        )


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


class StatusNotOpenError(ConflictError):
    """The service cannot go from its status to the one that was asked for."""

    slug = "service-status-not-open"
    title = text("Status so nicht erreichbar", "Status not within reach")
    remedy = text(
        "Ein Entwurf wird mit seiner ersten Version aktiv; danach sind „active“, „deprecated“ und „archived“ möglich.",
        "A draft becomes active with its first release; from then on “active”, “deprecated” and “archived” are open.",
    )
