"""The public data set of 30,000 real card accounts as this bank's portfolio in arrears."""
