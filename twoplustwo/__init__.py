"""Japan's two-plus-two meetings, agreements and cooperation areas as a sourced record.

>>> from twoplustwo import load, Selection
>>> record = load()
>>> british = Selection(partners=("GBR",), to_year=2023).apply(record)
>>> len(british.meetings)
5
"""

from twoplustwo.check import InvalidRecordError, check, load
from twoplustwo.record import Record
from twoplustwo.selection import Selection, read_link

__all__ = ["InvalidRecordError", "Record", "Selection", "check", "load", "read_link"]
__version__ = "0.3.0"
