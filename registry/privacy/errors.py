"""What may go wrong when a person is told or erased."""

from collections.abc import Sequence

from registry.kit.errors import ConflictError, NotFoundError, text


class PersonNotFoundError(NotFoundError):
    """Nobody is known by this address."""

    slug = "person-not-found"
    title = text("Person nicht bekannt", "Person not known")
    remedy = text("Prüfen Sie die Schreibweise der Adresse.", "Check the spelling of the address.")

    def __init__(self) -> None:
        super().__init__(text("Unter dieser Adresse kennt das Register niemanden.", "Nobody is known by this address."))


class LastOwnerError(ConflictError):
    """An organisation would be left without an owner."""

    slug = "last-owner"
    title = text("Letzte Inhaberin der Organisation", "Last owner of the organisation")
    remedy = text(
        "Machen Sie zuerst eine andere Person zur Inhaberin, etwa mit "
        "`efa-registry members add ORG EMAIL --role owner`.",
        "Make another person an owner first, say by `efa-registry members add ORG EMAIL --role owner`.",
    )

    def __init__(self, slugs: Sequence[str]) -> None:
        named = ", ".join(slugs)
        super().__init__(text(f"Ohne sie hätte niemand mehr: {named}.", f"Nobody else owns: {named}."))
