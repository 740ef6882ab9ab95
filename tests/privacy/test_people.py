"""A person is told everything that is stored about her, and nothing that leads to her is left when she is erased."""

import json
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.accounts import service as accounts
from registry.accounts.errors import LastOwnerError, TokenInvalidError
from registry.accounts.models import AccessToken, Client, Person
from registry.authz.actor import NOBODY, ROLE_SCOPES, Actor, ActorKind, Role, Scope
from registry.authz.errors import NotYoursError
from registry.catalogue import service as catalogue
from registry.cli import working
from registry.journal import service as journal
from registry.journal.models import Entry
from registry.journal.service import Verification
from registry.kit import clock, trace
from registry.kit.db import Base
from registry.privacy import service as privacy
from registry.privacy.errors import PersonNotFoundError
from registry.sign_in.models import Identity, Passkey, PersonSession, SignIn, SignInKind
from tests.cast import OPERATOR

EMAIL = "anna.muster@city.example"
KIEL, MG = "kiel", "moenchengladbach"


@pytest.fixture
def anna(resources, session, make_service, make_release):
    """A person who has done, and been given, everything that there is."""
    session.commit()
    with resources.database.transaction() as writing:
        member = accounts.add_member(writing, OPERATOR, MG, email=EMAIL, role=Role.OWNER)
        accounts.add_member(writing, OPERATOR, MG, email="bernd@city.example", role=Role.OWNER)
        accounts.add_member(writing, OPERATOR, KIEL, email=EMAIL, role=Role.VIEWER)
        accounts.invite(writing, OPERATOR, "mainz", email=EMAIL, role=Role.ADOPTER, base_url="https://registry.example")
        person, organisation = member.person_id, accounts.find(writing, OPERATOR, MG).id
        soon = clock.now() + timedelta(minutes=5)
        writing.add_all(
            [
                SignIn(kind=SignInKind.LINK, hash="s", person_id=person, facts={"email": EMAIL}, expires_at=soon),
                PersonSession(hash="x", person_id=person, device="Firefox", organisation_id=organisation),
                Passkey(credential_id=b"1", person_id=person, public_key=b"k", sign_count=0, name="Annas Telefon"),
                Identity(provider="city", subject="anna-subject", person_id=person),
            ]
        )
    actor = Actor(ActorKind.PERSON, str(person), organisation, MG, ROLE_SCOPES[Role.OWNER])
    make_service()
    release = make_release()
    release.uploader_kind, release.uploader_id, release.uploader_person = ActorKind.PERSON, str(person), person
    session.commit()
    trace.begin("annas-request")
    with resources.database.transaction() as writing:
        catalogue.change(writing, actor, "wunschkennzeichen", {"keywords": ["Auto"]})
    trace.begin(None)
    working._chain(resources)
    return actor


def id_of(anna):
    return uuid.UUID(anna.id)


def everything(resources):
    """Return all that is in the database, as text."""
    with resources.database.reading() as session:
        return "\n".join(
            repr([str(value) for value in row])
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
        )


def verify(resources):
    with resources.database.reading() as session:
        run = Verification(journal.head(session, OPERATOR))
        return [found for found in journal.verify(session, OPERATOR, run) if found[1]], run


def test_nothing_that_leads_to_her_is_left_and_the_chain_is_whole(resources, anna):
    marks = [EMAIL, anna.id, id_of(anna).hex, "annas-request", "Annas Telefon", "anna-subject"]
    before = everything(resources)
    assert [mark for mark in marks if mark not in before] in ([], [id_of(anna).hex])
    with resources.database.transaction() as session:
        privacy.erase(session, OPERATOR, id_of(anna))
    after = everything(resources)
    assert [mark for mark in marks if mark in after] == []
    working._chain(resources)
    found, run = verify(resources)
    assert (found, run.waiting) == ([], 0)
    assert run.erased == run.accounted > 3


def test_what_she_did_stays(resources, anna):
    def did():
        with resources.database.reading() as session:
            query = select(Entry.type, Entry.service).where(Entry.actor_kind == ActorKind.PERSON)
            return session.execute(query.order_by(Entry.serial)).all()

    before = did()
    with resources.database.transaction() as session:
        privacy.erase(session, OPERATOR, id_of(anna))
    assert before
    assert did() == before


def test_she_may_erase_herself_and_even_that_does_not_name_her(resources, anna):
    trace.begin("annas-last-request")
    with resources.database.transaction() as session:
        privacy.erase(session, anna, id_of(anna))
    trace.begin(None)
    told = everything(resources)
    assert anna.id not in told
    assert "annas-last-request" not in told
    with resources.database.reading() as session:
        kinds = session.scalars(select(Entry.type).order_by(Entry.serial.desc()).limit(3)).all()
    assert [*kinds] == ["person.erased", "member.removed", "member.removed"]


