"""What is in a package: a pure function from an archive to a report, without database or network."""

from registry.inspection.agreement import Expected
from registry.inspection.archive import Limits
from registry.inspection.inspector import UnknownKindError, inspect_package, inspect_path
from registry.inspection.report import FileEntry, Finding, Report, Severity

__all__ = [
    "Expected",
    "FileEntry",
    "Finding",
    "Limits",
    "Report",
    "Severity",
    "UnknownKindError",
    "inspect_package",
    "inspect_path",
]
