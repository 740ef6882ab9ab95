"""What may go wrong with organisations, clients and tokens."""

from registry.kit.errors import ConflictError, InvalidError, NotFoundError, UnauthenticatedError, UnavailableError, text


class OrganisationNotFoundError(NotFoundError):
    """There is no organisation of that slug."""

    slug = "organisation-not-found"
    title = text("Organisation nicht gefunden", "Organisation not found")
    remedy = text(
        "`GET /api/v1/organisations?q=…` sucht nach Namen; neue Organisationen nimmt der Betrieb des Registers auf.",
        "`GET /api/v1/organisations?q=…` searches by name; the registry's operator takes in new organisations.",
    )

    def __init__(self, slug: str) -> None:
        super().__init__(
            text(f"Es gibt keine Organisation „{slug}“.", f"There is no organisation “{slug}”."),
        )


class OrganisationExistsError(ConflictError):
    """The slug or the ARS is another organisation's."""

    slug = "organisation-exists"
    title = text("Organisation gibt es schon", "Organisation exists already")
    remedy = text(
        "Ändern Sie die vorhandene Organisation, oder wählen Sie einen anderen Slug.",
        "Change the organisation that is there, or choose another slug.",
    )


class OrganisationInvalidError(InvalidError):
    """Kind, ARS, AGS and state of an organisation do not agree."""

    slug = "organisation-invalid"
    title = text("Angaben zur Organisation passen nicht zusammen", "The organisation's data do not agree")
    remedy = text(
        "Der ARS hat 12 Ziffern bei einer Kommune, 5 bei einem Kreis, 2 bei einem Land; Dienstleister und Verbände "
        "haben keinen. Er beginnt mit dem Land 01 bis 16; der AGS ist der ARS ohne die Stellen 6 bis 9.",
        "The ARS has 12 digits for a municipality, 5 for a county, 2 for a state; providers and associations have "
        "none. It begins with a Land 01 to 16; the AGS is the ARS without digits 6 to 9.",
    )


class MandateNotFoundError(NotFoundError):
    """There is no such mandate."""

    slug = "mandate-not-found"
    title = text("Mandat nicht gefunden", "Mandate not found")
    remedy = text(
        "`GET /api/v1/organisations/{org}/mandates` listet erteilte und erhaltene Mandate.",
        "`GET /api/v1/organisations/{org}/mandates` lists the mandates given and held.",
    )

    def __init__(self, provider: str, principal: str) -> None:
        super().__init__(
            text(f"„{provider}“ hat kein Mandat von „{principal}“.", f"“{provider}” holds no mandate of “{principal}”.")
        )


class NotAProviderError(InvalidError):
    """Only a shared IT provider may hold mandates."""

    slug = "not-a-provider"
    title = text("Kein Dienstleister", "Not a provider")
    remedy = text(
        "Ein Mandat kann nur einer Organisation der Art `provider` erteilt werden.",
        "A mandate can only be given to an organisation of the kind `provider`.",
    )


class TokenInvalidError(UnauthenticatedError):
    """The token is unknown, expired or revoked; which of these is not told."""

    slug = "token-invalid"
    title = text("Token ungültig", "Token not valid")
    remedy = text(
        "Holen Sie sich mit `POST /oauth/token` ein neues. Abgelaufene und widerrufene Tokens gelten nicht mehr.",
        "Get a new one with `POST /oauth/token`. Expired and revoked tokens are no longer valid.",
    )

    def __init__(self) -> None:
        super().__init__(
            text("Das Token ist unbekannt, abgelaufen oder widerrufen.", "The token is unknown, expired or revoked.")
        )


class QuotaReachedError(ConflictError):
    """The organisation has as much as it may have."""

    slug = "quota-reached"
    title = text("Grenze der Organisation erreicht", "The organisation's bound is reached")
    remedy = text(
        "Räumen Sie auf, was nicht mehr gebraucht wird, oder bitten Sie den Betrieb des Registers um mehr.",
        "Clear away what is needed no more, or ask the registry's operator for more.",
    )

    def __init__(self, name: str, bound: int) -> None:
        super().__init__(
            text(
                f"Mehr als {bound} (`{name}`) darf Ihre Organisation nicht haben.",
                f"Your organisation may have no more than {bound} (`{name}`).",
            )
        )


