# ruff: noqa: RUF001 (letters of other alphabets are the point here)
import pytest

from keras_genre.catalog import read_poster_csv
from keras_genre.catalog.csv_encoding import recognise_encoding
from keras_genre.errors import CatalogError

# Sentences of nobody, in what people's spreadsheets still save. Most rows of a table are English.
WEST_EUROPEAN = {
    "French": "La forêt où Zoé rêve d’être libérée : « déjà », dit le garçon, ça paraît gênant.",
    "German": "Ein müder Müller läuft größere Umwege über die Brücke und hört Käuzchen.",
    "Spanish": "¿Quién soñó con volar? El niño español, mañana, en el jardín de su señora tía.",
    "Portuguese": "As decisões não são fáceis; à noite o coração dói, e a avó também.",
    "Italian": "Perché è così? Più o meno nessuno lo sa, né in città né al caffè.",
    "Danish": "Når mørket falder på, må hun vælge vejen hjem gennem den grønne å.",
    "Finnish": "Tyttö löytää kirjeen, joka muuttaa hänen elämänsä täysin.",
    "English": "She doesn’t sleep — “never again”…",
}
OTHERS = {
    (
        "cp1250",
        "Polish",
    ): "Młoda dziewczyna przyjeżdża i znajduje list, który każdy się boi.",
    ("cp1250", "Czech"): "Mladá dívka přijíždí a nachází dopis, který změní její život.",
    ("cp1250", "Hungarian"): "Egy idős férfi visszatér szülőfalujába, hogy megkeresse régi őrét.",
    ("cp1254", "Turkish"): "Genç kız şehre gelir ve hayatını değiştirecek mektubu kim yazdı.",
    ("cp1251", "Russian"): "Молодая девушка находит письмо, которое меняет её жизнь.",
    ("koi8-r", "Russian"): "Молодая девушка находит письмо, которое меняет её жизнь.",
    ("cp1253", "Greek"): "Μια νεαρή κοπέλα βρίσκει ένα γράμμα που αλλάζει τη ζωή της.",
    ("cp1257", "Latvian"): "Jauna meitene ierodas pilsētā un atrod vēstuli, kas maina dzīvi.",
    ("shift_jis", "Japanese"): "若い女性が町に来て、人生を変える手紙を見つける。",
    ("gb18030", "Chinese"): "一个年轻的女孩来到城里，发现了一封改变她一生的信。",
    ("euc_kr", "Korean"): "한 젊은 여자가 도시에 와서 편지를 발견한다.",
    ("mac_roman", "French"): "La forêt où Zoé rêve d'être libérée.",
    ("cp850", "French"): "La forêt où Zoé rêve d'être libérée.",
}


def _table(tmp_path, text, encoding):
    english = "A tired detective follows a trail of letters and learns little from them."
    rows = [f"{n},Drama,{english}" for n in range(20)]
    path = tmp_path / "films.csv"
    path.write_bytes("\r\n".join(["id,genres,plot", *rows, f'x,War,"{text}"', ""]).encode(encoding))
    return path


@pytest.mark.parametrize("language", WEST_EUROPEAN)
def test_read_poster_csv_of_windows_1252_is_read_and_noted(tmp_path, language):
    text = WEST_EUROPEAN[language]
    catalog = read_poster_csv(_table(tmp_path, text, "cp1252"))
    assert catalog.frame["plot"].iloc[-1] == text
    assert "films.csv: not UTF-8; read as Windows-1252" in " ".join(catalog.notes)


def test_read_poster_csv_of_windows_1252_shows_words_to_judge_by(tmp_path):
    notes = read_poster_csv(_table(tmp_path, WEST_EUROPEAN["German"], "cp1252")).notes
    assert any("8 of 8 accented words" in note and "'müder', 'Müller'" in note for note in notes)


