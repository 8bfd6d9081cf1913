import pytest
import squares


@pytest.mark.leak_free
def test_leaves_nothing():
    assert squares.squares([1.0, 2.0, 3.0]) == [1.0, 4.0, 9.0]


@pytest.mark.fails_cleanly
def test_survives_without_memory():
    assert squares.squares([1.0, 2.0, 3.0]) == [1.0, 4.0, 9.0]


@pytest.mark.max_allocations(10)
def test_asks_seldom():
    squares.squares([1.0, 2.0, 3.0])


@pytest.mark.leak_free
@pytest.mark.fails_cleanly(errors=(MemoryError, TypeError))
def test_refuses_words():
    with pytest.raises(TypeError):
        squares.squares([1.0, "two"])
