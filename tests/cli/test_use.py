import pytest

from registry.kit import bundle
from tests.cli.conftest import Shell

COMMANDS = [
    ("serve",),
    ("worker",),
    ("db", "upgrade"),
    ("db", "current"),
    ("seed",),
    ("organisations", "create"),
    ("members", "add"),
    ("tokens", "issue"),
    ("inspect",),
    ("openapi", "write"),
    ("storage", "verify"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_tells_what_it_does(shell: Shell, command: tuple[str, ...]):
    done = shell(*command, "--help")
    assert (done.code, done.err) == (0, "")
    assert f"efa-registry {' '.join(command)} [OPTIONS]" in done.out.splitlines()[0]


@pytest.mark.parametrize(
    "command",
    [
        ("nonsense",),
        ("db", "nonsense"),
        ("db", "upgrade", "now"),
        ("serve", "--port", "0"),
        ("serve", "--port", "65536"),
        ("serve", "--port", "http"),
        ("inspect",),
        ("tokens", "issue", "mainz"),
        ("tokens", "issue", "--scope", "services:write"),
        ("tokens", "issue", "mainz", "--scope", "everything"),
        ("members", "add", "mainz", "someone@mainz.example"),
        ("members", "add", "mainz", "someone@mainz.example", "--role", "king"),
        ("organisations", "create", "bonn", "--kind", "provider"),
        ("organisations", "create", "bonn", "--name", "Bonn", "--kind", "provider", "--population", "many"),
        ("openapi", "write", "/"),
    ],
    ids=" ".join,
)
def test_wrong_use_is_told_with_exit_code_2(shell: Shell, command: tuple[str, ...]):
    shell(*command).refused(2, "; see: efa-registry", " --help\n")


def test_wrong_use_is_told_in_words_that_help(shell: Shell):
    said = shell("members", "add", "mainz", "someone@mainz.example", "--role", "king").err
    assert said == (
        "Invalid value for '--role': 'king' is not one of 'owner', 'publisher', 'adopter', 'viewer'; "
        "see: efa-registry members add --help\n"
    )


@pytest.mark.parametrize("command", [(), ("db",)], ids=" ".join)
def test_a_command_that_is_not_whole_shows_what_there_is(shell: Shell, command: tuple[str, ...]):
    done = shell(*command)
    assert (done.code, done.out) == (2, "")
    assert "Commands:" in done.err


def test_demo_rights_are_for_the_machine_itself_alone(shell: Shell):
    shell("serve", "--demo", "--host", "0.0.0.0").refused(2, "--demo", "--host")  # noqa: S104 - refused


def test_what_is_missing_in_the_installation_is_not_hidden():
    assert (bundle.folder("migrations") / "versions").is_dir()
    assert (bundle.folder("seed") / "services.yaml").is_file()
