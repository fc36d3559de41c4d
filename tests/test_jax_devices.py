"""The other road to several devices: Keras's own distribution, on JAX."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

_SCRIPT = Path(__file__).parent / "fit_on_jax_devices.py"


@pytest.mark.slow
def test_four_devices_of_jax_give_the_losses_and_weights_of_one():
    done = subprocess.run([sys.executable, _SCRIPT], capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    one, four = found["one"], found["four"]
    assert (one["devices"], four["devices"]) == (1, 4)
    np.testing.assert_allclose(four["loss"], one["loss"], rtol=1e-5)
    assert one["loss"][0] > one["loss"][-1]
    for received, expected in zip(four["weights"], one["weights"], strict=True):
        np.testing.assert_allclose(received, expected, atol=1e-4)
