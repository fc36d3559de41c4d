"""Where records begin and end in a TFRecord file, damaged ones too.

A record is its length (8 bytes), the checksum of these 8 bytes (4), the content, and the checksum
of the content (4); checksums are masked CRC-32C, numbers little-endian. TensorFlow's reader ends
at the first record that does not fit; what is here finds the records after it.

Reference:
    https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
"""

import dataclasses
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

_HEADER, _FOOTER = 12, 4
_SCANNED_AT_ONCE = 1 << 20
_BUFFER = 256 * 1024
_POLYNOMIAL = 0x82F63B78
_MASK = 0xA282EAD8


@dataclasses.dataclass(frozen=True)
class SoundRun:
    """Records in a row that are as they were written.

    Args:
        offset: Where the first begins, in bytes.
        records: How many.
    """

    offset: int
    records: int


@dataclasses.dataclass(frozen=True)
class DamagedRecord:
    """A record whose checksums do not fit.

    Args:
        number: Its place in the file, counted from 0.
        content: Its bytes, damaged somewhere; empty where not even its length is known.
        cut: Whether the file ends before the record does.
    """

    number: int
    content: bytes
    cut: bool


def find_records(path: Path) -> tuple[list[SoundRun], list[DamagedRecord]]:
    """Read a file from end to end, past every damaged record.

    Where the length of a record is damaged, the next record is where a length with its checksum
    stands again; what lies between counts as one record.

    Args:
        path: A TFRecord file, uncompressed.

    Returns:
        Sound records, as runs, and damaged ones, both in the order of the file.
    """
    frames = list(_frames(path))
    sound = _sound(path, [frame.offset for frame in frames if frame.whole])
    runs: list[SoundRun] = []
    damaged: list[DamagedRecord] = []
    in_a_row = False
    for number, frame in enumerate(frames):
        is_sound = frame.offset in sound
        if not is_sound:
            damaged.append(DamagedRecord(number, _content(path, frame), frame.cut))
        elif in_a_row:
            runs[-1] = SoundRun(runs[-1].offset, runs[-1].records + 1)
        else:
            runs.append(SoundRun(frame.offset, 1))
        in_a_row = is_sound
    return runs, damaged


def read_runs(files: Sequence[str], runs: Sequence[SoundRun]) -> tf.data.Dataset:
    """Read runs of records, one after the other.

    Args:
        files: The file of each run.
        runs: The runs.

    Returns:
        A dataset of scalar strings.
    """
    offsets = tf.constant([run.offset for run in runs], tf.int64)
    records = tf.constant([run.records for run in runs], tf.int64)
    slices = tf.data.Dataset.from_tensor_slices((tf.constant(files, tf.string), offsets, records))
    return slices.flat_map(lambda file, offset, number: _from(file, offset).take(number))


def _from(file, offset) -> tf.data.Dataset:
    """The records of a file from an offset on; `TFRecordDataset` always begins at 0.

    TensorFlow 2.21 cannot run this outside a function that `flat_map` or `map` calls.
    """
    variant = tf.raw_ops.TFRecordDatasetV2(
        filenames=tf.reshape(file, [1]),
        compression_type="",
        buffer_size=_BUFFER,
        byte_offsets=tf.reshape(tf.cast(offset, tf.int64), [1]),
    )
    return tf.data.experimental.from_variant(variant, tf.TensorSpec([], tf.string))


def _sound(path: Path, offsets: list[int]) -> set[int]:
    """Those of the offsets where a record begins whose checksums fit."""
    if not offsets:
        return set()

    def checked(offset):
        # A dataset of its own for each record: an error ends one, and no other record with it.
        return _from(str(path), offset).take(1).map(lambda _: offset).get_single_element()

    slices = tf.data.Dataset.from_tensor_slices(tf.constant(offsets, tf.int64))
    return set(map(int, slices.map(checked).ignore_errors().as_numpy_iterator()))


@dataclasses.dataclass(frozen=True)
class _Frame:
    """Where a record begins, and its length (None if damaged, or it would end after the file)."""

    offset: int
    length: int | None
    cut: bool = False

    @property
    def whole(self) -> bool:
        return self.length is not None and not self.cut


def _frames(path: Path) -> Iterator[_Frame]:
    size = path.stat().st_size
    offset = 0
    with path.open("rb") as file:
        while offset < size:
            length = _length(file, offset)
            if length is not None and offset + _HEADER + length + _FOOTER <= size:
                yield _Frame(offset, length)
                offset += _HEADER + length + _FOOTER
            else:
                following = _next(file, offset + 1, size)
                known = length is not None or size - offset < _HEADER
                yield _Frame(offset, length, cut=known and following is None)
                offset = following or size


def _content(path: Path, frame: _Frame) -> bytes:
    with path.open("rb") as file:
        file.seek(frame.offset + _HEADER)
        return file.read(frame.length or 0)


def _length(file, offset: int) -> int | None:
    """The length of the record at an offset, or None if its checksum does not fit."""
    file.seek(offset)
    header = file.read(_HEADER)
    if len(header) < _HEADER or not len(_header_places(header)):
        return None
    return struct.unpack("<Q", header[:8])[0]


def _next(file, offset: int, size: int) -> int | None:
    """Where the next record begins whose length has a fitting checksum and lies in the file."""
    while offset + _HEADER <= size:
        file.seek(offset)
        places = _header_places(file.read(_SCANNED_AT_ONCE + _HEADER - 1))
        for place in (offset + places).tolist():
            if place + _HEADER + (_length(file, place) or 0) + _FOOTER <= size:
                return place
        offset += _SCANNED_AT_ONCE
    return None


def _header_places(content: bytes) -> np.ndarray:
    """Where 8 bytes are followed by their checksum."""
    values = np.frombuffer(content, np.uint8)
    places = len(values) - _HEADER + 1
    crc = np.full(places, 0xFFFFFFFF, np.uint32)
    for byte in range(8):
        crc = _TABLE[(crc ^ values[byte : byte + places]) & 0xFF] ^ (crc >> np.uint32(8))
    crc = ~crc
    masked = ((crc >> np.uint32(15)) | (crc << np.uint32(17))) + np.uint32(_MASK)
    stored = np.zeros(places, np.uint32)
    for byte in range(4):
        stored |= values[8 + byte : 8 + byte + places].astype(np.uint32) << np.uint32(8 * byte)
    return np.flatnonzero(masked == stored)


def _crc_table() -> np.ndarray:
    """The CRC-32C of every byte, reflected."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(_POLYNOMIAL), table >> 1)
    return table


_TABLE = _crc_table()
