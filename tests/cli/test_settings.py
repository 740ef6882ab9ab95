from pathlib import Path

import pytest

from tests.cli.conftest import Shell

SECRET = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REGISTRY_DATABASE_URL", "mysql://localhost/registry"),
        ("REGISTRY_DATABASE_URL", "postgres"),
        ("REGISTRY_DATABASE_URL", "postgresql://[registry"),
        ("REGISTRY_DATABASE_URL", "postgresql://localhost:port/registry"),
        ("REGISTRY_DATABASE_URL", "postgresql+nosuchdriver://localhost/registry"),
        ("REGISTRY_DATABASE_URL", "sqlite://"),
        ("REGISTRY_DATABASE_URL", "sqlite:///:memory:"),
        ("REGISTRY_STORAGE_URL", "ftp://packages"),
        ("REGISTRY_STORAGE_URL", "file://relative"),
        ("REGISTRY_STORAGE_URL", "s3://"),
        ("REGISTRY_STORAGE_URL", "file://[packages"),
        ("REGISTRY_BASE_URL", "registry.example"),
        ("REGISTRY_BASE_URL", "http://[registry"),
        ("REGISTRY_SECRET_KEY", "short"),
        ("REGISTRY_MAX_PACKAGE_MB", "many"),
        ("REGISTRY_MAX_PACKAGE_MB", "0"),
        ("REGISTRY_MAX_PACKAGE_MB", "-1"),
        ("REGISTRY_MAX_PACKAGE_MB", "1.5"),
        ("REGISTRY_READ_ONLY", "maybe"),
        ("REGISTRY_PUBLISHING", "maybe"),
        ("REGISTRY_OIDC_MG_LABLE", "Stadt"),
        ("REGISTRY_OIDC_ISSUER", "https://login.example"),
        ("REGISTRY_SECURITY_CONTACT", "http://city.example/contact"),
        ("REGISTRY_SECURITY_CONTACT", "https://city.example/\nExpires: never"),
        ("REGISTRY_OPERATOR_EMAIL", "city.example"),
        ("REGISTRY_TRUSTED_ISSUERS", "gitlab.example"),
        ("REGISTRY_TRUSTED_ISSUERS", "https://gitlab.example http://gitlab.example"),
        ("REGISTRY_TRUSTED_ISSUERS", "https://user@gitlab.example"),
        ("REGISTRY_TRUSTED_ISSUERS", "https://gitlab.example=keys.example"),
        ("REGISTRY_TRUSTED_ISSUERS", "https://gitlab.example=https://keys.example/jwks"),
    ],
)
def test_a_setting_that_is_wrong_is_named(shell: Shell, name: str, value: str):
    said = {name: value}
    if value.startswith("postgres"):
        said["REGISTRY_SECRET_KEY"] = SECRET
    shell("db", "current", **said).refused(2, name)


def test_issuers_are_listed_with_spaces_or_commas(shell: Shell, migrated: Path):
    del migrated
    issuers = "https://gitlab.example, https://git.example:8443/ci http://127.0.0.1:9"
    assert shell("db", "current", REGISTRY_TRUSTED_ISSUERS=issuers).code == 0


def test_a_data_folder_that_cannot_be_made_is_named(shell: Shell, tmp_path: Path):
    file = tmp_path / "file"
    file.touch()
    shell("db", "current", REGISTRY_DATA_DIR=str(file)).refused(2, "REGISTRY_DATA_DIR")
    shell("db", "current", REGISTRY_DATA_DIR=str(file / "below")).refused(2, "REGISTRY_DATA_DIR")


def test_an_object_store_needs_its_key(shell: Shell):
    shell("storage", "verify", REGISTRY_STORAGE_URL="s3://packages").refused(2, "AWS_ACCESS_KEY_ID")


def test_postgresql_needs_a_secret_key(shell: Shell):
    url = "postgresql://127.0.0.1:1/registry"
    shell("db", "current", REGISTRY_DATABASE_URL=url).refused(2, "REGISTRY_SECRET_KEY", "openssl rand -hex 32")


def test_the_secret_key_is_made_once_for_the_owner_alone(shell: Shell, home: Path):
    shell("db", "upgrade")
    key = home / "secret.key"
    made = key.read_text()
    assert len(made) >= 32
    assert key.stat().st_mode & 0o077 == 0
    shell("db", "current")
    assert key.read_text() == made
    assert [path.name for path in home.glob("secret.key*")] == ["secret.key"]


@pytest.mark.parametrize("said", ["on", "ON", "true", "1", "yes", "off", "False", "0", "no"])
def test_a_switch_may_be_said_in_many_ways(shell: Shell, migrated: Path, said: str):
    del migrated
    assert shell("db", "current", REGISTRY_READ_ONLY=said, REGISTRY_PUBLISHING=said).code == 0
