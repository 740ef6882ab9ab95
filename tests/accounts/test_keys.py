"""The official keys of German territory."""

import csv
from pathlib import Path

import pytest

from registry.accounts import service as accounts
from registry.accounts.errors import OrganisationExistsError, OrganisationInvalidError
from registry.accounts.keys import STATES, ags_of, state_of
from registry.accounts.models import OrganisationKind as Kind
from tests.cast import OPERATOR

DIRECTORY = Path(__file__).parents[3] / "shared" / "data" / "municipalities" / "AuszugGV4Q2020.csv"


@pytest.fixture(params=["sqlite"])
def database_url(sqlite_template, tmp_path):
    """No database can change the rules."""
    path = tmp_path / "registry.db"
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


def onboard(session, **said):
    return accounts.onboard(session, OPERATOR, **{"slug": "neu", "name": "Neu", "kind": Kind.MUNICIPALITY, **said})


@pytest.mark.parametrize(
    ("kind", "ars", "state", "ags"),
    [
        (Kind.MUNICIPALITY, "055150000000", "DE-NW", "05515000"),
        (Kind.MUNICIPALITY, "010515163003", "DE-SH", "01051003"),
        (Kind.MUNICIPALITY, "160775051039", "DE-TH", "16077039"),
        (Kind.COUNTY, "05374", "DE-NW", None),
        (Kind.STATE, "09", "DE-BY", None),
        (Kind.STATE, "16", "DE-TH", None),
        (Kind.PROVIDER, None, None, None),
        (Kind.ASSOCIATION, None, None, None),
        (Kind.MUNICIPALITY, None, None, None),
    ],
)
def test_a_key_that_fits_its_kind_is_taken_and_tells_state_and_ags(session, kind, ars, state, ags):
    made = onboard(session, kind=kind, ars=ars)
    assert (made.ars, made.state, made.ags) == (ars, state, ags)


@pytest.mark.parametrize(
    ("kind", "said", "field"),
    [
        (Kind.MUNICIPALITY, {"ars": ""}, "ars"),
        (Kind.MUNICIPALITY, {"ars": "05515"}, "ars"),
        (Kind.MUNICIPALITY, {"ars": "05515000000"}, "ars"),
        (Kind.MUNICIPALITY, {"ars": "0551500000000"}, "ars"),
        (Kind.MUNICIPALITY, {"ars": "055150000 00"}, "ars"),
        (Kind.MUNICIPALITY, {"ars": "05515000000a"}, "ars"),
        (Kind.MUNICIPALITY, {"ars": "05515000000²"}, "ars"),
        (Kind.MUNICIPALITY, {"ars": "٠٥٥١٥٠٠٠٠٠٠٠"}, "ars"),
        (Kind.MUNICIPALITY, {"ars": "005150000000"}, "ars"),
        (Kind.MUNICIPALITY, {"ars": "175150000000"}, "ars"),
        (Kind.MUNICIPALITY, {"ars": "995150000000"}, "ars"),
        (Kind.COUNTY, {"ars": "055150000000"}, "ars"),
        (Kind.COUNTY, {"ars": "05"}, "ars"),
        (Kind.STATE, {"ars": "05515"}, "ars"),
        (Kind.STATE, {"ars": "17"}, "ars"),
        (Kind.PROVIDER, {"ars": "055150000000"}, "ars"),
        (Kind.ASSOCIATION, {"ars": "05"}, "ars"),
        (Kind.MUNICIPALITY, {"ars": "055150000000", "ags": "05515001"}, "ags"),
        (Kind.MUNICIPALITY, {"ars": "055150000000", "ags": "5515000"}, "ags"),
        (Kind.MUNICIPALITY, {"ags": "05515000"}, "ags"),
        (Kind.COUNTY, {"ars": "05374", "ags": "05374"}, "ags"),
        (Kind.MUNICIPALITY, {"ars": "055150000000", "state": "DE-HE"}, "state"),
    ],
)
def test_a_key_that_does_not_fit_is_refused(session, kind, said, field):
    with pytest.raises(OrganisationInvalidError) as refused:
        onboard(session, kind=kind, **said)
    assert [fault.pointer for fault in refused.value.faults] == [f"#/{field}"]
    session.rollback()


def test_an_ars_is_that_of_one_organisation(session):
    with pytest.raises(OrganisationExistsError, match="moenchengladbach"):
        onboard(session, ars="051160000000")
    session.rollback()


def test_the_ags_is_the_ars_without_the_gemeindeverband():
    assert ags_of("010515163003") == "01051003"
    assert state_of("17") is None
    assert len(STATES) == 16


def test_every_municipality_of_the_directory_may_be_taken_in(session):
    if not DIRECTORY.exists():
        pytest.skip(f"the official directory is not at {DIRECTORY}")
    with DIRECTORY.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["satzart"] == "60"]
    keys = ["".join(row[name] for name in ("land", "rb", "kreis", "vb", "gemeinde")) for row in rows]
    assert len(keys) == len(set(keys)) == 11_004
    assert all(len(key) == 12 and key.isdigit() and state_of(key) for key in keys)
    assert len({ags_of(key) for key in keys}) == 11_004
    taken = {"051160000000", "064140000000", "073150000000", "010020000000"}
    for number, key in enumerate(key for key in keys[::37] if key not in taken):
        assert onboard(session, slug=f"gemeinde-{number}", ars=key).ags == ags_of(key)
    session.rollback()
