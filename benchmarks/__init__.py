"""What the portal costs, measured: `make bench` writes ``benchmarks/latest.json``."""
