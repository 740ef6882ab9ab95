"""What travels beside the code: migrations and seed, in a checkout and in an installed wheel alike."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def folder(name: str) -> Path:
    """Return the folder `migrations` or `seed`."""
    installed = _PACKAGE / "bundled" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
