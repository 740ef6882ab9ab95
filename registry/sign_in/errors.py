"""What may go wrong when a person comes in."""

from registry.kit.errors import ForbiddenError, InvalidError, NotFoundError, Text, UnavailableError, text


class LinkInvalidError(InvalidError):
    """The sign-in link is unknown, used or too old; which of these is not told."""

    slug = "sign-in-link-invalid"
    title = text("Anmeldelink gilt nicht", "Sign-in link is not valid")
    remedy = text(
        "Fordern Sie einen neuen an. Ein Link gilt 15 Minuten und nur einmal.",
        "Ask for a new one. A link is valid for 15 minutes, and once.",
    )

    def __init__(self) -> None:
        super().__init__(
            text(
                "Der Link ist unbekannt, wurde schon benutzt oder ist zu alt.",
                "The link is unknown, was used before, or is too old.",
            )
        )


class OtherBrowserError(ForbiddenError):
    """The link is good, but was asked for in another browser."""

    slug = "sign-in-other-browser"
    title = text("Anderer Browser", "Another browser")
    remedy = text(
        "Öffnen Sie den Link in dem Browser, in dem Sie ihn angefordert haben, oder fordern Sie hier einen neuen an.",
        "Open the link in the browser in which you asked for it, or ask for a new one here.",
    )

    def __init__(self) -> None:
        super().__init__(
            text(
                "Dieser Link wurde in einem anderen Browser angefordert.",
                "This link was asked for in another browser.",
            )
        )


class SessionNotFoundError(NotFoundError):
    """The person has no such session."""

    slug = "session-not-found"
    title = text("Sitzung nicht gefunden", "Session not found")
    remedy = text("Unter „Konto“ stehen die laufenden Sitzungen.", "“Account” lists the sessions that run.")

    def __init__(self) -> None:
        super().__init__(text("Diese Sitzung ist beendet.", "This session has ended."))


class NotAMemberError(ForbiddenError):
    """The person, as signed in now, may not act for that organisation."""

    slug = "not-a-member"
    title = text("Kein Mitglied", "Not a member")
    remedy = text(
        "Wählen Sie eine Organisation, der Sie angehören und für die Ihre Anmeldung gilt.",
        "Choose an organisation that you belong to, and for which you are signed in.",
    )

    def __init__(self, slug: str) -> None:
        super().__init__(text(f"Sie handeln nicht für „{slug}“.", f"You do not act for “{slug}”."))


class PasskeyRefusedError(InvalidError):
    """What the authenticator said cannot be believed."""

    slug = "passkey-refused"
    title = text("Passkey nicht angenommen", "Passkey not accepted")
    remedy = text(
        "Versuchen Sie es noch einmal; bleibt es dabei, melden Sie sich mit einem Link per E-Mail an.",
        "Try again; if it stays so, sign in with a link by e-mail.",
    )

    def __init__(self) -> None:
        super().__init__(
            text("Der Passkey wurde nicht angenommen.", "The passkey was not accepted."),
        )


class PasskeyNotFoundError(NotFoundError):
    """The person has no such passkey."""

    slug = "passkey-not-found"
    title = text("Passkey nicht gefunden", "Passkey not found")
    remedy = text("Unter „Konto“ stehen Ihre Passkeys.", "“Account” lists your passkeys.")

    def __init__(self) -> None:
        super().__init__(text("Diesen Passkey gibt es nicht.", "There is no such passkey."))


class ProviderUnknownError(NotFoundError):
    """There is no such identity provider."""

    slug = "provider-not-found"
    title = text("Anmeldedienst nicht gefunden", "Identity provider not found")
    remedy = text("Auf der Seite „Anmelden“ stehen die Wege herein.", "The page “Sign in” shows the ways in.")

    def __init__(self) -> None:
        super().__init__(text("Diesen Anmeldedienst gibt es hier nicht.", "There is no such identity provider here."))


class ProviderUnreachableError(UnavailableError):
    """The identity provider does not answer, or not as one must."""

    slug = "provider-unreachable"
    title = text("Anmeldedienst nicht erreichbar", "Identity provider not reachable")
    remedy = text(
        "Versuchen Sie es später noch einmal, oder melden Sie sich mit einem Passkey oder einem Link per E-Mail an.",
        "Try again later, or sign in with a passkey or a link by e-mail.",
    )

    def __init__(self, label: str) -> None:
        super().__init__(text(f"„{label}“ antwortet gerade nicht.", f"“{label}” does not answer at the moment."))


class SignInOverError(InvalidError):
    """What comes back from a provider belongs to no sign-in that is open in this browser."""

    slug = "sign-in-over"
    title = text("Anmeldung nicht mehr offen", "Sign-in no longer open")
    remedy = text("Beginnen Sie die Anmeldung hier noch einmal.", "Begin to sign in here once more.")

    def __init__(self) -> None:
        super().__init__(
            text(
                "Diese Anmeldung ist schon beendet, zu alt, oder begann in einem anderen Browser.",
                "This sign-in has ended, is too old, or began in another browser.",
            )
        )


class ProviderRefusedError(ForbiddenError):
    """The identity provider let nobody in, or the person changed her mind there."""

    slug = "provider-refused"
    title = text("Nicht angemeldet", "Not signed in")
    remedy = text("Versuchen Sie es noch einmal, oder nehmen Sie einen anderen Weg.", "Try again, or take another way.")

    def __init__(self) -> None:
        super().__init__(
            text(
                "Der Anmeldedienst hat die Anmeldung abgelehnt, oder Sie haben sie dort abgebrochen.",
                "The identity provider refused, or you stopped there.",
            )
        )


class ProviderAnswerError(InvalidError):
    """What the identity provider answers cannot be believed; the log says why."""

    slug = "provider-answer"
    title = text("Antwort nicht angenommen", "Answer not accepted")
    remedy = text(
        "Versuchen Sie es noch einmal; bleibt es dabei, sagen Sie es dem Betrieb des Registers.",
        "Try again; if it stays so, tell the operator of the registry.",
    )

    def __init__(self) -> None:
        super().__init__(
            text("Die Antwort des Anmeldedienstes stimmt nicht.", "The identity provider's answer is not right.")
        )


class NotAdmittedError(ForbiddenError):
    """The identity provider knows the person, but that opens nothing here."""

    slug = "not-admitted"
    title = text("Kein Zugang", "No access")
    remedy = text(
        "Bitten Sie die Leitung Ihrer Organisation um eine Einladung oder die richtige Gruppe.",
        "Ask an owner of your organisation for an invitation, or for the right group.",
    )

    def __init__(self, detail: Text) -> None:
        super().__init__(detail)
