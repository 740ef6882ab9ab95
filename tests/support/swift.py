"""A whole OpenStack Swift in one process: four servers over one folder, for `tests.support.s3`.

Swift is made for a process a server, or many; its servers are green threads, though, and get along in one, which
starts in a second instead of several.  It needs no memcached as long as nobody asks it for a token of its own:
requests in S3's manner carry their proof with them.
"""

# mypy: disable-error-code="import-untyped"
# Neither eventlet nor swift has types.

import sys
from pathlib import Path

import eventlet
import eventlet.wsgi
from swift.common import constraints, utils, wsgi
from swift.common.http_protocol import SwiftHttpProtocol
from swift.common.ring import RingBuilder

from tests.support.processes import free_port

BACKENDS = ("account", "container", "object")

COMMON = """[DEFAULT]
bind_ip = 127.0.0.1
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
log_level = ERROR
"""

BACKEND = """
[pipeline:main]
pipeline = {name}-server

[app:{name}-server]
use = egg:swift#{name}
"""

PROXY = """
[pipeline:main]
pipeline = catch_errors gatekeeper s3api tempauth bulk slo proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true

[filter:catch_errors]
use = egg:swift#catch_errors

[filter:gatekeeper]
use = egg:swift#gatekeeper

[filter:s3api]
use = egg:swift#s3api
check_bucket_owner = false

[filter:tempauth]
use = egg:swift#tempauth
user_{user} = {secret} .admin

[filter:bulk]
use = egg:swift#bulk

[filter:slo]
use = egg:swift#slo
"""


def _write_ring(folder: Path, name: str, port: int) -> None:
    builder = RingBuilder(part_power=1, replicas=1, min_part_hours=0)
    builder.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "disk", "weight": 1.0})
    builder.rebalance(seed="tests")
    builder.get_ring().save(str(folder / f"{name}.ring.gz"))


def _serve(folder: Path, name: str, port: int, more: str) -> eventlet.greenthread.GreenThread:
    conf = folder / f"{name}-server.conf"
    conf.write_text(COMMON.format(folder=folder) + more)
    application = wsgi.loadapp(str(conf))
    # Not Swift's own run_server: it changes eventlet's hub under the servers that run already.
    return eventlet.spawn(
        eventlet.wsgi.server,
        eventlet.listen(("127.0.0.1", port), backlog=128),
        application,
        log_output=False,
        protocol=SwiftHttpProtocol,
        capitalize_response_headers=False,
        url_length_limit=constraints.MAX_REQUEST_LINE,
    )


def main() -> None:
    folder, port, key, secret = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
    (folder / "devices" / "disk").mkdir(parents=True)
    (folder / "swift.conf").write_text(
        "[swift-hash]\nswift_hash_path_suffix = tests\n[storage-policy:0]\nname = gold\ndefault = yes\n"
    )
    utils.monkey_patch()
    utils.set_swift_dir(str(folder))
    utils.disable_fallocate()
    for name in BACKENDS:
        backend = free_port()
        _write_ring(folder, name, backend)
        _serve(folder, name, backend, BACKEND.format(name=name))
    proxy = _serve(folder, "proxy", port, PROXY.format(user=key.replace(":", "_"), secret=secret))
    proxy.wait()


if __name__ == "__main__":
    main()
