"""Door 2: pages for people, with a session cookie; whatever they do goes through the same services as the API."""

from collections.abc import Callable

from flask import Flask

from registry.kit.errors import RegistryError
from registry.web import (
    account,
    adoption,
    auditing,
    catalogue,
    changing,
    clients,
    demo,
    describing,
    door,
    errors,
    forms,
    germany,
    mandates,
    members,
    notices,
    operator,
    organisation,
    organisations,
    providers,
    publishers,
    publishing,
    releases,
    sign_in,
    start,
)

PAGES = (
    account,
    adoption,
    auditing,
    catalogue,
    changing,
    clients,
    demo,
    describing,
    mandates,
    members,
    operator,
    notices,
    organisation,
    organisations,
    providers,
    publishers,
    publishing,
    releases,
    sign_in,
    start,
)


def init_app(app: Flask, status_of: Callable[[RegistryError], int], known_problems: notices.Problems) -> None:
    """Add all pages."""
    errors.init_app(app, status_of)
    notices.init_app(app, known_problems)
    forms.init_app(app)
    germany.init_app(app)
    app.register_blueprint(door.blueprint)
    door.init_app(app)
    start.init_app(app)
    describing.init_app(app)
    changing.init_app(app)
