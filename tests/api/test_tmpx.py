import json
def test_x(call, publish, client, token_of, resources):
    import base64
    from tests.cast import SERVICE
    r = call("POST","/services",SERVICE,who="moenchengladbach-publisher"); print(r.status_code)
    r = publish(); print(r.status_code)
    for p in ["/services/a%00b","/services/wunschkennzeichen/releases/a%00b","/services/wunschkennzeichen/releases/1.0.0/files/a%00b","/organisations/%00", "/services/%ff", "/adoptions?organisation=%00", "/services?q=%00", "/services?licence=%ed%a0%80", "/services/a%2fb"]:
        r = call("GET", p); print(p, r.status_code, r.get_data()[:200])
    r = client.post("/oauth/token", data={"grant_type":"client_credentials"}, headers={"Authorization":"Basic "+base64.b64encode(b"a:b").decode()}); print(r.status_code, r.get_data())
    r = client.post("/oauth/token", data={"grant_type":"client_credentials","client_id":"a\0","client_secret":"x"}); print(r.status_code, r.get_data())
    r = call("POST","/services",{**SERVICE,"slug":"b","licence":" OR ".join(["GPL-2.0+"]*16)},who="moenchengladbach-publisher"); print(r.status_code, r.get_data()[:300])
    r = call("POST","/services",{**SERVICE,"slug":"c","name":{"de":"x\ud800"}},who="moenchengladbach-publisher"); print(r.status_code, r.get_data()[:300])
    r = call("POST","/services",{**SERVICE,"slug":"c","x\ud800":1},who="moenchengladbach-publisher"); print(r.status_code, r.get_data()[:300])
    r = client.open("/api/v1/services", method="OPTIONS"); print(r.status_code, r.headers)
    r = client.open("/api/v1/services/", method="GET"); print(r.status_code)
    r = call("HEAD","/services"); print(r.status_code, r.headers, r.get_data())
    r = call("GET","/services/wunschkennzeichen/releases/1.0.0/package"); print(len(r.get_data()))
