"""How well negotiating goes: a synthetic population, worlds it lives in, and other ways to negotiate with it.

Nothing here is used by the portal itself; ``portal evaluate`` is the way in. The engine under test is the one
the portal uses (``core.domain.offers``, ``core.portfolio.offers``) with the policy in force. What it is tested
against is here: ``people`` makes debtors with private limits no bank sees, ``world`` lets plans break in a way
that is not the engine's, ``calibration`` fits that to published outcomes, ``deals`` negotiates by every
strategy, ``outcomes`` lives through what was agreed, ``measures`` says how it went.
"""
