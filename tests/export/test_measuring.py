import json

import numpy as np
import pytest

from keras_genre.export import export_run
from keras_genre.export.measuring import measure_loss
from keras_genre.scoring import score


def test_measured_loss_of_float32_weights_is_none(tiny_run, tmp_path):
    measured = measure_loss(tiny_run, export_run(tiny_run, tmp_path))
    assert measured["films"] == len(tiny_run.predict("validation"))
    assert measured["largest_change"] < 1e-5
    scores = score(tiny_run.predict("validation"), tiny_run.rule)
    assert measured["macro_f1_before"] == pytest.approx(scores.overall["macro_f1"])
    assert measured["macro_f1_after"] == pytest.approx(measured["macro_f1_before"])


def test_export_with_narrow_weights_tells_what_it_costs(tiny_run, tmp_path):
    folder = export_run(tiny_run, tmp_path, weights="int8", batch_sizes=[2])
    manifest = json.loads((folder / "assets.extra" / "manifest.json").read_text())
    assert manifest["weights"] == "int8"
    assert manifest["warm_up"] == [2]
    assert 1e-7 < manifest["measured"]["largest_change"] < 0.05
    assert manifest["scores"]["validation"]["macro_f1"] == pytest.approx(
        manifest["measured"]["macro_f1_before"]
    )
    assert np.isfinite(manifest["measured"]["macro_f1_after"])
