"""What the record says in numbers: pure functions from a record to a tidy frame.

The counting rules are those of the method page. Each function takes a
:class:`~twoplustwo.record.Record` (whole or selected) and leaves it as it is.
"""
