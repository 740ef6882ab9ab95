"""What may go wrong with releases."""

from typing import Any

from registry.kit.errors import (
    ConflictError,
    Fault,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    UnavailableError,
    text,
)


class ReleaseNotFoundError(NotFoundError):
    """There is no such release, or none that the one who asks may see."""

    slug = "release-not-found"
    title = text("Version nicht gefunden", "Release not found")
    remedy = text(
        "`GET …/releases` listet sie; `latest` ist die höchste, die keine Vorabversion und nicht zurückgezogen ist.",
        "`GET …/releases` lists them; `latest` is the highest that is neither a pre-release nor yanked.",
    )

    def __init__(self, service: str, version: str) -> None:
        super().__init__(
            text(
                f"Der Online-Dienst „{service}“ hat keine Version „{version}“.",
                f"The service “{service}” has no release “{version}”.",
            )
        )


class FileNotFoundInPackageError(NotFoundError):
    """The package holds no such file."""

    slug = "file-not-found"
    title = text("Datei nicht im Paket", "No such file in the package")
    remedy = text(
        "`GET …/releases/{version}/files` listet die Dateien.", "`GET …/releases/{version}/files` lists them."
    )

    def __init__(self, path: str) -> None:
        super().__init__(text(f"Das Paket enthält keine Datei „{path}“.", f"The package holds no file “{path}”."))


class VersionExistsError(ConflictError):
    """A version is never used twice."""

    slug = "version-exists"
    title = text("Version gibt es schon", "Version exists already")
    remedy = text(
        "Eine Version ändert sich nie, auch nicht nach dem Zurückziehen. Veröffentlichen Sie eine höhere.",
        "A release never changes, not even after a yank. Publish a higher one.",
    )

    def __init__(self, service: str, version: str) -> None:
        super().__init__(
            text(
                f"„{service}“ {version} wurde schon angelegt.",
                f"“{service}” {version} was made before.",
            )
        )


class ReleaseStateError(ConflictError):
    """The release is not in the state that this needs."""

    slug = "release-state"
    title = text("In diesem Zustand nicht möglich", "Not possible in this state")
    remedy = text("Lesen Sie die Version neu; ihr Zustand steht darin.", "Read the release again; it tells its state.")


class ApproverError(ForbiddenError):
    """The one who asks cannot be the second pair of eyes."""

    slug = "approver-not-second"
    title = text("Nicht das zweite Augenpaar", "Not the second pair of eyes")
    remedy = text(
        "Eine zweite Person Ihrer Organisation, die veröffentlichen darf und das Paket nicht selbst hochgeladen hat, "
        "muss angemeldet zustimmen. Programme können nicht zustimmen.",
        "A second person of your organisation who may publish, and did not upload the package herself, must sign in "
        "and approve. Programs cannot.",
    )


class MetadataError(InvalidError):
    """What was said of the release does not agree with the service."""

    slug = "release-invalid"
    title = text("Angaben zur Version stimmen nicht", "The release's data are not right")
    remedy = text("Berichtigen Sie die genannten Felder.", "Correct the fields that are named.")


class PackageInvalidError(InvalidError):
    """The inspection found what keeps the package from being published."""

    slug = "package-invalid"
    title = text("Paket nicht in Ordnung", "Package not in order")
    remedy = text(
        "Beheben Sie die Befunde der Stufe „error“; `findings` nennt Datei, Zeile und was zu tun ist. "
        "`POST …/releases?check=1` prüft, ohne etwas zu behalten.",
        "Mend the findings of severity “error”; `findings` names file, line and what to do. "
        "`POST …/releases?check=1` inspects and keeps nothing.",
    )

    def __init__(self, findings: list[dict[str, Any]], faults: list[Fault]) -> None:
        count = len(findings)
        super().__init__(
            text(f"Die Prüfung hat {count} Fehler gefunden.", f"The inspection found {count} error(s)."), faults=faults
        )
        self.extra = {"findings": findings}


class AttestationInvalidError(InvalidError):
    """What is to attest the package is no signed statement about it."""

    slug = "attestation-invalid"
    title = text("Attestierung nicht in Ordnung", "Attestation not in order")
    remedy = text(
        "Senden Sie eine in-toto-Aussage in einem DSSE-Umschlag: mit der SHA-256 des Pakets unter `subject`, "
        "unterschrieben mit einem Ed25519-Schlüssel aus `GET /api/v1/organisations/{org}/keys`.",
        "Send an in-toto statement in a DSSE envelope: with the SHA-256 of the package under `subject`, signed by an "
        "Ed25519 key of `GET /api/v1/organisations/{org}/keys`.",
    )


class AttestationNotFoundError(NotFoundError):
    """The release carries no such attestation."""

    slug = "attestation-not-found"
    title = text("Attestierung nicht gefunden", "Attestation not found")
    remedy = text("`GET …/attestations` listet sie.", "`GET …/attestations` lists them.")

    def __init__(self, sha256: str) -> None:
        super().__init__(
            text(f"Die Version trägt keine Attestierung {sha256}.", f"The release carries no attestation {sha256}.")
        )


class AttestationExistsError(ConflictError):
    """The release carries this attestation already."""

    slug = "attestation-exists"
    title = text("Attestierung gibt es schon", "Attestation exists already")
    remedy = text("Es ist nichts zu tun.", "There is nothing to do.")


class TooManyAttestationsError(ConflictError):
    """The release carries as many attestations as it may."""

    slug = "too-many-attestations"
    title = text("Zu viele Attestierungen", "Too many attestations")
    remedy = text(
        "Was attestiert wurde, bleibt; mehr ist nicht möglich.", "What was attested stays; no more is possible."
    )


class PublishingClosedError(UnavailableError):
    """The operator takes in no releases for now."""

    slug = "publishing-closed"
    title = text("Veröffentlichen ausgesetzt", "Publishing is closed")
    remedy = text("Versuchen Sie es später wieder.", "Try again later.")

    def __init__(self) -> None:
        super().__init__(
            text("Der Betrieb nimmt zurzeit keine Versionen an.", "The operator takes in no releases for now.")
        )
