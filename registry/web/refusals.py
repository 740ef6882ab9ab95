"""What only pages refuse."""

from registry.kit.errors import ForbiddenError, NotFoundError, UnauthenticatedError, text


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
