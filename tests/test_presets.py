import contextlib
import dataclasses
import inspect
import subprocess
import sys

import numpy as np
import pytest

from keras_genre.genres import MM_IMDB_GENRES
from keras_genre.models import GenreClassifier
from keras_genre.models.fusion_heads import FUSION_HEADS
from keras_genre.models.poster_encoders import POSTER_ENCODERS
from keras_genre.models.text_encoders import TEXT_ENCODERS
from keras_genre.presets import FUSION_PRESETS, PRESETS, Preset, get_preset
from keras_genre.presets.poster import POSTER_PRESETS, POSTER_WIDTHS
from keras_genre.runs import Recipe


@pytest.mark.parametrize("name", PRESETS)
def test_preset_parts_are_registered_and_described(name):
    preset = get_preset(name)
    assert preset is PRESETS[name]
    assert preset.description.endswith(".")
    assert preset.text_encoder or preset.poster_encoder
    assert preset.text_encoder is None or preset.text_encoder in TEXT_ENCODERS
    assert preset.poster_encoder is None or preset.poster_encoder in POSTER_ENCODERS
    assert preset.fusion_head in FUSION_HEADS
    assert bool(preset.neighbor_dim) == FUSION_HEADS[preset.fusion_head].reads_neighbors
    assert preset.tokenizer in ("words", "wordpiece", "byte_pair")
    assert preset.source or (preset.text_encoder and preset.poster_encoder)
    assert preset.text_encoder or not (preset.text_options or preset.text_weights)
    assert preset.poster_encoder or not (preset.poster_options or preset.poster_weights)


def make_text_encoder(preset):
    encoder = TEXT_ENCODERS[preset.text_encoder](
        preset.vocabulary_size, **dict(preset.text_options)
    )
    encoder.build((None, None))
    return encoder


def make_poster_encoder(preset):
    size = preset.image_size
    encoder = POSTER_ENCODERS[preset.poster_encoder](size, **dict(preset.poster_options))
    encoder.build((None, size, size, 3))
    return encoder


@pytest.mark.slow
@pytest.mark.parametrize("name", PRESETS)
def test_preset_states_the_parameters_that_its_model_has(name):
    preset = get_preset(name)
    fields = ("text_weights", "poster_weights")
    weights = {field: "random" for field in fields if getattr(preset, field)}
    model = GenreClassifier.from_preset(name, MM_IMDB_GENRES, "float32", **weights)
    assert model.count_params() == preset.parameters


@pytest.mark.parametrize("name", PRESETS)
def test_preset_explains_a_gap_to_the_published_parameters_and_nothing_else(name):
    preset = get_preset(name)
    published = preset.published_parameters or preset.parameters
    assert bool(preset.gap) == (abs(preset.parameters / published - 1) > 0.02)


@pytest.mark.parametrize("name", PRESETS)
def test_preset_trains_by_fields_of_a_recipe(name):
    Recipe(name, **dict(get_preset(name).training))


def vector_width(poster_encoder):
    size = poster_encoder.image_size
    return poster_encoder(np.zeros((1, size, size, 3), "uint8"))["vector"].shape[-1]


_QUICK = ("cnn64", "cnn224")
_POSTERS = [
    pytest.param(name, marks=() if name in _QUICK else pytest.mark.slow) for name in POSTER_PRESETS
]


@pytest.mark.parametrize("name", _POSTERS)
def test_neighbor_dim_is_the_width_of_the_poster_encoder(name):
    width = vector_width(make_poster_encoder(get_preset(name)))
    assert POSTER_WIDTHS[name] == get_preset(f"lstm+{name}+graph").neighbor_dim == width
    assert get_preset(f"lstm+{name}+gated").neighbor_dim == 0


@pytest.mark.parametrize(
    ("name", "poster"), [("mm_gatbt", "efficientnet_b0"), ("graph_fusion_small", "cnn64")]
)
def test_neighbor_dim_of_a_preset_is_that_of_its_poster_encoder(name, poster):
    preset, alone = get_preset(name), get_preset(poster)
    same = ("poster_encoder", "image_size", "poster_options")
    assert [getattr(preset, field) for field in same] == [getattr(alone, field) for field in same]
    assert preset.neighbor_dim == POSTER_WIDTHS[poster]


