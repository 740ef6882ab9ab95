"""Tell an organisation's owners by mail what they should know at once."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts.models import Membership, Person
from registry.authz.actor import Actor, ActorKind, Role
from registry.kit import mail
from registry.kit.mail import Message


def tell_owners(session: Session, actor: Actor, organisation_id: UUID, kind: str, *, subject: str, body: str) -> None:
    """Owe a mail to each owner of an organisation, but to the one who did what it tells."""
    owners = select(Person.id, Person.email).join(Membership, Membership.person_id == Person.id)
    for identifier, address in session.execute(
        owners.where(Membership.organisation_id == organisation_id, Membership.role == Role.OWNER)
    ):
        if actor.kind is not ActorKind.PERSON or actor.id != str(identifier):
            mail.queue(session, kind, Message(address, subject, body))
