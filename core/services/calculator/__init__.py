"""Any figure of the product, recomputed from JSON: what ``portal calc KIND`` serves.

Each kind reads its input strictly, calls the one domain function that the pages call for the same
figure, and writes amounts as strings of yuan. No database, and nothing is imported before a kind is
asked for.
"""

from core.services.calculator.kinds import KINDS, calculate, schema

__all__ = ["KINDS", "calculate", "schema"]