class ClientNotFoundError(NotFoundError):
    """The organisation has no such client, or has ended it."""

    slug = "client-not-found"
    title = text("Client nicht gefunden", "Client not found")
    remedy = text(
        "`GET /api/v1/organisations/{org}/clients` listet die Clients der Organisation.",
        "`GET /api/v1/organisations/{org}/clients` lists the clients of the organisation.",
    )

    def __init__(self, slug: str, client_id: str) -> None:
        super().__init__(text(f"„{slug}“ hat keinen Client „{client_id}“.", f"“{slug}” has no client “{client_id}”."))


class ClientWithoutSecretError(ConflictError):
    """A client whose tokens the shell issues has no secret that could be changed."""

    slug = "client-without-secret"
    title = text("Client ohne Secret", "Client without a secret")
    remedy = text(
        "Für diesen Client stellt der Betrieb Tokens aus (`efa-registry tokens issue`). Beenden Sie ihn, oder legen "
        "Sie einen eigenen an.",
        "For this client the operator issues tokens (`efa-registry tokens issue`). End it, or set up one of your own.",
    )


class GrantInvalidError(Exception):
    """The token by which a pipeline asks is not accepted; the message says why, to the pipeline, as OAuth tells it.

    `said` are the pipeline's own words, which are repeated to it alone: what goes to the log is the `reason`.
    """

    error = "invalid_grant"

    def __init__(self, reason: str, **said: str | None) -> None:
        super().__init__(" ".join([reason, ", ".join(f"{name}={value}" for name, value in said.items())]).strip())
        self.reason = reason


class TargetInvalidError(GrantInvalidError):
    """Several services trust the pipeline, or not the one that it names."""

    error = "invalid_target"


class SigningKeyNotFoundError(NotFoundError):
    """The organisation has no such key."""

    slug = "signing-key-not-found"
    title = text("Schlüssel nicht gefunden", "Key not found")
    remedy = text(
        "`GET /api/v1/organisations/{org}/keys` listet die Schlüssel.",
        "`GET /api/v1/organisations/{org}/keys` lists the keys.",
    )

    def __init__(self, keyid: str) -> None:
        super().__init__(
            text(
                f"Die Organisation hat keinen gültigen Schlüssel „{keyid}“.",
                f"The organisation has no valid key “{keyid}”.",
            )
        )


class SigningKeyExistsError(ConflictError):
    """The organisation has, or had, this key."""

    slug = "signing-key-exists"
    title = text("Schlüssel gibt es schon", "Key exists already")
    remedy = text(
        "Erzeugen Sie einen neuen Schlüssel. Ein zurückgezogener gilt nie wieder.",
        "Make a new key. One that was withdrawn is never valid again.",
    )


class TooManyKeysError(ConflictError):
    """The organisation has as many keys as it may."""

    slug = "too-many-keys"
    title = text("Zu viele Schlüssel", "Too many keys")
    remedy = text("Ziehen Sie Schlüssel zurück, die niemand mehr braucht.", "Withdraw keys that nobody needs any more.")


class ClientOutlivesError(InvalidError):
    """A program with an end gives another end that lies later, or takes the secret of what ends later."""

    slug = "client-outlives"
    title = text("Länger als das eigene Ende", "Longer than one's own end")
    remedy = text(
        "Ein Client mit Ablauf verlängert sich nicht selbst, auch nicht durch einen anderen. Das tut eine Leitung der "
        "Organisation.",
        "A client that expires does not prolong itself, nor by another one. An owner of the organisation does that.",
    )


class ScopeNotGrantableError(InvalidError):
    """Nobody can pass on a scope that he does not hold himself."""

    slug = "scope-not-grantable"
    title = text("Scope kann nicht erteilt werden", "Scope cannot be granted")
    remedy = text(
        "Geben Sie nur Scopes weiter, die Ihr eigenes Token trägt.",
        "Pass on only scopes that your own token carries.",
    )


