import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_genre.evaluation.plot_changes import first_words, mistyped

PLOT = "The young heir of Vienna returns, finds 12 letters — and a façade behind each. " * 50
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@given(_TEXTS, st.integers(1, 30))
def test_first_words_of_any_text_are_exactly_its_beginning(text, num_words):
    cut = first_words(text, num_words)
    assert cut.split() == text.split()[:num_words]
    assert text.startswith(cut)
    if len(text.split()) <= num_words:
        assert cut == text


@given(_TEXTS, st.floats(0, 1), st.integers(0, 100))
def test_mistyped_again_is_the_same(text, rate, seed):
    assert mistyped(text, rate, seed) == mistyped(text, rate, seed)


@given(_TEXTS, st.integers(0, 100))
def test_mistyped_at_rate_one_changes_every_word_and_nothing_between(text, seed):
    words = re.compile(r"[^\W\d_]{2,}")
    between, changed = words.split(text), mistyped(text, 1.0, seed)
    pattern = r"([^\W\d_]+)".join(map(re.escape, between))
    found = re.fullmatch(pattern, changed)
    assert found, changed
    for before, after in zip(words.findall(text), found.groups(), strict=True):
        assert before != after
        assert abs(len(before) - len(after)) <= 1
        assert set(before) >= set(after)


@given(_TEXTS)
def test_mistyped_at_rate_zero_changes_nothing(text):
    assert mistyped(text, 0.0) == text


def test_mistyped_at_a_rate_changes_that_share_of_words():
    before, after = PLOT.split(), mistyped(PLOT, 0.1).split()
    words = [word for word in before if re.search(r"[^\W\d_]{2,}", word)]
    changed = sum(one != other for one, other in zip(before, after, strict=True))
    assert 0.06 < changed / len(words) < 0.14  # standard error 0.013


def test_mistyped_makes_each_kind_of_mistake_as_often():
    words = [f"abcde{chr(97 + i % 20)}{chr(97 + i // 20)}" for i in range(400)]
    lengths = [len(word) - 7 for word in mistyped(" ".join(words), 1.0).split()]
    for length in (-1, 0, 1):  # 133 expected, standard error 9.4
        assert 95 < lengths.count(length) < 172


def test_mistyped_with_another_seed_is_another_text():
    assert mistyped(PLOT, 0.1, seed=0) != mistyped(PLOT, 0.1, seed=1)


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_mistyped_in_another_process_is_the_same(hash_seed):
    code = (
        "from keras_genre.evaluation.plot_changes import mistyped;"
        "import sys; print(mistyped('A heist goes wrong in the old harbour.', 0.5, 3));"
        "assert 'tensorflow' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout.strip() == mistyped("A heist goes wrong in the old harbour.", 0.5, 3)
