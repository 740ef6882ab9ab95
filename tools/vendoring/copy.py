"""Copy what the pages need out of `node_modules`, with its licences, and write down what it is and where it is from."""

import hashlib
import json
import shutil
from pathlib import Path

HERE = Path(__file__).parent
TO = HERE.parent.parent / "registry" / "static" / "vendor"
#: The files of each package: whence in the package, and whither below static/vendor.
FILES = {
    "@fontsource/fira-sans": {
        "files/fira-sans-latin-400-normal.woff2": "fira-sans/400.woff2",
        "files/fira-sans-latin-600-normal.woff2": "fira-sans/600.woff2",
        "LICENSE": "fira-sans/LICENSE",
    },
    "@kern-ux/native": {"dist/kern.min.css": "kern/kern.min.css", "LICENSE.md": "kern/LICENSE.md"},
    "@svg-maps/germany": {"germany.svg": "germany/germany.svg", "LICENSE.md": "germany/LICENSE.md"},
    "htmx.org": {"dist/htmx.min.js": "htmx/htmx.min.js", "LICENSE": "htmx/LICENSE"},
    "swagger-ui-dist": {
        "swagger-ui-bundle.js": "swagger-ui/swagger-ui-bundle.js",
        "swagger-ui.css": "swagger-ui/swagger-ui.css",
        "LICENSE": "swagger-ui/LICENSE",
        "NOTICE": "swagger-ui/NOTICE",
    },
}


def main() -> None:
    """Copy everything, and write the manifest."""
    manifest = []
    for name, files in FILES.items():
        package = HERE / "node_modules" / name
        about = json.loads((package / "package.json").read_text())
        for source, target in files.items():
            copied = TO / target
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(package / source, copied)
            manifest.append(
                {
                    "file": target,
                    "package": name,
                    "version": about["version"],
                    "licence": about["license"],
                    "sha256": hashlib.sha256(copied.read_bytes()).hexdigest(),
                }
            )
    (TO / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
