"""The books of accounts: read a state and the facts after it, bring them to a day, write what follows.

``states`` spells a state, ``rules`` finds the rules of a cycle, ``opening`` starts the books of an account that
came from a file, ``reading`` and ``writing`` meet the database, ``forward`` works out what a day brings.
"""
