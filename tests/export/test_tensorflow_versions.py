"""Exported models in a TensorFlow that the tests themselves do not run on."""

import json
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from keras_genre.export import export_run

_CODE = """
import json, sys, tensorflow as tf
answers = {"tensorflow": tf.__version__}
for folder in sys.argv[1:]:
    served = tf.saved_model.load(folder).signatures["serving_default"]
    answer = served(plot=tf.constant(["A duel at noon.", ""]), poster=tf.constant(["", "?"]))
    answers[folder] = answer["probabilities"].numpy().tolist()
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def older_python(tmp_path_factory):
    """A Python with TensorFlow 2.20 and nothing else of what the tests need."""
    folder = tmp_path_factory.mktemp("tensorflow_2_20") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    installed = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "tensorflow==2.20.*"],
        capture_output=True,
        text=True,
    )
    if installed.returncode:
        pytest.skip(f"pip cannot install TensorFlow 2.20: {installed.stderr[-300:]}")
    return python


@pytest.mark.slow
def test_exported_models_answer_the_same_in_tensorflow_2_20(
    older_python, exported_model, tiny_run, tmp_path
):
    narrow = [export_run(tiny_run, tmp_path / name, name) for name in ("float16", "int8")]
    folders = [str(folder) for folder in (exported_model, *narrow)]
    shown = subprocess.run(
        [older_python, "-c", _CODE, *folders], capture_output=True, text=True, check=True
    )
    answers = json.loads(shown.stdout)
    assert answers["tensorflow"].startswith("2.20.")
    for folder in folders:
        here = tf.saved_model.load(folder).signatures["serving_default"](
            plot=tf.constant(["A duel at noon.", ""]), poster=tf.constant(["", "?"])
        )
        np.testing.assert_allclose(answers[folder], here["probabilities"], atol=1e-5)
