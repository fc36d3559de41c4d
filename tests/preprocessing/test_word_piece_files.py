import keras_hub
import pytest

from keras_genre.errors import WeightsError
from keras_genre.preprocessing.word_piece_files import read_word_pieces

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "heist", "##s", "\u2028", "\x85", "é"]


def write(path, pieces=PIECES, end="\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(piece + end for piece in pieces).encode())
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_pieces_of_a_file_are_its_lines(tmp_path, end):
    assert read_word_pieces(write(tmp_path / "vocab.txt", end=end)) == PIECES


def test_pieces_of_a_file_without_a_last_line_end_are_its_lines(tmp_path):
    path = tmp_path / "pieces"
    path.write_bytes("\n".join(PIECES).encode())
    assert read_word_pieces(str(path)) == PIECES


@pytest.mark.parametrize("name", ["vocab.txt", "assets/tokenizer/vocabulary.txt"])
def test_pieces_of_a_folder_are_those_of_its_vocabulary(tmp_path, name):
    write(tmp_path / name)
    assert read_word_pieces(tmp_path) == PIECES


def test_pieces_of_a_preset_that_keras_hub_saved_are_its_tokenizers(tmp_path):
    tokenizer = keras_hub.tokenizers.BertTokenizer(vocabulary=PIECES, lowercase=True)
    tokenizer.save_to_preset(str(tmp_path / "preset"))
    assert read_word_pieces(tmp_path / "preset") == PIECES


def test_pieces_of_a_weights_file_lie_beside_it(tmp_path):
    write(tmp_path / "vocab.txt")
    (tmp_path / "bert.weights.h5").write_bytes(b"weights")
    assert read_word_pieces(tmp_path / "bert.weights.h5") == PIECES


def test_pieces_of_a_folder_without_a_vocabulary_say_how_to_go_on(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(WeightsError, match=r"expected vocab\.txt or .*found config\.json\. Downl"):
        read_word_pieces(tmp_path)


def test_pieces_of_a_path_that_is_not_there_say_how_to_go_on(tmp_path):
    with pytest.raises(WeightsError, match=r"no vocabulary file or folder '.*gone'\. Download the"):
        read_word_pieces(tmp_path / "gone")


def test_pieces_of_a_file_that_is_no_text_say_so(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WeightsError, match=r"model\.safetensors' cannot be read"):
        read_word_pieces(path)


def test_pieces_that_tell_capitals_apart_are_refused(tmp_path):
    write(tmp_path / "vocab.txt", [*PIECES, "Paris"])
    with pytest.raises(WeightsError, match="Choose the uncased model"):
        read_word_pieces(tmp_path)


class _Hub:
    """Stands where KerasHub would ask the network."""

    def __init__(self, monkeypatch, answer):
        self.handles = []

        def from_preset(handle):
            self.handles.append(handle)
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(keras_hub.tokenizers.Tokenizer, "from_preset", from_preset)


def test_pieces_of_a_handle_are_those_of_its_tokenizer(monkeypatch):
    hub = _Hub(monkeypatch, keras_hub.tokenizers.BertTokenizer(vocabulary=PIECES))
    assert read_word_pieces("hf://someone/some-bert") == PIECES
    assert hub.handles == ["hf://someone/some-bert"]


def test_pieces_of_a_handle_without_a_network_say_how_to_go_on(monkeypatch):
    _Hub(monkeypatch, OSError("Name or service not known."))
    with pytest.raises(WeightsError, match=r"downloaded: Name or service not known\. Download the"):
        read_word_pieces("kaggle://keras/bert/keras/bert_tiny")


def test_pieces_of_a_handle_of_another_tokenizer_are_refused(monkeypatch):
    tokenizer = keras_hub.tokenizers.ByteTokenizer()
    _Hub(monkeypatch, tokenizer)
    with pytest.raises(WeightsError, match="has a ByteTokenizer, expected one of WordPieces"):
        read_word_pieces("hf://someone/some-gpt")
