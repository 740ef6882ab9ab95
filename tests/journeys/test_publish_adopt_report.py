"""The main job, end to end, as a program does it: Mönchengladbach publishes, Wiesbaden and Mainz take it over."""

import hashlib
import io
import json
import zipfile
from typing import Any

from sqlalchemy import func, select

from registry.adoption.models import Adoption, Deployment
from registry.journal.models import Entry
from registry.releases.models import Release
from tests import packages
from tests.cast import SERVICE

A38 = "/services/passierschein-a38"
SAID: dict[str, Any] = {
    **SERVICE,
    "slug": "passierschein-a38",
    "name": {"de": "Passierschein A38", "en": "Permit A38"},
    "summary": {"de": "Üben Sie einen Antrag, bevor es ernst wird"},
    "description": {"de": "Nach dem Film *Asterix erobert Rom*."},
    "topic": "Querschnitt",
    "keywords": ["BundID", "Übung"],
}


def good(answer, status=200):
    assert answer.status_code == status, answer.get_data()[:500]
    return answer


def package(version):
    return packages.package(
        {
            "publiccode.yml": packages.publiccode("Passierschein", version),
            "formular.json": json.dumps({"v": version}),
        }
    )


def test_one_builds_and_all_reuse(client, call, publish, resources):
    # The operator gives each city a program of its own; each gets its token with its own secret.
    def sign_in(owner, scopes):
        made = good(
            call("POST", f"/organisations/{owner.partition('-')[0]}/clients", {"scopes": scopes}, who=owner), 201
        ).json
        secret = {"client_id": made["client_id"], "client_secret": made["client_secret"]}
        token = good(client.post("/oauth/token", data={"grant_type": "client_credentials", **secret})).json[
            "access_token"
        ]
        return {"Authorization": f"Bearer {token}"}

    originator = sign_in("moenchengladbach-owner", ["services:write", "releases:publish"])
    wiesbaden = sign_in("wiesbaden-owner", ["adoptions:write", "deployments:report"])

    # 1. Mönchengladbach describes its service, is told in plain words what is missing, and publishes 1.0.0.
    good(call("POST", "/services", SAID, headers=originator), 201)
    bare = packages.package({"LICENSE": None})
    refused = publish("passierschein-a38", content=bare, who="nobody", headers=originator)
    assert refused.status_code == 422
    assert all(finding["message"]["de"] for finding in refused.json["findings"])
    assert call("GET", A38).status_code == 404
    first = package("1.0.0")
    once = originator | {"Idempotency-Key": "ci-run-1"}
    told = good(publish("passierschein-a38", content=first, who="nobody", headers=once), 201).json
    assert told["inspection"]["ok"]
    again = good(publish("passierschein-a38", content=first, who="nobody", headers=once), 201)
    assert again.json == told

    # 2. Wiesbaden finds it however it is written, reads what is in it, and declares an adoption.
    for words in ("pass", "Passierschein", "A38", "Passirschein", "uebung"):
        found = good(call("GET", "/services", query_string={"q": words})).json
        assert [item["slug"] for item in found["items"]] == ["passierschein-a38"], words
    read = good(call("GET", A38)).json
    assert read["licence"] == "EUPL-1.2"
    assert read["contacts"]
    assert good(call("GET", f"{A38}/releases/latest/inspection")).json["files"]
    good(call("PUT", f"{A38}/adoptions/wiesbaden", {"status": "planned"}, headers=wiesbaden), 201)

    # 3. It downloads the package, checks it, and reports the roll-outs; the data centre does so for Mainz.
    archive = good(call("GET", f"{A38}/releases/1.0.0/package", buffered=True))
    assert hashlib.sha256(archive.get_data()).hexdigest() == archive.headers["ETag"].strip('"')
    assert archive.get_data() == first
    with zipfile.ZipFile(io.BytesIO(archive.get_data())) as opened:
        assert json.loads(opened.read("formular.json")) == {"v": "1.0.0"}
    for environment in ("test", "production"):
        report = {"version": "1.0.0", "environment": environment, "status": "rolled_out"}
        good(call("POST", f"{A38}/adoptions/wiesbaden/deployments", report, headers=wiesbaden), 201)
    provider = "rechenzentrum-adopter"
    good(call("PUT", f"{A38}/adoptions/mainz", {"status": "rolling_out"}, who=provider), 201)

    # 4. 1.1.0 comes; Mainz runs it at once, Wiesbaden is one behind.
    since = good(call("GET", "/changes?limit=200")).json["items"][-1]["serial"]
    good(publish("passierschein-a38", "1.1.0", content=package("1.1.0"), who="nobody", headers=originator), 201)
    rated: dict[str, Any] = {
        "version": "1.1.0",
        "environment": "production",
        "status": "rolled_out",
        "maturity": {"model": "2.0", "level": 5},
    }
    good(call("POST", f"{A38}/adoptions/mainz/deployments", rated, who=provider), 201)
    fleet = good(call("GET", f"{A38}/fleet")).json["items"]
    assert [(it["organisation"], it["version"], it["behind"]) for it in fleet] == [
        ("mainz", "1.1.0", 0),
        ("wiesbaden", "1.0.0", 1),
    ]

    check_figures(call, client.application)
    check_news(call, since, resources)


def check_figures(call, app):
    """See the figures, as anyone reads them."""
    service = good(call("GET", A38)).json
    assert service["adoption_counts"] == {"live": 2}
    assert service["latest_release"]["version"] == "1.1.0"
    adopters = good(call("GET", "/organisations?has=adoptions")).json
    assert [it["slug"] for it in adopters["items"]] == ["mainz", "wiesbaden"]
    assert [it["slug"] for it in good(call("GET", "/services?adopted_by=mainz&maturity=2.0:5")).json["items"]] == [
        "passierschein-a38"
    ]
    app.extensions["downloads"].flush()
    assert good(call("GET", f"{A38}/releases/1.0.0")).json["downloads"] == 1


def check_news(call, since, resources):
    """See that who follows the feed has heard of all that came since, in order, and that all is in the database."""
    news = good(call("GET", f"/changes?since={since}")).json["items"]
    assert [it["type"] for it in news] == ["release.published", "adoption.changed", "deployment.reported"]
    assert [it["organisation"] for it in news] == ["moenchengladbach", "mainz", "mainz"]

    with resources.database.reading() as reading:
        assert reading.scalars(select(Release.version).order_by(Release.precedence)).all() == ["1.0.0", "1.1.0"]
        assert sorted(reading.scalars(select(Adoption.status))) == ["live", "live"]
        assert reading.scalar(select(func.count()).select_from(Deployment)) == 3
        by = reading.scalars(
            select(Entry.actor_organisation).where(Entry.type == "deployment.reported", Entry.organisation == "mainz")
        )
        assert by.all() == ["rechenzentrum"]
