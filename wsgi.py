"""What a WSGI server runs: `gunicorn wsgi:app`."""

from registry.app import open_app

app = open_app()
