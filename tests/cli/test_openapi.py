import json
from pathlib import Path

from tests.cli.conftest import Shell


def test_prints_the_document(shell: Shell, home: Path):
    done = shell("openapi", "write")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out)["openapi"].startswith("3.1")
    assert not home.exists()


def test_writes_the_same_to_a_file(shell: Shell, home: Path, tmp_path: Path):
    target = tmp_path / "openapi.json"
    done = shell("openapi", "write", str(target))
    assert (done.code, done.out, done.err) == (0, "", "")
    assert target.read_text() == shell("openapi", "write").out
    assert not home.exists()


def test_does_not_depend_on_the_settings(shell: Shell):
    other = shell("openapi", "write", REGISTRY_BASE_URL="https://registry.example", REGISTRY_MAX_PACKAGE_MB="7")
    assert other.out == shell("openapi", "write").out


def test_refuses_a_place_where_it_cannot_write(shell: Shell, tmp_path: Path):
    shell("openapi", "write", str(tmp_path / "nowhere" / "openapi.json")).refused(2, "nowhere")
