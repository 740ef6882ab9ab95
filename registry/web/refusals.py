"""What only pages refuse."""

from registry.authz.errors import NotYoursError, ScopeMissingError
from registry.kit.errors import (
    ForbiddenError,
    NotFoundError,
    RegistryError,
    Text,
    UnauthenticatedError,
    text,
)


class SignInNeededError(UnauthenticatedError):
    """The page is for people who are signed in."""

    slug = "sign-in-needed"
    title = text("Anmeldung nötig", "Sign-in needed")
    remedy = text("Melden Sie sich an.", "Sign in.")

    def __init__(self) -> None:
        super().__init__(text("Diese Seite ist für Angemeldete.", "This page is for people who are signed in."))


class ForeignFormError(ForbiddenError):
    """The form was not sent from a page of ours, or from one that is too old."""

    slug = "foreign-form"
    title = text("Formular nicht angenommen", "Form not accepted")
    remedy = text(
        "Laden Sie die Seite neu und senden Sie das Formular noch einmal. Ihr Browser muss Cookies dieser Seite "
        "annehmen; die Anmeldung braucht https (oder localhost).",
        "Reload the page and send the form again. Your browser must accept this site's cookies; signing in needs "
        "https (or localhost).",
    )

    def __init__(self) -> None:
        super().__init__(
            text(
                "Das Formular kam nicht von einer aktuellen Seite des Registers.",
                "The form did not come from a current page of the registry.",
            )
        )


class ProblemNotFoundError(NotFoundError):
    """There is no such kind of problem."""

    slug = "problem-not-found"
    title = text("Diese Problemart gibt es nicht", "No such kind of problem")
    remedy = text("`/problems` listet alle.", "`/problems` lists all of them.")

    def __init__(self) -> None:
        super().__init__(text("Unter dieser Adresse wird nichts erklärt.", "Nothing is explained at this address."))


#: What the policy tells programs, told to people: title, what is the matter, what to do.
TO_PEOPLE: dict[type[RegistryError], tuple[Text, Text, Text]] = {
    ScopeMissingError: (
        text("Das erlaubt Ihre Rolle nicht", "Your role does not allow this"),
        text(
            "Mit Ihrer Rolle in Ihrer Organisation geht das nicht.",
            "It is not possible with your role in your organisation.",
        ),
        text(
            "Bitten Sie die Leitung Ihrer Organisation darum; sie vergibt die Rollen.",
            "Ask an owner of your organisation; owners give the roles.",
        ),
    ),
    NotYoursError: (
        NotYoursError.title,
        text(
            "Dies gehört einer anderen Organisation als der, für die Sie handeln.",
            "This belongs to another organisation than the one that you act for.",
        ),
        text(
            "Sind Sie auch dort Mitglied, wählen Sie sie in Ihrem Konto.",
            "If you are a member there as well, choose it in your account.",
        ),
    ),
}
