"""The package as a library: what it offers, and its own examples."""

import doctest

import pytest

import sim


def test_the_examples_in_the_package_hold():
    assert doctest.testmod(sim) == (0, 4)


def test_what_it_offers_is_there_and_nothing_else():
    assert sim.compare.__module__ == "sim.study.api"
    assert sim.Request("quickstart").scenario == "quickstart"
    with pytest.raises(AttributeError):
        _ = sim.nothing
