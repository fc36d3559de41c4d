import json
import os

import pytest


@pytest.fixture(scope="module")
def models(tiny_run, tmp_path_factory):
    """A folder of models with one version of the run."""
    from keras_genre.export import export_run

    folder = tmp_path_factory.mktemp("models")
    export_run(tiny_run, folder, batch_sizes=[1])
    return folder


def test_rollback_serves_an_earlier_version(run, tiny_run, models):
    code, out, err = run("rollback", models / tiny_run.name, "--to", 1, "--json")
    assert code == 0, err
    assert json.loads(out) == {"model": tiny_run.name, "version": 2, "copy_of": 1}
    code, _, err = run("rollback", models / tiny_run.name, "--to", 9)
    assert code == 1
    assert "has no version 9. It has 1, 2" in err


def test_export_of_narrow_weights_tells_size_and_loss_labels_and_retains(run, tiny_run, models):
    options = ["--weights", "float16", "--batch-sizes", "1,2", "--label", "canary", "--keep", 1]
    code, out, err = run("export", tiny_run.folder, "--to", models, *options, "--json")
    assert code == 0, err
    result = json.loads(out)
    assert result["version"] == 3
    narrow, wide = (
        sum(path.stat().st_size for path in (models / tiny_run.name / version).rglob("*.data*"))
        for version in ("3", "2")
    )
    assert narrow < wide * 0.6
    assert result["bytes"] > narrow
    assert result["measured"]["films"] > 0
    assert result["deleted"] == [1]  # the second has become stable
    config = (models / "models.config").read_text()
    assert "canary" in config
    assert "stable" in config
    assert f'base_path: "/models/{tiny_run.name}"' in config
    assert sorted(os.listdir(models / tiny_run.name)) == ["2", "3"]


def test_label_moves_to_a_version_that_is_loaded_and_lets_another_be_loaded_first(
    run, tiny_run, models
):
    line = ("label", models / tiny_run.name, "stable", 2)
    code, out, err = run(*line)
    assert code == 0, err
    assert out == f"stable is version 2 in {models / 'models.config'}\n"
    (models / tiny_run.name / "4").mkdir()
    line = ("label", models / tiny_run.name, "stable", 4)
    assert "stable is still version 2. Give keras-genre label again" in run(*line)[1]
    assert run(*line)[1].startswith("stable is version 4")
    assert run("label", models / tiny_run.name, "stable", 2)[0] == 0
    assert run("label", models / tiny_run.name, "stable", 2)[0] == 0
    (models / tiny_run.name / "4").rmdir()
    assert run(*line[:2], "stable", 2, "--mounted-at", "/srv")[0] == 0
    assert f'base_path: "/srv/{tiny_run.name}"' in (models / "models.config").read_text()
    code, _, err = run(*line[:2], "stable", 2, "--mounted-at", "srv")
    assert code == 1
    assert err == "Error: Expected an absolute path of the server, received 'srv'.\n"
    code, _, err = run("label", models / tiny_run.name, "stable", 9)
    assert code == 1
    assert "no version 9" in err


def test_export_told_where_the_server_has_it_without_a_label_is_refused(run, tiny_run):
    code, _, err = run("export", tiny_run.folder, "--mounted-at", "/srv")
    assert code == 2
    assert "with --label" in err


@pytest.mark.parametrize("sizes", ["1,x", "one"])
def test_export_with_batch_sizes_that_are_no_numbers_is_refused(run, tiny_run, sizes):
    code, _, err = run("export", tiny_run.folder, "--batch-sizes", sizes)
    assert code == 2
    assert "Expected whole numbers such as 1,8,32" in err
