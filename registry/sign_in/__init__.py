"""How people come in: sign-in links, passkeys, identity providers, and the sessions that follow."""
