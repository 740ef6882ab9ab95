"""Files of the pages: kept for a year under an address that changes with them, packed, and none but ours."""

import gzip

import pytest

from registry.web import assets
from tests.api.asking import ON_SQLITE

pytestmark = ON_SQLITE


def test_a_file_is_kept_for_as_long_as_its_address_holds(client):
    answer = client.get(assets.address("web.css"))
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.content_type.startswith("text/css")


def test_the_address_of_an_older_edition_still_gives_the_file_but_is_not_kept(client):
    answer = client.get("/assets/0123456789ab/web.css")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


def test_it_is_packed_for_those_who_can_unpack(client):
    packed = client.get(assets.address("vendor/kern/kern.min.css"), headers={"Accept-Encoding": "gzip"})
    plain = client.get(assets.address("vendor/kern/kern.min.css"))
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < 45_000


@pytest.mark.parametrize("name", ["../app.py", "..%2Fapp.py", "nothing.css", "vendor"])
def test_nothing_else_is_served(client, name):
    assert client.get(f"/assets/{assets.edition()}/{name}").status_code == 404


def test_the_first_view_is_small(client):
    asked = ("vendor/kern/kern.min.css", "web.css", "vendor/fira-sans/400.woff2", "vendor/fira-sans/600.woff2")
    sent = sum(len(client.get(assets.address(name), headers={"Accept-Encoding": "gzip"}).data) for name in asked)
    assert sent < 100_000