class MemberExistsError(ConflictError):
    """The person is a member already."""

    slug = "member-exists"
    title = text("Schon Mitglied", "Already a member")
    remedy = text("Ändern Sie die Rolle des Mitglieds.", "Change the member's role.")


class MemberNotFoundError(NotFoundError):
    """The person is no member of the organisation."""

    slug = "member-not-found"
    title = text("Mitglied nicht gefunden", "Member not found")
    remedy = text(
        "`GET /api/v1/organisations/{org}/members` listet die Mitglieder.",
        "`GET /api/v1/organisations/{org}/members` lists the members.",
    )

    def __init__(self, slug: str) -> None:
        super().__init__(
            text(f"Diese Person ist kein Mitglied von „{slug}“.", f"That person is no member of “{slug}”.")
        )


class LastOwnerError(ConflictError):
    """An organisation without an owner could not be managed any more."""

    slug = "last-owner"
    title = text("Letzte Leitung", "The last owner")
    remedy = text(
        "Machen Sie zuerst ein anderes Mitglied zur Leitung (`owner`), etwa mit "
        "`efa-registry members add ORG EMAIL --role owner`.",
        "First make another member an owner, say by `efa-registry members add ORG EMAIL --role owner`.",
    )

    def __init__(self, *slugs: str) -> None:
        named = ", ".join(slugs)
        super().__init__(text(f"Keine Leitung mehr hätte: {named}.", f"No owner would be left in: {named}."))


class InvitationNotFoundError(NotFoundError):
    """The organisation has no such open invitation."""

    slug = "invitation-not-found"
    title = text("Einladung nicht gefunden", "Invitation not found")
    remedy = text(
        "`GET /api/v1/organisations/{org}/invitations` listet die offenen.",
        "`GET /api/v1/organisations/{org}/invitations` lists the open ones.",
    )

    def __init__(self) -> None:
        super().__init__(text("Diese Einladung gibt es nicht.", "There is no such invitation."))


class InvitationInvalidError(InvalidError):
    """The invitation's secret is unknown, used, withdrawn or too old; which of these is not told."""

    slug = "invitation-invalid"
    title = text("Einladung gilt nicht", "Invitation is not valid")
    remedy = text("Bitten Sie die Organisation um eine neue.", "Ask the organisation for a new one.")

    def __init__(self) -> None:
        super().__init__(
            text(
                "Die Einladung ist unbekannt, schon angenommen, zurückgezogen oder zu alt.",
                "The invitation is unknown, accepted already, withdrawn, or too old.",
            )
        )


class ProofMissingError(ConflictError):
    """The domain does not show what would prove who runs it."""

    slug = "proof-missing"
    title = text("Nachweis nicht gefunden", "Proof not found")
    remedy = text(
        "Legen Sie den TXT-Eintrag an, den `GET /api/v1/organisations/{org}/proof` nennt, und versuchen Sie es wieder; "
        "neue Einträge brauchen manchmal eine Stunde.",
        "Create the TXT record that `GET /api/v1/organisations/{org}/proof` names, and try again; new records may take "
        "an hour.",
    )


class NoDomainError(ConflictError):
    """Only an organisation whose website is at a domain has one to prove."""

    slug = "no-domain"
    title = text("Keine Domain", "No domain")
    remedy = text(
        "Tragen Sie zuerst die Website der Organisation ein; eine Domain mit Umlauten in der Form `xn--…`.",
        "First enter the organisation's website; a domain with letters such as ü in the form `xn--…`.",
    )

    def __init__(self) -> None:
        super().__init__(
            text(
                "Zu dieser Organisation ist keine Website unter einer Domain eingetragen.",
                "This organisation has no website at a domain entered.",
            )
        )


class NameServerError(UnavailableError):
    """The name servers did not answer in time."""

    slug = "name-servers-silent"
    title = text("Nameserver antworten nicht", "Name servers do not answer")
    remedy = text("Versuchen Sie es in einigen Minuten wieder.", "Try again in a few minutes.")

    def __init__(self) -> None:
        super().__init__(text("Die Nameserver antworten nicht.", "The name servers do not answer."))
