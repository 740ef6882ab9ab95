"""What becomes of a version on pages: four eyes, whom a yank concerns, and what may still be put right."""

import io

import pytest

from tests import packages
from tests.api.asking import ON_SQLITE, SLUG
from tests.cast import SERVICE

pytestmark = ON_SQLITE

WHO = "moenchengladbach-publisher"
HOME = f"/services/{SLUG}/releases/1.0.0"


@pytest.fixture
def enter(visit, sign_in, add_member):
    def come(organisation="moenchengladbach", role="publisher", email=None):
        here = visit()
        sign_in(here, add_member(organisation, role, email))
        here.get("/account")
        return here

    return come


@pytest.fixture
def service(call):
    assert call("POST", "/services", SERVICE, who=WHO).status_code == 201


@pytest.fixture
def released(service, publish):
    assert publish().status_code == 201


def state(call):
    return call("GET", f"/services/{SLUG}/releases/1.0.0", who=WHO).json


def upload(here):
    content = io.BytesIO(packages.package())
    return here.post(f"/services/{SLUG}/publish", {"version": "1.0.0", "do": "publish", "package": (content, "p.zip")})


@pytest.fixture
def four_eyes(service, call):
    path, said = "/organisations/moenchengladbach", {"four_eyes": True}
    assert call("PATCH", path, said, who="moenchengladbach-owner", headers={"If-Match": "*"}).status_code == 200


def test_a_second_person_approves_what_the_first_has_uploaded(four_eyes, enter, call):
    first, second = enter(email="a@moenchengladbach.example"), enter(email="b@moenchengladbach.example")
    assert upload(first).headers["Location"] == f"{HOME}?done=submitted"
    mine = first.get(f"{HOME}?done=submitted").text
    assert "Jetzt muss ein zweites Mitglied" in mine
    assert "Freigeben kann sie nur ein anderes Mitglied" in mine
    assert f"{HOME}/approve" not in mine
    assert first.post(f"{HOME}/approve").status_code == 403
    assert first.post(f"{HOME}/reject", {"reason.de": "Doch nicht"}).status_code == 403
    assert f'href="{HOME}"' in second.get("/organisation").text
    assert f'action="{HOME}/approve"' in second.get(HOME).text
    once = {"once": "1"}
    assert second.post(f"{HOME}/approve", once).headers["Location"] == f"{HOME}?done=approved"
    assert second.post(f"{HOME}/approve", once).headers["Location"] == f"{HOME}?done=approved"
    assert (state(call)["state"], state(call)["approved_by"]) == ("published", "publisher")
    assert f'href="{HOME}"' not in second.get("/organisation").text


def test_what_is_rejected_is_a_draft_with_the_reason_and_can_be_sent_in_again(four_eyes, enter, call):
    first, second = enter(email="a@moenchengladbach.example"), enter(email="b@moenchengladbach.example")
    upload(first)
    bare = second.post(f"{HOME}/reject", {"reason.de": " "})
    assert bare.status_code == 422
    assert "Warum?: Der deutsche Text ist Pflicht." in bare.text
    assert second.post(f"{HOME}/reject", {"reason.de": "Handbuch fehlt"}).status_code == 303
    told = first.get(HOME).text
    assert "Handbuch fehlt" in told
    assert state(call)["state"] == "draft"
    assert first.post(f"{HOME}/publish").headers["Location"] == f"{HOME}?done=submitted"
    again = first.post(f"{HOME}/publish", {"once": "2"})
    assert again.status_code == 409
    assert "wartet schon auf Zustimmung" in again.text


def test_a_yank_shows_first_whom_it_concerns(released, enter, call):
    begun, live = ({"status": status, "version": "1.0.0"} for status in ("rolling_out", "live"))
    for organisation in ("wiesbaden", "mainz"):
        path = f"/services/{SLUG}/adoptions/{organisation}"
        assert call("PUT", path, begun, who=f"{organisation}-adopter").status_code == 201
    path, anyhow = f"/services/{SLUG}/adoptions/mainz", {"If-Match": "*"}
    assert call("PUT", path, live, who="mainz-adopter", headers=anyhow).status_code == 200
    here = enter()
    shown = here.get(f"{HOME}/yank").text
    assert "Das trifft 2 Organisationen, davon 1 produktiv" in shown
    assert shown.index(">Mainz<") < shown.index(">Wiesbaden<")
    bare = here.post(f"{HOME}/yank", {"reason.en": "Hole"})
    assert bare.status_code == 422
    assert "Hole" in bare.text
    assert state(call)["yanked"] is None
    said = {"reason.de": "Sicherheitslücke", "once": "1"}
    assert here.post(f"{HOME}/yank", said).headers["Location"] == f"{HOME}?done=yanked"
    assert here.post(f"{HOME}/yank", said).headers["Location"] == f"{HOME}?done=yanked"
    assert state(call)["yanked"]["reason"] == {"de": "Sicherheitslücke"}
    assert "Sicherheitslücke" in here.get(HOME).text
    assert here.post(f"{HOME}/unyank", {"reason.de": "Geschlossen"}).headers["Location"] == f"{HOME}?done=unyanked"
    assert state(call)["yanked"] is None
    assert here.post(f"{HOME}/unyank", {"reason.de": "Noch einmal"}).status_code == 422


def test_a_version_is_deprecated_with_its_successor_and_that_is_taken_back(released, publish, enter, call):
    here = enter()
    wrong = here.post(f"{HOME}/deprecate", {"reason.de": "Alt", "successor": "9.9.9"})
    assert wrong.status_code == 422
    assert 'href="#successor"' in wrong.text
    assert publish(version="2.0.0").status_code == 201
    assert here.post(f"{HOME}/deprecate", {"reason.de": "Alt", "successor": "2.0.0"}).status_code == 303
    assert state(call)["deprecated"] == {"reason": {"de": "Alt"}, "successor": "2.0.0"}
    shown = here.get(f"{HOME}/deprecate").text
    assert ">\nAlt</textarea>" in shown
    assert here.post(f"{HOME}/deprecate", {"do": "undo"}).status_code == 303
    assert state(call)["deprecated"] is None


def test_a_changelog_is_put_right_but_not_over_somebody_elses(released, enter, call):
    here = enter()
    seen = here.get(f"{HOME}/changelog").text.partition('name="seen" value="')[2].partition('"')[0]
    who = {"who": WHO, "headers": {"If-Match": "*"}}
    other = {"changelog": {"de": "Von der Kollegin", "fr": "Autre"}}
    assert call("PATCH", f"/services/{SLUG}/releases/1.0.0", other, **who).status_code == 200
    said = {"changelog.de": "Von mir", "seen": seen}
    stale = here.post(f"{HOME}/changelog", said)
    assert stale.status_code == 409
    assert "Von der Kollegin" in stale.text
    assert "Von mir" in stale.text
    now = stale.text.partition('name="seen" value="')[2].partition('"')[0]
    assert here.post(f"{HOME}/changelog", {**said, "seen": now}).status_code == 303
    assert state(call)["changelog"] == {"de": "Von mir", "fr": "Autre"}


@pytest.mark.parametrize("what", ["reject", "yank", "unyank", "deprecate", "changelog"])
def test_others_may_do_none_of_it(released, enter, what):
    for organisation, role in (("moenchengladbach", "viewer"), ("kiel", "publisher")):
        here = enter(organisation, role)
        assert f"{HOME}/yank" not in here.get(HOME).text
        assert here.get(f"{HOME}/{what}").status_code == 403
        assert here.post(f"{HOME}/{what}", {"reason.de": "Darum"}).status_code == 403
