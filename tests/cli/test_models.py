import json
import subprocess
import sys

from keras_genre.presets import PRESETS


def test_models_as_json_are_the_presets(run):
    code, out, err = run("models", "--json")
    assert (code, err) == (0, "")
    models = {model.pop("name"): model for model in json.loads(out)["models"]}
    assert list(models) == list(PRESETS)
    assert models["attention_fusion"] == {
        "description": PRESETS["attention_fusion"].description,
        "text_encoder": "distilbert",
        "poster_encoder": "resnet",
        "fusion_head": "attention",
        "max_tokens": 512,
        "tokenizer": "wordpiece",
        "image_size": 224,
        "text_weights": "hf://distilbert/distilbert-base-uncased",
        "poster_weights": "hf://timm/resnet18.a1_in1k",
        "parameters": 80_847_319,
        "published_parameters": 83_800_000,
        "gap": PRESETS["attention_fusion"].gap,
        "source": "Fusion study of seven models on MM-IMDb",
    }
    nothing = ("poster_encoder", "image_size", "poster_weights", "published_parameters")
    assert [models["lstm"][key] for key in nothing] == [None] * 4
    assert [models["cnn64"][key] for key in ("max_tokens", "tokenizer")] == [None] * 2


def test_models_for_people_fit_a_terminal(run):
    code, out, _ = run("models")
    assert code == 0
    assert [line for line in out.splitlines() if line and line[0] != " "] == list(PRESETS)
    assert max(map(len, out.splitlines())) <= 80
    blocks = dict(block.split("\n", 1) for block in out.strip().split("\n\n"))
    assert "lstm + cnn64, gated head; 128 words; 64x64 pixels" in blocks["gated_fusion_small"]
    assert "512 word pieces; 224x224 pixels" in blocks["late_fusion"]
    assert "\n  77.9M parameters; published 77.9M\n" in blocks["late_fusion"]
    assert (
        "\n  80.8M parameters; published 83.8M:\n  the stated layers" in blocks["attention_fusion"]
    )
    assert "\n  2.7M parameters\n" in blocks["lstm"]
    assert "77 word pieces; 224x224 pixels" in blocks["clip_fusion"]
    assert "pixels" not in blocks["lstm"]
    assert "words" not in blocks["cnn64"]


def test_models_import_nothing_heavy():
    code = (
        "import atexit, json, sys\n"
        "from keras_genre.cli.main import main\n"
        "atexit.register(lambda: print(json.dumps(list(sys.modules)), file=sys.stderr))\n"
        "main(['models'])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = set(json.loads(shown.stderr))
    assert "keras_genre.cli.models" in imported
    assert imported & {"tensorflow", "keras", "numpy", "pandas"} == set()
