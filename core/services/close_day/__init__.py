"""The close of a day: restartable, repeatable, harmless beside itself, and no more work than the day has events.

``batch`` closes some accounts in one transaction; ``day`` does a whole day with any engine that runs
batches; ``plans`` looks after arrangements, quotes and requests whose day has come; ``patience`` waits for
a database that is busy.
"""
