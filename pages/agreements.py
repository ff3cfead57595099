"""To be filled."""

from twoplustwo.dashboard import parts
from twoplustwo.dashboard.visit import current

visit = current()
parts.title(visit, "Agreements", "")
