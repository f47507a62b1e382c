"""The rules of ``core.domain`` over whole portfolios: integers of fen in arrays, a pandas frame in and out.

The domain is the truth. Every figure made here equals the one it makes for the same account, to the fen;
the tests prove it over random rules and accounts. A frame is one partition: its functions know nothing of
other accounts, so partitions may be worked on in any order and place.

Frames: one row per account, any index (it comes back unchanged). Amounts are ``int64`` fen and end in
``_minor``; dates are ``datetime64`` (``NaT`` where there is none) and end in ``_date``. What cannot be,
and what would not fit, is refused as ``InvalidInput`` with the field and ``row``, the first such row's
position in the frame.
"""
