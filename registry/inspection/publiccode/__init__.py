"""A validator of publiccode.yml, the description of public software.

    result = validate(data, exists=lambda path: (folder / path).is_file())
    result.ok, result.findings, result.value

By the standard's version 0.7.0; the reference implementation italia/publiccode-parser-go decides where the text
is silent, apart from what needs the network. Nothing is fetched, and nothing is executed.
"""

from registry.inspection.publiccode.validator import FILE, Result, validate

__all__ = ["FILE", "Result", "validate"]
