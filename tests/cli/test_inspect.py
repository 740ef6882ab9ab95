import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests import packages
from tests.cli.conftest import Shell
from tests.inspection import packages as described
from tests.inspection.zips import build, named


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder with things to inspect."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "good.zip").write_bytes(packages.package())
    (folder / "bad.zip").write_bytes(packages.package({"LICENSE": None}))
    (folder / "hostile.zip").write_bytes(build(named("../../etc/passwd", data=b"root")))
    (folder / "torn.zip").write_bytes(packages.package()[:500])
    (folder / "publiccode.yml").write_text(packages.publiccode())
    with zipfile.ZipFile(folder / "good.zip") as archive:
        archive.extractall(folder / "package")
    return folder


class TestFindsNoError:
    @pytest.mark.parametrize("what", ["good.zip", "package", "publiccode.yml"])
    def test_in_what_is_sound(self, shell: Shell, work: Path, what: str):
        done = shell("inspect", str(work / what))
        assert (done.code, done.err) == (0, ""), done
        assert done.out.endswith(" 0 errors\n")

    def test_in_xml_of_any_kind(self, shell: Shell, work: Path):
        (work / "letter.xml").write_text(
            '<a xmlns:x="http://www.w3.org/2001/XInclude"><x:include href="/etc/passwd"/></a>'
        )
        assert shell("inspect", str(work / "letter.xml")).code == 0

    def test_and_tells_programs_the_same(self, shell: Shell, work: Path):
        done = shell("inspect", "--json", str(work / "good.zip"))
        told = json.loads(done.out)
        assert done.code == 0
        assert told["ok"] is True
        assert {entry["path"] for entry in told["files"]} >= {"publiccode.yml", "LICENSE"}

    def test_in_a_package_with_everything(self, shell: Shell, work: Path):
        (work / "everything.zip").write_bytes(described.package())
        assert shell("inspect", str(work / "everything.zip")).code == 0


class TestFindsErrors:
    @pytest.mark.parametrize("what", ["bad.zip", "hostile.zip", "torn.zip"])
    def test_in_what_may_not_be_published(self, shell: Shell, work: Path, what: str):
        done = shell("inspect", str(work / what))
        assert (done.code, done.err) == (1, ""), done
        assert "error: " in done.out
        told = shell("inspect", "--json", str(work / what))
        assert told.code == 1
        assert json.loads(told.out)["ok"] is False

    def test_in_a_folder_that_lacks_something(self, shell: Shell, work: Path):
        (work / "package" / "LICENSE").unlink()
        assert shell("inspect", str(work / "package")).code == 1

    @pytest.mark.parametrize("content", ["", "a: [", "\x00", "- just\n- a list\n", "publiccodeYmlVersion: '0.7'\n"])
    def test_in_a_document_that_does_not_parse_or_lacks_much(self, shell: Shell, work: Path, content: str):
        (work / "publiccode.yml").write_text(content)
        done = shell("inspect", str(work / "publiccode.yml"))
        assert done.code == 1, done
        assert "publiccode.yml" in done.out

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ("<a><b></a>", "letter.xml:1:9: "),
            ("no XML", "xml-broken"),
            ("<?xml version='1.0'?>\n<!DOCTYPE a SYSTEM 'http://localhost/x.dtd'>\n<a/>", "letter.xml:2:1: "),
        ],
    )
    def test_in_xml_that_does_not_parse_or_has_a_document_type(self, shell: Shell, work: Path, content: str, said: str):
        (work / "letter.xml").write_text(content)
        done = shell("inspect", str(work / "letter.xml"))
        assert done.code == 1, done
        assert said in done.out

    def test_in_an_empty_folder_and_an_empty_file(self, shell: Shell, work: Path):
        (work / "nothing").mkdir()
        assert shell("inspect", str(work / "nothing")).code == 1
        (work / "empty.zip").touch()
        assert shell("inspect", str(work / "empty.zip")).code == 1


class TestCannot:
    def test_open_what_is_missing(self, shell: Shell, work: Path):
        shell("inspect", str(work / "missing.zip")).refused(2, "missing.zip")

    def test_tell_what_kind_it_is(self, shell: Shell, work: Path):
        (work / "letter.docx").write_bytes(b"\xd0\xcf\x11\xe0")
        shell("inspect", str(work / "letter.docx")).refused(2, "letter.docx", "publiccode.yml")

    def test_read_a_device(self, shell: Shell):
        shell("inspect", "/dev/null").refused(2, "/dev/null")

    def test_follow_a_link_to_itself(self, shell: Shell, work: Path):
        (work / "ring.zip").symlink_to(work / "ring.zip")
        shell("inspect", str(work / "ring.zip")).refused(2, "ring.zip")


def test_needs_no_settings_and_writes_nothing(work: Path, tmp_path: Path):
    here = tmp_path / "empty"
    here.mkdir()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("REGISTRY_", "AWS_", "HOME"))}
    before = {path: path.stat().st_mtime_ns for path in work.rglob("*")}
    command = [str(Path(sys.executable).with_name("efa-registry")), "inspect", "--json", str(work / "good.zip")]
    environ |= {"REGISTRY_DATABASE_URL": "nonsense", "TMPDIR": str(here / "missing")}
    done = subprocess.run(command, cwd=here, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(here.iterdir()) == []
    assert {path: path.stat().st_mtime_ns for path in work.rglob("*")} == before
