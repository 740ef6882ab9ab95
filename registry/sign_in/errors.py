"""What may go wrong when a person comes in."""

from registry.kit.errors import ForbiddenError, InvalidError, NotFoundError, text


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