_PUBLISHED_SINGLE = [
    name
    for name, preset in PRESETS.items()
    if preset.published_parameters and not (preset.text_encoder and preset.poster_encoder)
]


@pytest.mark.slow
@pytest.mark.parametrize("name", _PUBLISHED_SINGLE)
def test_published_parameters_are_those_of_the_encoder_and_its_classifier(name):
    preset = get_preset(name)
    if preset.text_encoder:
        encoder = make_text_encoder(preset)
        width = encoder(np.ones((1, 3), "int32"))["vector"].shape[-1]
    else:
        encoder = make_poster_encoder(preset)
        width = vector_width(encoder)
    hidden = dict(preset.fusion_options)["hidden_dim"]
    classifier = (width * hidden + hidden) + (hidden * 23 + 23)
    # Published to a tenth of a million.
    total = encoder.count_params() + classifier
    assert round(total / 1e6, 1) == preset.published_parameters / 1e6


# Counted by hand from the published layers; batch normalisation has four numbers a filter.
BERT_LAYER = 4 * (768 * 768 + 768) + 2 * 768 * 3072 + 3072 + 768 + 4 * 768
BERT_EMBEDDINGS = (30_522 + 512) * 768 + 2 * 768
# 0 is padding for each text encoder, and a token for CLIP, which has a row for it.
CLIP_LAYER = 4 * (512 * 512 + 512) + 2 * 512 * 2048 + 2048 + 512 + 4 * 512
CLIP_TEXT = (49_408 + 77) * 512 + 12 * CLIP_LAYER + 2 * 512 + 512 * 512
MINILM_LAYER = 4 * (384 * 384 + 384) + 2 * 384 * 1536 + 1536 + 384 + 4 * 384


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gru", 20_000 * 128 + 3 * ((128 + 128) * 128 + 2 * 128)),
        ("distilbert", BERT_EMBEDDINGS + 6 * BERT_LAYER),
        ("tmdb_distilbert", BERT_EMBEDDINGS + 6 * BERT_LAYER),
        ("bert", BERT_EMBEDDINGS + 2 * 768 + 12 * BERT_LAYER),
        ("minilm", (30_522 + 512 + 2 + 2) * 384 + 6 * MINILM_LAYER),
        ("clip_text", CLIP_TEXT),
    ],
)
def test_text_parameters_equal_the_hand_calculation(name, expected):
    assert make_text_encoder(get_preset(name)).count_params() == expected


def dense(inputs, outputs):
    return inputs * outputs + outputs


# The basic blocks of ResNet-18; a convolution without biases and its normalisation.
def convolution(size, inputs, outputs):
    return size * size * inputs * outputs + 4 * outputs


RESNET18 = (
    convolution(7, 3, 64)
    + 4 * convolution(3, 64, 64)
    + sum(
        convolution(3, width // 2, width)
        + 3 * convolution(3, width, width)
        + convolution(1, width // 2, width)
        for width in (128, 256, 512)
    )
)
ENCODERS = BERT_EMBEDDINGS + 6 * BERT_LAYER + RESNET18
GENRES = 23
CROSS_ATTENTION = 4 * dense(512, 512)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "head", "gap"),
    [
        (
            "early_fusion",
            dense(768, 512) + dense(512, 512)
            + dense(1024, 1024) + dense(1024, 512) + dense(512, 256) + dense(256, GENRES),
            0.005,
        ),
        (
            "late_fusion",
            dense(768, 256) + dense(512, 256) + 2 * dense(256, GENRES) + 1,  # and alpha
            0.001,
        ),
        (
            # The study counts 83.8M. The layers that it states give 80.8M, which leaves 3.0M for
            # layers that it does not state.
            "attention_fusion",
            dense(768, 512) + dense(512, 512)
            + 2 * CROSS_ATTENTION + dense(1024, 512) + dense(512, GENRES),
            0.036,
        ),
        (
            "gated_fusion",
            dense(512, 512) + dense(768, 512) + dense(1280, 512)
            + 2 * dense(512, 1024) + dense(512, GENRES),
            None,
        ),
        (
            # Three streams of two layers and their logits, and the weights of the sums.
            "central_fusion",
            dense(512, 512) + dense(768, 512) + 4 * dense(512, 512)
            + 3 * dense(512, GENRES) + 2 + 3,
            None,
        ),
        (
            "tmdb_fusion",
            dense(768, 256) + dense(512, 256) + dense(512, 128) + dense(128, GENRES),
            None,
        ),
    ],
)  # fmt: skip
def test_fusion_parameters_equal_the_hand_calculation_and_come_near_the_published(name, head, gap):
    preset = get_preset(name)
    model = GenreClassifier.from_preset(
        name, MM_IMDB_GENRES, "float32", text_weights="random", poster_weights="random"
    )
    # What is ours alone: the learned vectors of a missing modality, and layer normalisation.
    ours = sum(
        int(np.prod(weight.shape))
        for weight in model.fusion_head.weights
        if "missing" in weight.path or "norm" in weight.path
    )
    assert ours < 10_000
    assert model.count_params() - ours == ENCODERS + head
    if gap is None:
        assert preset.published_parameters is None
    else:
        assert (ENCODERS + head) / preset.published_parameters == pytest.approx(1.0, abs=gap)


