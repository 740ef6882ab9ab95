"""The least that Flask can do, served as the registry is: what our own work is measured by."""

from flask import Flask

app = Flask("hello")


@app.get("/hello")
def hello() -> str:
    """Say hello."""
    return "Hello, world!"
