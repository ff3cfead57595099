"""The way to the commands: ``python -m twoplustwo check [FOLDER]``, ``audit``, ``add``, ``edit``, ..."""

import sys

from twoplustwo.command import main

if __name__ == "__main__":
    # A cell may hold signs that the terminal cannot show.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.stderr.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main())
