"""What may go wrong when a person is told or erased."""

from registry.kit.errors import NotFoundError, text


class PersonNotFoundError(NotFoundError):
    """Nobody is known by this address."""

    slug = "person-not-found"
    title = text("Person nicht bekannt", "Person not known")
    remedy = text("Prüfen Sie die Schreibweise der Adresse.", "Check the spelling of the address.")

    def __init__(self) -> None:
        super().__init__(text("Unter dieser Adresse kennt das Register niemanden.", "Nobody is known by this address."))
