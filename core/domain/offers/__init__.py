"""The negotiation: offers a person can keep, the same for everyone with the same facts.

``negotiation.negotiate`` is the way in. The plan space (``space``) is searched by whatever implements
``ordering.Search``: ``core.portfolio.offers`` does it in arrays. What counts is decided here, in whole
fen: a plan is worked out by ``evaluation``, valued by ``value``, ordered by ``ordering``, chosen by
``choice``, and a wish is answered by ``counter``.
"""