def mobile_block(size, inputs, outputs, expansion):
    """An inverted bottleneck of EfficientNet, with squeeze and excitation."""
    wide, squeezed = inputs * expansion, inputs // 4
    return (
        (convolution(1, inputs, wide) if expansion > 1 else 0)
        + convolution(size, 1, wide)  # of each channel alone
        + dense(wide, squeezed) + dense(squeezed, wide)
        + convolution(1, wide, outputs)
    )  # fmt: skip


def efficientnet_b0():
    total, inputs = convolution(3, 3, 32), 32
    for size, outputs, repeats, expansion in (
        (3, 16, 1, 1), (3, 24, 2, 6), (5, 40, 2, 6), (3, 80, 3, 6), (5, 112, 3, 6), (5, 192, 4, 6),
        (3, 320, 1, 6),
    ):  # fmt: skip
        for _ in range(repeats):
            total += mobile_block(size, inputs, outputs, expansion)
            inputs = outputs
    scaling = 3 + 3 + 1  # mean and variance of the colours, and a count
    return total + convolution(1, 320, 1280) + scaling


@pytest.mark.slow
def test_graph_parameters_equal_the_hand_calculation():
    model = GenreClassifier.from_preset(
        "mm_gatbt", MM_IMDB_GENRES, "float32", text_weights="random"
    )
    bert = BERT_EMBEDDINGS + 2 * 768 + 12 * BERT_LAYER
    attention = sum(width * 768 + 2 * 768 + 768 for width in (1280, 768))
    skip = 1280 * 768
    head = (
        attention + skip + 2 * BERT_LAYER + dense(768 + 768, 512) + dense(512, GENRES)
        + 1280 + 768  # the learned vectors of a missing poster and plot
    )  # fmt: skip
    assert model.count_params() == bert + efficientnet_b0() + head


# A patch has no bias; 50 positions, and the numbers that KerasHub gives them.
CLIP_IMAGE = 32 * 32 * 3 * 768 + 768 + 50 * 768 + 50 + 12 * BERT_LAYER + 2 * 2 * 768 + 768 * 512


@pytest.mark.parametrize(
    ("name", "encoders", "width"),
    [
        ("clip_text", CLIP_TEXT, 512),
        ("clip_image", CLIP_IMAGE, 512),
        ("clip_fusion", CLIP_TEXT + CLIP_IMAGE, 512 + 512),
    ],
)
def test_clip_parameters_equal_the_hand_calculation(name, encoders, width):
    head = width + dense(width, 256) + dense(256, GENRES)  # with learned vectors where one lacks
    assert get_preset(name).parameters == encoders + head


def test_clip_presets_take_both_halves_from_the_same_weights():
    presets = [get_preset(name) for name in ("clip_text", "clip_image", "clip_fusion")]
    weights = {field for each in presets for field in (each.text_weights, each.poster_weights)}
    assert len(weights - {None}) == 1


