"""A service's feed: its releases, the newest first, as feed readers understand them."""

from datetime import timedelta

import time_machine
from lxml import etree

from registry.kit import clock
from tests.api.asking import ON_SQLITE, PUBLISHER, SLUG, refused
from tests.api.asking import SERVICE as PATH

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def read(answer):
    assert answer.status_code == 200
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    return etree.fromstring(answer.get_data())


def texts(feed, path):
    return [found.text for found in feed.findall(path, ATOM)]


def test_a_feed_tells_the_releases_that_everybody_may_see(call, service, publish):
    assert service
    assert publish(version="1.1.0", changelog={"de": "Neu & <schön>"}).status_code == 201
    assert publish(version="2.0.0", draft=True).status_code == 201
    feed = read(call("GET", f"{PATH}/feed.atom"))
    assert texts(feed, "a:title") == ["Wunschkennzeichen"]
    assert texts(feed, "a:entry/a:title") == ["Wunschkennzeichen 1.1.0", "Wunschkennzeichen 1.0.0"]
    assert texts(feed, "a:entry/a:summary")[0] == "Neu & <schön>"
    assert texts(feed, "a:updated") == texts(feed, "a:entry/a:updated")[:1]
    assert len(set(texts(feed, "a:entry/a:id"))) == 2
    package = feed.find("a:entry/a:link[@rel='enclosure']", ATOM)
    assert package.get("href").endswith(f"/api/v1/services/{SLUG}/releases/1.1.0/package")
    # One representation for all readers: its own people see no more.
    mine = call("GET", f"{PATH}/feed.atom", who=PUBLISHER)
    assert mine.get_data() == call("GET", f"{PATH}/feed.atom").get_data()


@ON_SQLITE
def test_what_is_yanked_is_news(call, service, publish):
    assert service
    assert publish(version="1.1.0").status_code == 201
    reason = {"reason": {"de": "Falsche Gebühr"}}
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        yanked = call("POST", f"{PATH}/releases/1.0.0/yank", reason, who=PUBLISHER)
    assert yanked.status_code == 200
    feed = read(call("GET", f"{PATH}/feed.atom"))
    assert texts(feed, "a:entry/a:title")[0] == "Wunschkennzeichen 1.0.0 – zurückgezogen"
    assert texts(feed, "a:entry/a:summary")[0].startswith("Falsche Gebühr")


@ON_SQLITE
def test_a_feed_is_read_again_only_where_it_changed(call, service, publish):
    assert service
    tag = call("GET", f"{PATH}/feed.atom").headers["ETag"]
    assert call("GET", f"{PATH}/feed.atom", headers={"If-None-Match": tag}).status_code == 304
    assert publish(version="1.1.0").status_code == 201
    assert call("GET", f"{PATH}/feed.atom", headers={"If-None-Match": tag}).status_code == 200


@ON_SQLITE
def test_a_draft_has_a_feed_for_nobody_else(call, draft):
    assert draft
    refused(call("GET", f"{PATH}/feed.atom"), 404)
