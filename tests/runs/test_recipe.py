import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_genre.cli import train as train_command
from keras_genre.errors import RunError
from keras_genre.presets import PRESETS
from keras_genre.runs import Recipe
from keras_genre.runs.recipe_checks import AUGMENTATIONS, LOSSES, RULES, SCHEDULES


@given(
    st.sampled_from(["lstm", "cnn64", "concat_fusion_small"]),
    st.integers(1, 1000),
    st.floats(1e-8, 1.0),
    st.integers(0, 2**31),
)
def test_recipe_through_json_is_the_same(preset, epochs, learning_rate, seed):
    recipe = Recipe(preset, epochs=epochs, learning_rate=learning_rate, seed=seed)
    assert Recipe.from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize(
    ("field", "value"),
    [("epochs", 0), ("batch_size", -1), ("learning_rate", 0.0), ("weight_decay", -1.0),
     ("learning_rate", float("nan")), ("learning_rate", float("inf")), ("patience", 0),
     ("epochs", 2.5), ("batch_size", True), ("seed", -1), ("accumulation", 0),
     ("clip_norm", 0.0), ("warmup_epochs", -1.0), ("plateau_factor", 1.0), ("ema_momentum", 1.0),
     ("label_smoothing", -0.1), ("refine_epochs", -1), ("refine_learning_rate", 0.0),
     ("encoder_learning_rate", float("nan")), ("plateau_patience", 0), ("schedule", "linear"),
     ("lowest_learning_rate", 1.0), ("word_evidence", 1.0), ("poster_evidence", 1.1)],
)  # fmt: skip
def test_recipe_with_value_out_of_range_names_the_field(field, value):
    with pytest.raises(ValueError, match=field):
        Recipe("lstm", **{field: value})


def test_recipe_of_unknown_preset_names_the_close_match():
    with pytest.raises(ValueError, match="Did you mean 'lstm'"):
        Recipe("lstn")


def test_recipe_of_unknown_loss_names_the_known():
    with pytest.raises(ValueError, match="weighted_bce"):
        Recipe("lstm", loss="mse")


@pytest.mark.parametrize("text", ["", "[]", '{"preset": "lstm", "epoch": 3}', "{"])
def test_recipe_from_other_text_raises_run_error(text):
    with pytest.raises(RunError, match="no recipe"):
        Recipe.from_json(text)


@pytest.mark.parametrize(
    ("preset", "augmentation", "message"),
    [
        ("cnn64", "flips", "rand_augment"),
        ("lstm", "standard", "'lstm' sees no posters"),
        ("concat_fusion_small", "mix_up", "reads plots"),
        ("concat_fusion_small", "cut_mix", "reads plots"),
    ],
)
def test_recipe_of_augmentation_that_does_not_suit_says_why(preset, augmentation, message):
    with pytest.raises(ValueError, match=message):
        Recipe(preset, augmentation=augmentation)


@pytest.mark.parametrize("share", [-0.1, 1.0, 1.5, float("nan")])
def test_recipe_of_modality_dropout_out_of_range_is_refused(share):
    with pytest.raises(ValueError, match=r"modality_dropout .* below 1, received"):
        Recipe("concat_fusion_small", modality_dropout=share)


@pytest.mark.parametrize("preset", ["lstm", "cnn64"])
def test_recipe_of_modality_dropout_with_one_encoder_is_refused(preset):
    with pytest.raises(ValueError, match=f"'{preset}' has one encoder.*modality_dropout 0"):
        Recipe(preset, modality_dropout=0.2)


@pytest.mark.parametrize(
    ("preset", "field"),
    [("lstm", "text_weights"), ("lstm", "poster_weights"), ("cnn64", "poster_weights"),
     ("resnet18", "text_weights"), ("concat_fusion_small", "text_weights")],
)  # fmt: skip
def test_recipe_of_weights_that_no_encoder_takes_is_refused(preset, field):
    with pytest.raises(ValueError, match=f"'{preset}' expected no {field}"):
        Recipe(preset, **{field: "random"})


@pytest.mark.parametrize("weights", ["", 3, True, ["a"]])
def test_recipe_of_weights_that_are_no_text_is_refused(weights):
    with pytest.raises(ValueError, match="Expected text_weights as text or None"):
        Recipe("distilbert", text_weights=weights)


def test_recipe_with_weights_and_dropout_through_json_is_the_same():
    recipe = Recipe(
        "late_fusion", modality_dropout=0.3, text_weights="random", poster_weights="a/folder"
    )
    assert Recipe.from_json(recipe.to_json()) == recipe


def test_recipe_written_before_weights_and_dropout_still_loads():
    text = (
        '{"preset": "lstm", "epochs": 2, "batch_size": 32, "learning_rate": 0.002, '
        '"weight_decay": 0.01, "loss": "bce", "patience": 4, "augmentation": "none", '
        '"dtype": "float32", "seed": 0}'
    )
    assert Recipe.from_json(text) == Recipe("lstm", epochs=2, dtype="float32")


@pytest.mark.parametrize(
    ("name", "known"),
    [("augmentation", AUGMENTATIONS), ("schedule", SCHEDULES), ("loss", LOSSES), ("rule", RULES)],
)
def test_recipe_of_every_name_can_be_asked_for_on_the_command_line(name, known):
    (option,) = (p for p in train_command.command.params if p.name == name)
    assert tuple(option.type.choices) == known


def test_recipe_of_a_preset_is_that_of_its_source():
    recipe = Recipe.from_preset("attention_fusion", epochs=3, batch_size=None)
    assert (recipe.learning_rate, recipe.weight_decay, recipe.loss) == (
        3e-5,
        0.05,
        "weighted_bce_whole",
    )
    assert (recipe.epochs, recipe.batch_size) == (3, 32)
    assert Recipe.from_preset("lstm") == Recipe("lstm")


@pytest.mark.parametrize("name", PRESETS)
def test_recipe_of_every_preset_is_sound(name):
    recipe = Recipe.from_preset(name)
    assert Recipe.from_json(recipe.to_json()) == recipe


def test_recipe_with_changes_through_json_is_the_same_and_can_be_hashed():
    changes = [["text_options", [["pooling", "last"]]], ["max_tokens", 30]]
    recipe = Recipe("bilstm_attention", changes=changes)
    assert Recipe.from_json(recipe.to_json()) == recipe
    assert hash(recipe) == hash(Recipe.from_json(recipe.to_json()))
    assert dict(recipe.preset_changes["text_options"]) == {"pooling": "last"}


@pytest.mark.parametrize(
    ("preset", "values", "message"),
    [
        ("minilm", {"word_vectors": "glove.txt"}, "'minilm' learns no words"),
        ("cnn64", {"word_vectors": "glove.txt"}, "'cnn64' learns no words"),
        ("lstm", {"word_vectors": ""}, "word_vectors as text"),
        ("lstm", {"text_freeze": "all"}, "takes no pretrained weights"),
        ("minilm", {"text_weights": "random", "text_freeze": "all"}, "Expected text_weights"),
        ("minilm", {"changes": (("text_freeze", "all"),)}, "text_freeze as a field of the recipe"),
        ("minilm", {"changes": (("hidden_dim", 3),)}, "no field 'hidden_dim'"),
    ],
)
def test_recipe_of_what_does_not_suit_the_preset_says_why(preset, values, message):
    with pytest.raises(ValueError, match=message):
        Recipe(preset, **values)
