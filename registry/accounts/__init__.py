"""Organisations, people, memberships, mandates, machine clients and their tokens."""
