"""Coming in by the identity provider that a city has already."""

from flask import Response, request

from registry.sign_in import service as sign_in
from registry.sign_in.errors import NotAdmittedError, ProviderRefusedError
from registry.sign_in.openid import Start, refused
from registry.web.door import (
    blueprint,
    browser,
    come_in,
    device,
    former,
    lead_away,
    own_path,
    resources,
    session,
)
from registry.web.speech import language

_CODE_MAX = 4096


@blueprint.post("/sign-in/providers/<name>")
def go_to_provider(name: str) -> Response:
    """Lead to an identity provider."""
    provider, start = resources().providers.named(name), Start.new()
    address = resources().providers.way_there(provider, start, language())
    to = own_path(request.form.get("next"))
    with resources().database.transaction():
        sign_in.leave_for_provider(session(), provider, start, browser=browser(), to=to)
    return lead_away(address)


@blueprint.get("/sign-in/providers/<name>/callback")
def come_from_provider(name: str) -> Response:
    """Sign in whom the provider vouches for; this GET writes, as it is the provider that leads here."""
    known, said = resources().providers, request.args
    provider, state = known.named(name), said.get("state", "")[:100]
    # Anybody may come here, and as often as he likes: no lock is taken for who was not sent by us.
    with resources().database.reading():
        sign_in.expect(session(), provider, state, browser=browser())
    # Whatever came back, this visit is over: no code and no answer counts twice.
    with resources().database.transaction():
        visit = sign_in.return_from_provider(session(), provider, state, browser=browser())
    known.check_origin(provider, said.get("iss"))
    if "error" in said:
        refused(provider, "the provider said no")
        raise ProviderRefusedError
    code = said.get("code", "")
    if not 0 < len(code) <= _CODE_MAX:
        raise refused(provider, "no code")
    token = known.redeem(provider, code, verifier=visit["verifier"])
    claims = known.verify(provider, token, nonce=visit["nonce"])
    with resources().database.transaction():
        kept = known.sealed(token)
        secret = sign_in.admit(session(), provider, claims, device=device(), id_token=kept, instead_of=former())
    if secret is None:
        raise NotAdmittedError(sign_in.NO_MEMBER)
    return come_in(secret, own_path(visit["to"]))
