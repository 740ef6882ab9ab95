"""The door for the one at the shell: `efa-registry …`."""
