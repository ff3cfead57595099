"""The examples in the README and in the docstrings run, and give what they say."""

import doctest
from pathlib import Path

import twoplustwo

README = Path(__file__).parent.parent / "README.md"


def test_the_examples_of_the_readme_give_what_they_say():
    results = doctest.testfile(str(README), module_relative=False)
    assert results.attempted > 10
    assert results.failed == 0


def test_the_example_of_the_library_gives_what_it_says():
    results = doctest.testmod(twoplustwo)
    assert results.attempted > 2
    assert results.failed == 0
