import dataclasses
import subprocess
import sys

import pytest

from keras_genre.models.fusion_heads import FUSION_HEADS
from keras_genre.models.poster_encoders import POSTER_ENCODERS
from keras_genre.models.text_encoders import TEXT_ENCODERS
from keras_genre.presets import PRESETS, Preset, get_preset


@pytest.mark.parametrize("name", PRESETS)
def test_preset_parts_are_registered_and_described(name):
    preset = get_preset(name)
    assert preset is PRESETS[name]
    assert preset.description.endswith(".")
    assert preset.text_encoder or preset.poster_encoder
    assert preset.text_encoder is None or preset.text_encoder in TEXT_ENCODERS
    assert preset.poster_encoder is None or preset.poster_encoder in POSTER_ENCODERS
    assert preset.fusion_head in FUSION_HEADS


def test_get_preset_misspelt_name_names_all_and_the_close_match():
    with pytest.raises(ValueError, match="Unknown preset 'concat_fusion'") as error:
        get_preset("concat_fusion")
    assert all(name in str(error.value) for name in PRESETS)
    assert str(error.value).endswith("Did you mean 'concat_fusion_small'?")


@pytest.mark.parametrize("name", ["zzzzzz", "", None])
def test_get_preset_unlike_any_name_makes_no_guess(name):
    with pytest.raises(ValueError, match="Unknown preset") as error:
        get_preset(name)
    assert "Did you mean" not in str(error.value)


def test_preset_changed_after_the_fact_refused():
    with pytest.raises(dataclasses.FrozenInstanceError):
        get_preset("lstm").max_tokens = 5
    assert hash(Preset("A model.", text_options=(("dropout", 0.1),)))


def test_import_presets_nothing_heavy_comes_along():
    code = "import sys, keras_genre.presets; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "keras_genre.presets" in done.stdout.split()
    assert not {"numpy", "keras", "tensorflow", "pandas"} & set(done.stdout.split())
