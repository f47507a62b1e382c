"""How likely trouble is on a card, and why: from payments and kept agreements alone.

Nothing here knows a person's sex, age, marriage, education, city or health: there is no field for it.
"""
