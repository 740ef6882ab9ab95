"""What may go wrong when somebody asks for what he may not."""

from registry.kit.errors import ForbiddenError, UnauthenticatedError, text


class TokenMissingError(UnauthenticatedError):
    """A token is needed and none was shown."""

    slug = "token-missing"
    title = text("Anmeldung nötig", "Authentication needed")
    remedy = text(
        "Senden Sie ein Zugriffstoken: `Authorization: Bearer …`. Ein Token geben `POST /oauth/token` oder "
        "`efa-registry tokens issue` aus.",
        "Send an access token (`Authorization: Bearer …`)."
        " `POST /oauth/token` or `efa-registry tokens issue` gives one.",
    )


class ScopeMissingError(ForbiddenError):
    """The token is good, but was not issued for this."""

    slug = "scope-missing"
    title = text("Dem Token fehlt eine Berechtigung", "The token lacks a scope")
    remedy = text(
        "Lassen Sie sich ein Token ausstellen, das den genannten Scope trägt.",
        "Have a token issued that carries the scope that is named.",
    )


class TokenNarrowedError(ForbiddenError):
    """The organisation may do it, but the token was issued for certain services only."""

    slug = "token-narrowed"
    title = text("Das Token gilt nur für bestimmte Online-Dienste", "The token is for certain services only")
    remedy = text(
        "Verwenden Sie ein Token, das für diesen Online-Dienst gilt. Einen neuen Online-Dienst anlegen und die "
        "Organisation verwalten kann nur ein Token ohne diese Einschränkung.",
        "Use a token that is for this service. To create a service or to look after the organisation takes a token "
        "without that restriction.",
    )


class NotYoursError(ForbiddenError):
    """The thing belongs to another organisation."""

    slug = "not-yours"
    title = text("Gehört einer anderen Organisation", "Belongs to another organisation")
    remedy = text(
        "Ein Token handelt für genau eine Organisation. Verwenden Sie das Token der Organisation, der dies gehört, "
        "oder lassen Sie sich von ihr ein Mandat geben.",
        "A token acts for exactly one organisation. Use a token of the organisation that owns this, or have it "
        "give you a mandate.",
    )


class SecondFactorMissingError(ForbiddenError):
    """A person may do this, but not after showing one factor only."""

    slug = "second-factor-missing"
    title = text("Zweiter Faktor nötig", "A second factor is needed")
    remedy = text(
        "Melden Sie sich mit einem Passkey an, oder bestätigen Sie die laufende Anmeldung mit einem.",
        "Sign in with a passkey, or confirm the session that you are in with one.",
    )
