"""How fast the registry is, beside its peers, in one run on one machine; `python -m benchmarks`."""