@pytest.mark.parametrize(
    ("encoders", "kind"), [(TEXT_ENCODERS, "text"), (POSTER_ENCODERS, "poster")]
)
@pytest.mark.parametrize("field", ["weights", "freeze"])
def test_get_preset_changes_weights_of_the_encoders_that_take_them(
    encoders, kind, field, monkeypatch
):
    for encoder, encoder_class in encoders.items():
        preset = Preset("A model.", **{f"{kind}_encoder": encoder, f"{kind}_weights": "a"})
        monkeypatch.setitem(PRESETS, "one", preset)
        taken = any(
            field in inspect.signature(each.__init__).parameters for each in encoder_class.__mro__
        )
        with contextlib.nullcontext() if taken else pytest.raises(ValueError, match="takes no"):
            changed = get_preset("one", **{f"{kind}_{field}": "all"})
            assert getattr(changed, f"{kind}_{field}") == "all"


def test_get_preset_changes_some_options_and_leaves_the_others():
    changed = get_preset("early_fusion", max_tokens=64, fusion_options={"projection_dim": 8})
    options = dict(changed.fusion_options)
    assert (changed.max_tokens, options["projection_dim"], options["dropout"]) == (64, 8, 0.0)
    assert changed.text_encoder == "distilbert"
    assert get_preset("early_fusion").max_tokens == 512
    assert get_preset("lstm", text_weights=None) == get_preset("lstm")


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("lstm", {"max_token": 3}, "no field 'max_token'.*Did you mean 'max_tokens'"),
        ("lstm", {"poster_freeze": "all"}, "no poster_freeze, as it has no poster encoder"),
        ("cnn64", {"text_options": {"dropout": 0.1}}, "no text_options"),
        ("minilm", {"text_weights": "random", "text_freeze": "all"}, "Expected text_weights"),
        ("mobilenet", {"poster_freeze": 2}, "Expected poster_weights beside poster_freeze=2"),
    ],
)
def test_get_preset_changes_that_do_not_suit_say_why(name, changes, message):
    with pytest.raises(ValueError, match=message):
        get_preset(name, **changes)


def test_get_preset_misspelt_name_names_all_and_the_close_match():
    with pytest.raises(ValueError, match="Unknown preset 'concat_fusion_smal'") as error:
        get_preset("concat_fusion_smal")
    assert all(name in str(error.value) for name in PRESETS)
    assert str(error.value).endswith("Did you mean 'concat_fusion_small'?")


@pytest.mark.parametrize("head", sorted({preset.fusion_head for preset in FUSION_PRESETS.values()}))
def test_get_preset_of_any_text_poster_and_head_takes_the_parts_by_name(head):
    preset = get_preset(f"minilm+cnn224+{head}")
    minilm, cnn224 = PRESETS["minilm"], PRESETS["cnn224"]
    assert preset.fusion_head == head
    assert preset.fusion_options == ()  # those of the single models are of their own heads
    assert (preset.text_encoder, preset.text_options) == ("bert", minilm.text_options)
    assert (preset.text_weights, preset.tokenizer) == (minilm.text_weights, "wordpiece")
    assert (preset.poster_encoder, preset.image_size) == ("cnn224", 224)
    assert preset.training == minilm.training
    assert minilm.source in preset.source
    assert cnn224.source in preset.source


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("lstm+cnn64+gate", "Unknown fusion head 'gate'.*Did you mean 'gated'"),
        ("lst+cnn64+gated", "Unknown text preset 'lst'.*Did you mean 'lstm'"),
        ("cnn64+lstm+gated", "Unknown text preset 'cnn64'"),
        ("lstm+late_fusion+gated", "Unknown poster preset 'late_fusion'"),
        ("lstm+cnn64", "Unknown preset 'lstm.cnn64'"),
    ],
)
def test_get_preset_of_parts_that_are_none_names_the_part(name, message):
    with pytest.raises(ValueError, match=message):
        get_preset(name)


def test_model_of_any_parts_is_built_by_name():
    model = GenreClassifier.from_preset("gru+cnn64+late", ["Drama", "War"])
    assert type(model.text_encoder) is TEXT_ENCODERS["gru"]
    assert type(model.fusion_head) is FUSION_HEADS["late"]
    assert model.output_shape == (None, 2)


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