@pytest.mark.parametrize(("encoding", "language"), OTHERS)
def test_read_poster_csv_of_another_encoding_asks_for_its_name(tmp_path, encoding, language):
    path = _table(tmp_path, OTHERS[encoding, language], encoding)
    with pytest.raises(CatalogError, match=r"is not UTF-8 \(line 22 has .*name its encoding"):
        read_poster_csv(path)
    catalog = read_poster_csv(path, encoding=encoding)
    assert catalog.frame["plot"].iloc[-1] == OTHERS[encoding, language]
    assert f"films.csv: read as {encoding}, as told" in catalog.notes


def test_read_poster_csv_of_utf_8_with_one_broken_character_is_refused(tmp_path):
    path = _table(tmp_path, WEST_EUROPEAN["French"], "utf-8")
    path.write_bytes(path.read_bytes().replace("ê".encode(), b"\xea", 1))
    with pytest.raises(CatalogError, match=r"line 22 has byte 0xEA.*words would read"):
        read_poster_csv(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_read_poster_csv_of_unicode_needs_no_name(tmp_path, encoding):
    text = OTHERS["cp1251", "Russian"] + " 🎬"
    catalog = read_poster_csv(_table(tmp_path, text, encoding))
    assert catalog.frame["plot"].iloc[-1] == text
    noted = "films.csv: read as UTF-16, by its byte order mark" in catalog.notes
    assert noted == (encoding == "utf-16")


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "utf_8_sig"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_read_poster_csv_told_utf_8_takes_a_byte_order_mark_too(tmp_path, encoding, mark):
    path = tmp_path / "films.csv"
    path.write_text(f"{mark}id,genres\n1,Drama\n", encoding="utf-8")
    assert "id = 'id'" in read_poster_csv(path, encoding=encoding).notes[0]


def test_read_poster_csv_told_a_wrong_encoding_is_refused(tmp_path):
    path = _table(tmp_path, "x", "utf-8")
    path.write_bytes(path.read_bytes() + b'y,War,"\xff\xff"\n')
    for encoding in ("utf-8", "ascii", "utf-16"):
        with pytest.raises(CatalogError, match=r"films\.csv is not in the encoding .*Name"):
            read_poster_csv(path, encoding=encoding)


@pytest.mark.parametrize("encoding", ["utf-88", "base64", "klingon"])
def test_read_poster_csv_told_no_encoding_is_refused(tmp_path, encoding):
    path = _table(tmp_path, "x", "utf-8")
    with pytest.raises(ValueError, match=f"Unknown encoding '{encoding}'"):
        read_poster_csv(path, encoding=encoding)


def test_recognise_encoding_of_a_character_across_blocks_is_utf_8(tmp_path, monkeypatch):
    monkeypatch.setattr("keras_genre.catalog.csv_encoding._BLOCK", 7)
    path = tmp_path / "films.csv"
    for shift in range(8):
        path.write_text("x" * shift + "🎬é" * 9, encoding="utf-8")
        assert recognise_encoding(path, path) == ("utf-8-sig", "")
        path.write_bytes(path.read_bytes() + b"\xff")
        with pytest.raises(CatalogError, match="line 1 has byte 0xFF"):
            recognise_encoding(path, path)


def test_recognise_encoding_of_a_character_cut_off_at_the_end_is_not_utf_8(tmp_path):
    path = tmp_path / "films.csv"
    path.write_bytes("a\nb🎬".encode()[:-1])
    with pytest.raises(CatalogError, match="line 2 has byte 0xF0"):
        recognise_encoding(path, path)


def test_read_poster_csv_of_a_spreadsheet_says_to_save_it_as_csv(tmp_path):
    path = tmp_path / "films.xlsx"
    path.write_bytes(b"PK\x03\x04" + bytes(range(256)))
    with pytest.raises(CatalogError, match="save it as CSV"):
        read_poster_csv(path)


def test_read_poster_csv_of_a_picture_is_refused(tmp_path):
    path = tmp_path / "films.csv"
    path.write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(range(256)))
    with pytest.raises(CatalogError, match=r"films\.csv is no text: it begins with b'\\xff\\xd8"):
        read_poster_csv(path)
