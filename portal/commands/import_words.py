"""What the reason codes of an import mean, in the operator's words."""

WORDS = {
    # rows that are no account in arrears
    "not_in_arrears": "not late in the newest month (PAY_0 below 1)",
    "blank_line": "blank lines",
    # rows refused
    "duplicate_id": "the same ID as an earlier row",
    "id_malformed": "ID is not a plain number",
    "not_a_number": "a figure that is not a number",
    "negative_amount": "an amount that may not be negative is",
    "amount_too_large": "an amount beyond any card account",
    "too_many_decimals": "more than two decimals",
    "value_missing": "an empty cell where a value is needed",
    "status_code_unknown": "a repayment status outside -2 to 9",
    "wrong_number_of_cells": "more or fewer cells than the heading",
    "already_imported_with_other_values": "imported before with other values; history is corrected by reversal, "
                                          "not by another file",
    "adds_to_a_closed_statement": "adds something dated before the newest known statement",
    "older_than_what_is_known": "speaks of an earlier day than what is known",
    # oddities of rows that were imported
    "credit_balance": "a negative bill: the bank owed the cardholder in that month",
    "late_but_nothing_owed": "marked late although the newest bill is zero or a credit: imported as not past due",
    "undocumented_status_code": "repayment status 0 or -2, which the file does not document",
    "undocumented_sex_code": "an undocumented SEX code; not stored anyway",
    "undocumented_education_code": "an undocumented EDUCATION code; not stored anyway",
    "undocumented_marriage_code": "an undocumented MARRIAGE code; not stored anyway",
    "exponent_notation": "an amount written like 1e+05; read exactly",
}


def words(code: str) -> str:
    """The meaning of a reason code, or the code itself."""
    return WORDS.get(code, code.replace("_", " "))
