import json

import keras_hub
import pytest
from byte_pair_reference import learned, reference

from keras_genre.errors import WeightsError
from keras_genre.preprocessing.byte_pair_files import read_byte_pairs

HEADER = "#version: 0.2\n"


def write(folder, names=("vocab.json", "merges.txt"), header=HEADER, end="\n"):
    pieces, merges = learned()
    ids = {piece: number for number, piece in enumerate(pieces)}
    paths = [folder / name for name in names]
    paths[0].parent.mkdir(parents=True, exist_ok=True)
    # Not in the order of the ids.
    paths[0].write_text(json.dumps(dict(sorted(ids.items()))), encoding="utf-8")
    paths[1].write_bytes((header + "".join(merge + end for merge in merges)).encode())
    return paths


@pytest.mark.parametrize("header", [HEADER, ""])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("at", ["vocab.json", "assets/tokenizer/vocabulary.json"])
def test_byte_pairs_of_a_folder_are_in_the_order_of_their_ids(tmp_path, at, header, end):
    write(tmp_path, (at, at.rpartition("/")[0] + "/merges.txt" if "/" in at else "merges.txt"),
          header, end)  # fmt: skip
    assert read_byte_pairs(tmp_path) == learned()
    assert read_byte_pairs(str(tmp_path)) == learned()


def test_byte_pairs_of_a_preset_that_keras_hub_saved_are_its_tokenizers(tmp_path):
    reference(*learned()).save_to_preset(str(tmp_path / "preset"))
    assert read_byte_pairs(tmp_path / "preset") == learned()


@pytest.mark.parametrize("number", [0, 1])
def test_byte_pairs_of_a_folder_that_lacks_a_file_say_how_to_go_on(tmp_path, number):
    write(tmp_path)[number].unlink()
    with pytest.raises(
        WeightsError, match=r"expected vocab\.json with merges\.txt or .*found .*\. Download vocab"
    ):
        read_byte_pairs(tmp_path)


def test_byte_pairs_of_a_path_that_is_not_there_say_how_to_go_on(tmp_path):
    with pytest.raises(WeightsError, match=r"no vocabulary folder '.*gone'\. Download vocab"):
        read_byte_pairs(tmp_path / "gone")
    with pytest.raises(WeightsError, match=r"no vocabulary folder '.*vocab\.json'"):
        read_byte_pairs(write(tmp_path)[0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"a": 0, ', r"vocab\.json' is no JSON: "),
        (b'["a", "b"]', "is no table of pieces and their ids"),
        (b'{"a": "0"}', "is no table of pieces and their ids"),
        (b'{"a": 0, "b": 2}', "is damaged: expected ids from 0 to 1, each once"),
        (b"\xff\xfe", r"vocab\.json' cannot be read"),
    ],
)
def test_byte_pairs_of_a_damaged_vocabulary_are_refused(tmp_path, content, message):
    write(tmp_path)[0].write_bytes(content)
    with pytest.raises(WeightsError, match=message):
        read_byte_pairs(tmp_path)


def test_byte_pairs_of_merges_that_are_no_text_are_refused(tmp_path):
    write(tmp_path)[1].write_bytes(b"\xff\xfe")
    with pytest.raises(WeightsError, match=r"merges\.txt' cannot be read"):
        read_byte_pairs(tmp_path)


def answer_for_the_hub(monkeypatch, answer):
    handles = []

    def from_preset(handle):
        handles.append(handle)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(keras_hub.tokenizers.Tokenizer, "from_preset", from_preset)
    return handles


def test_byte_pairs_of_a_handle_are_those_of_its_tokenizer(monkeypatch):
    handles = answer_for_the_hub(monkeypatch, reference(*learned()))
    assert read_byte_pairs("kaggle://keras/clip/keras/some") == learned()
    assert handles == ["kaggle://keras/clip/keras/some"]


def test_byte_pairs_of_a_handle_without_a_network_say_how_to_go_on(monkeypatch):
    answer_for_the_hub(monkeypatch, OSError("Name or service not known."))
    with pytest.raises(WeightsError, match=r"downloaded: Name or service not known\. Download v"):
        read_byte_pairs("hf://someone/some-clip")


def test_byte_pairs_of_a_handle_of_another_tokenizer_are_refused(monkeypatch):
    answer_for_the_hub(monkeypatch, keras_hub.tokenizers.ByteTokenizer())
    with pytest.raises(WeightsError, match="has a ByteTokenizer, expected one of CLIP's byte pa"):
        read_byte_pairs("hf://someone/some-gpt")
