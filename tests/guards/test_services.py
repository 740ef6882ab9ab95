"""Every service function says who asks, and leads to the policy."""

import ast
from pathlib import Path

import pytest

import registry

ROOT = Path(registry.__file__).parent
SLICES = ("accounts", "sign_in", "catalogue", "releases", "adoption")
#: What asks or narrows by the policy.
ASKS = {"require", "require_scope", "can", "visible_to", "find", "browse", "principal", "declared", "_own", "_named"}
ASKS |= {
    "may_publish",
    "_judged",
    "_missing",
    "standing",
    "kept",
    "_filters",
    "_one",
    "of_service",
    "rendering",
    "passkeys",
    "challenge",
    "_follow",
    "_read",
    "find_file",
    "find_outlined",
}

#: Functions that take no actor, or ask nobody, each with its reason.
FREE = {
    "accounts.authenticate": "finds out who asks",
    "accounts.client_by_credentials": "finds out who asks",
    "accounts.find_client": "finds out who asks",
    "accounts.introspect": "asks by the client that is authenticated, for its own organisation only",
    "accounts.revoke": "asks by the client that is authenticated, for its own organisation only",
    "accounts.opened_invitation": "finds out who asks",
    "accounts.accept_invitation": "finds out who asks",
    "accounts.forget_old_invitations": "keeps what is derived true",
    "accounts.join": "whoever invites or adds was asked before",
    "accounts.domain_of": "a pure function",
    "accounts.issue": "the client was authenticated, or the shell asked before",
    "accounts.forget_ended": "the worker's, by what time alone decides",
    "accounts.digest": "a pure function",
    "accounts.hint": "a pure function",
    "accounts.limits": "whoever is about to add something was asked",
    "accounts.keep_to": "whoever is about to add something was asked",
    "accounts.clients_of": "whoever is about to add something was asked",
    "accounts.members_of": "whoever is about to add something was asked",
    "accounts.checksum": "a pure function",
    "accounts.tell_owners": "whoever did what is told was asked",
    "accounts.revoke_all": "whoever ends the client was asked",
    "accounts.new_secret": "a pure function",
    "sign_in.ask_for_link": "finds out who asks",
    "sign_in.open_link": "finds out who asks",
    "sign_in.end_demo": "whoever starts the registry runs it",
    "sign_in.first_operator_link": "whoever starts the registry runs it",
    "sign_in.become_first_operator": "finds out who asks",
    "sign_in.ask_to_sign_in": "finds out who asks",
    "sign_in.sign_in_with_passkey": "finds out who asks",
    "sign_in.leave_for_provider": "finds out who asks",
    "sign_in.return_from_provider": "finds out who asks",
    "sign_in.expect": "finds out who asks",
    "sign_in.is_open": "finds out who asks",
    "sign_in.admit": "finds out who asks",
    "sign_in.may_act": "finds out who asks",
    "sign_in.begin": "finds out who asks",
    "sign_in.resume": "finds out who asks",
    "sign_in.end": "asks for the person herself, in sessions; in attempts it finds out who asks",
    "sign_in.note_use": "keeps what is derived true; whoever used was asked",
    "sign_in.forget_old": "keeps what is derived true",
    "accounts.use_once": "notes a mark that means nothing to anybody; who shows it was verified",
    "accounts.forget_used": "forgets such marks",
    "catalogue.exchange": "asks by what the pipeline's issuer vouches for, which was verified",
    "catalogue.refuse_untrusted": "asks the policy; it needs no database",
    "catalogue.settle": "keeps what is derived true; whoever changed was asked",
    "catalogue.words": "a pure function",
    "catalogue.marks": "a pure function",
    "catalogue.note_adoptions": "keeps what is derived true; whoever declared was asked",
    "catalogue.originator_changed": "keeps what is derived true; whoever changed was asked",
    "catalogue.originators": "selects what is open to all",
    "releases.is_candidate": "a condition in SQL",
    "releases.inspect": "a pure function",
    "releases.keep": "whoever publishes or attests was asked before",
    "releases.new_key": "a pure function",
    "releases.refuse_errors": "a pure function",
    "releases.settle": "keeps what is derived true; whoever changed was asked",
    "releases.note_latest": "keeps what is derived true; whoever changed was asked",
    "releases.insert_whole": "whoever publishes was asked before",
    "releases.tell": "a pure function",
    "adoption.kept": "whoever declares was asked before",
    "adoption.filters": "a condition in SQL",
    "adoption.adopters": "selects what is open to all",
    "adoption.adopted_by": "selects what is open to all",
    "adoption.mature": "selects what is open to all",
    "adoption.reused": "selects what is open to all",
    "adoption.settle": "keeps what is derived true; whoever declared was asked",
    "adoption.count": "keeps what is derived true; whoever declared was asked",
    "adoption.note": "keeps what is derived true; whoever declared was asked",
    "adoption.facts": "a pure function",
}


def _functions():
    for name in SLICES:
        for path in sorted((ROOT / name / "service").glob("*.py")):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    yield pytest.param(name, node, id=f"{name}.{node.name}")


def _called(node: ast.FunctionDef) -> set[str]:
    return {
        call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
    }


@pytest.mark.parametrize(("slice_", "function"), [*_functions()])
def test_a_service_function_takes_session_and_actor_and_asks_the_policy(slice_, function):
    if f"{slice_}.{function.name}" in FREE:
        return
    names = [argument.arg for argument in function.args.args]
    if function.name == "visible_to":
        assert names == ["actor"]
        return
    assert names[:2] == ["session", "actor"]
    assert _called(function) & ASKS


def test_no_exception_is_kept_for_a_function_that_is_gone():
    known = {parameter.id for parameter in _functions()}
    assert set(FREE) <= known
