"""The door for programs: HTTP and JSON, under `/api/v1`."""