def test_what_a_member_knows_ends_with_her_erasure_as_with_her_removal(resources, anna):
    scopes = [Scope.ADOPTIONS_WRITE]
    with resources.database.transaction() as session:
        client, secret = accounts.create_client(session, anna, MG, name="ci", scopes=scopes, expires_at=None)
        token, its_id = accounts.issue(session, client, scopes), client.client_id
        bernd = session.scalars(select(Person.id).where(Person.email == "bernd@city.example")).one()
        accounts.rotate(session, replace(anna, id=str(bernd)), MG, its_id, overlap=timedelta(days=30))
    with resources.database.transaction() as session:
        privacy.erase(session, anna, id_of(anna))
    with resources.database.reading() as session:
        assert accounts.client_by_credentials(session, its_id, secret) is None
        assert session.get_one(Client, client.id).is_open
        with pytest.raises(TokenInvalidError):
            accounts.authenticate(session, token)


def test_the_last_owner_cannot_be_erased(resources, anna):
    with resources.database.transaction() as session:
        accounts.add_member(session, OPERATOR, "mainz", email=EMAIL, role=Role.OWNER)
    before = everything(resources)
    with pytest.raises(LastOwnerError, match="mainz") as refused, resources.database.transaction() as session:
        privacy.erase(session, OPERATOR, id_of(anna))
    assert MG not in str(refused.value)
    assert everything(resources) == before


def test_she_is_told_everything(resources, anna):
    with resources.database.reading() as session:
        told = privacy.export(session, anna, privacy.find(session, anna, f" {EMAIL.upper()} "))
    told = json.loads(json.dumps(told))
    assert [(it["email"], it["is_operator"]) for it in told["people"]] == [(EMAIL, False)]
    assert [it["role"] for it in told["invitations"]] == ["adopter"]
    assert {it["role"] for it in told["memberships"]} == {"owner", "viewer"}
    assert [it["device"] for it in told["sessions"]] == ["Firefox"]
    assert [it["name"] for it in told["passkeys"]] == ["Annas Telefon"]
    assert [it["subject"] for it in told["identities"]] == ["anna-subject"]
    assert [it["version"] for it in told["releases"]] == ["1.0.0"]
    assert len(told["sign_ins"]) == 1
    assert {it["type"] for it in told["journal"]} == {"member.added", "service.updated"}
    assert "bernd" not in json.dumps(told)


def test_that_the_operator_was_told_is_written_down_and_names_nobody(resources, anna):
    with resources.database.transaction() as session:
        privacy.export(session, anna, id_of(anna))
        privacy.export(session, OPERATOR, id_of(anna))
    with resources.database.reading() as session:
        [entry] = session.scalars(select(Entry).where(Entry.type == "person.exported"))
        assert (entry.actor_kind, entry.subject) == (ActorKind.SYSTEM, f"person:{anna.id}")
        assert EMAIL not in repr({column.key: getattr(entry, column.key) for column in Entry.__table__.columns})
    with resources.database.transaction() as session:
        privacy.erase(session, OPERATOR, id_of(anna))
    assert anna.id not in everything(resources)


@pytest.mark.parametrize(
    "other", [NOBODY, Actor(ActorKind.PERSON, str(uuid.uuid4()), None, MG, ROLE_SCOPES[Role.OWNER])]
)
def test_nobody_else_may(resources, anna, other):
    with resources.database.transaction() as session:
        for ask in (
            lambda: privacy.find(session, other, EMAIL),
            lambda: privacy.find(session, other, "nobody@city.example"),
            lambda: privacy.export(session, other, id_of(anna)),
            lambda: privacy.erase(session, other, id_of(anna)),
        ):
            with pytest.raises(NotYoursError):
                ask()


def test_whom_nobody_knows_is_not_found(resources):
    with resources.database.transaction() as session:
        with pytest.raises(PersonNotFoundError):
            privacy.find(session, OPERATOR, "nobody@city.example")
        with pytest.raises(PersonNotFoundError):
            privacy.erase(session, OPERATOR, uuid.uuid4())


def test_the_worker_forgets_tokens_a_month_after_their_end(resources):
    with resources.database.transaction() as session:
        made, _ = accounts.create_client(session, OPERATOR, KIEL, name="x", scopes=[], expires_at=None)
        for days in (-31, -29, 1):
            ends = clock.now() + timedelta(days=days)
            session.add(AccessToken(hash=str(days), client=made, scopes=[], issued_at=ends, expires_at=ends))
    working._forget(resources)
    with resources.database.reading() as session:
        assert {*session.scalars(select(AccessToken.hash))} == {"-29", "1"}
        assert session.scalar(select(Client.id).where(Client.id == made.id))
        assert session.scalars(select(Person)).all() == []
