from pathlib import Path

from tests.cli.conftest import Shell


def objects(home: Path) -> list[Path]:
    return sorted(path for path in (home / "packages").rglob("*") if path.is_file())


def test_finds_a_damaged_package(shell: Shell, seeded: Path):
    hurt = objects(seeded)[0]
    content = bytearray(hurt.read_bytes())
    content[len(content) // 2] ^= 1
    hurt.write_bytes(content)
    done = shell("storage", "verify")
    assert done.code == 1
    assert f"damaged: {hurt.relative_to(seeded / 'packages')}\n" in done.out
    assert "0 missing, 1 damaged, 0 orphan\n" in done.out
    assert done.err.count("\n") == 1


def test_finds_one_that_was_cut_off(shell: Shell, seeded: Path):
    hurt = objects(seeded)[-1]
    hurt.write_bytes(hurt.read_bytes()[:-1])
    assert "0 missing, 1 damaged, 0 orphan\n" in shell("storage", "verify").out


def test_finds_a_missing_package(shell: Shell, seeded: Path):
    gone = objects(seeded)[0]
    gone.unlink()
    done = shell("storage", "verify")
    assert done.code == 1
    assert f"missing: {gone.relative_to(seeded / 'packages')}\n" in done.out


def test_reports_what_no_release_names_and_is_content(shell: Shell, seeded: Path):
    (seeded / "packages" / "ff").mkdir(exist_ok=True)
    orphan = seeded / "packages" / "ff" / "orphan.zip"
    orphan.write_bytes(b"left behind")
    done = shell("storage", "verify")
    assert (done.code, done.err) == (0, "")
    assert "orphan: ff/orphan.zip\n" in done.out
    assert orphan.exists()


def test_tells_all_of_it_at_once(shell: Shell, seeded: Path):
    first, second, *_ = objects(seeded)
    first.unlink()
    second.write_bytes(b"")
    (seeded / "packages" / "orphan.zip").touch()
    done = shell("storage", "verify")
    assert done.code == 1
    assert "1 missing, 1 damaged, 1 orphan\n" in done.out
