"""Adoptions and deployments: who reuses which service, and which version of it runs where."""
