"""Named random streams."""

import pytest

from convexify.seeds import generator, integer_seed, seed_sequence


def test_stream_is_fixed_across_machines():
    assert integer_seed(20220510, "linear_duality", "mnist", 0) == 3646628080


def test_same_names_give_the_same_numbers():
    assert (generator(1, "a", 2).random(5) == generator(1, "a", 2).random(5)).all()


@pytest.mark.parametrize("other", [(2, "a", 2), (1, "b", 2), (1, "a", 3), (1, "a"), (1, "a2"), (1, "a", 2, "")])
def test_other_names_give_other_numbers(other):
    assert integer_seed(*other) != integer_seed(1, "a", 2)


@pytest.mark.parametrize("root", [-1, 1.5, True, "1"])
def test_root_that_is_no_natural_number_is_refused(root):
    with pytest.raises(ValueError, match="root: expected a non-negative integer"):
        seed_sequence(root, "a")
