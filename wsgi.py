"""What a WSGI server runs: `granian --interface wsgi wsgi:app`, `gunicorn wsgi:app`."""

from registry.app import open_app

app = open_app()
