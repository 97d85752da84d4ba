"""Hours of the week: arrivals by profile and the start of manual work."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.core.units import DAY, FOREVER, HOUR, WEEK
from sim.inputs.estate import Profile
from sim.model.calendar import calendar

OFFICE = calendar(Profile())


def test_without_a_profile_every_moment_is_alike():
    even = calendar(None)
    assert [even.moment(float(at)) for at in (0, 1, HOUR, WEEK + 5, 10 * WEEK)] == [0, 1, HOUR, WEEK + 5, 10 * WEEK]
    assert even.next_open(12345) == 12345


def test_office_hours_hold_all_of_the_weight():
    share = 168 / 40
    assert OFFICE.weights[9] == pytest.approx(share)
    assert OFFICE.weights[8] == 0
    # One weighted hour is 40/168 of an hour of work.
    assert OFFICE.moment(share * HOUR) == pytest.approx(10 * HOUR, abs=2)
    assert OFFICE.moment(share * HOUR * 8.5) == pytest.approx(DAY + 9.5 * HOUR, abs=2)
    assert OFFICE.moment(WEEK + share * HOUR) == pytest.approx(WEEK + 10 * HOUR, abs=2)


@given(st.floats(0, 50 * WEEK), st.floats(0, 50 * WEEK), st.sampled_from([0.0, 0.05, 1.0, 3.0]))
def test_moments_rise_with_the_weight_passed(one, other, outside):
    some = calendar(Profile(outside=outside))
    low, high = sorted((one, other))
    assert some.moment(low) <= some.moment(high)


def walked(worked, some):
    """The moment hour by hour, in exact numbers."""
    weeks, left = divmod(Fraction(worked), WEEK)
    hour, shares = 0, [Fraction(weight) * HOUR for weight in some.weights]
    while hour < 167 and left >= shares[hour]:
        left, hour = left - shares[hour], hour + 1
    return weeks * WEEK + hour * HOUR + left / shares[hour] * HOUR


@given(
    st.one_of(st.floats(0, 500 * WEEK), st.integers(0, 500 * 168).map(lambda hours: float(hours * HOUR))),
    st.sampled_from([None, *(Profile(outside=outside) for outside in (0.05, 0.5, 1.0, 3.0))]),
)
def test_moments_are_where_walking_through_the_hours_ends(worked, profile):
    some = calendar(profile)
    assert abs(some.moment(worked) - walked(worked, some)) <= 1  # the sums of weights are rounded


def test_fault_an_hour_that_counts_twice_is_taken_for_any_other():
    some = calendar(Profile(outside=0.5))
    assert abs(calendar(None).moment(50.5 * HOUR) - walked(50.5 * HOUR, some)) > 1


@given(st.integers(0, 5 * WEEK))
def test_next_open_is_the_first_working_moment(now):
    found = OFFICE.next_open(now)
    hours = list(range(now // HOUR, found // HOUR + 1))
    assert found >= now
    assert OFFICE.open[found // HOUR % 168]
    assert not any(OFFICE.open[hour % 168] for hour in hours[:-1])
    assert found == now or found % HOUR == 0


def test_weights_scale_to_a_mean_of_one():
    some = calendar(Profile(days=["sat"], starts=0, ends=6, outside=0.5))
    assert sum(some.weights) == pytest.approx(168)
    assert some.weights[5 * 24] == pytest.approx(2 * some.weights[0])


# --- work that takes place in working hours ---
THREE_DAYS = Profile(days=["mon", "tue", "thu"], starts=9, ends=17)
ODD = Profile(days=["sun"], starts=23, ends=24)


def worked_by_walking(at, profile):
    """Ticks of working hours in [0, at), hour by hour."""
    is_open = calendar(profile).open
    whole, rest = divmod(at, HOUR)
    return sum(is_open[hour % 168] for hour in range(whole)) * HOUR + is_open[whole % 168] * rest


@given(
    st.sampled_from([None, THREE_DAYS, ODD]),
    st.one_of(st.integers(0, 3 * WEEK), st.integers(0, 500).map(lambda hour: hour * HOUR)),
    st.one_of(st.integers(0, 3 * WEEK), st.integers(0, 100).map(lambda hour: hour * HOUR)),
)
def test_work_is_done_at_the_first_moment_by_which_so_much_was_worked(profile, now, work):
    hours = calendar(profile)
    done = hours.worked_until(now, work)
    before = worked_by_walking(now, profile)
    assert hours.worked(np.array([now, done])).tolist() == [before, before + work]
    assert worked_by_walking(done, profile) == before + work
    if work:
        assert worked_by_walking(done - 1, profile) == before + work - 1
    else:
        assert done == hours.next_open(now)


def test_work_is_done_when_an_hour_ends_and_not_when_the_next_one_begins():
    hours = calendar(THREE_DAYS)
    assert hours.worked_until(9 * HOUR, 24 * HOUR) == 3 * DAY + 17 * HOUR
    assert hours.worked_until(9 * HOUR, 2 * 24 * HOUR) == WEEK + 3 * DAY + 17 * HOUR
    assert hours.worked_until(9 * HOUR, 24 * HOUR + 1) == WEEK + 9 * HOUR + 1


def test_work_without_end_is_cut_far_behind_any_horizon():
    for profile in (None, THREE_DAYS, ODD):
        assert FOREVER >> 3 < calendar(profile).worked_until(FOREVER, FOREVER >> 1) - FOREVER < FOREVER >> 1
