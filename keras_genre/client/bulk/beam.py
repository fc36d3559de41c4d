"""predict_table_with_beam: the same table of genres, by as many machines as there are."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from keras_genre.beam_pipelines import import_beam, run_pipeline
from keras_genre.client.bulk.table_work import BulkSummary, TableWork, rows_path, start_table
from keras_genre.client.in_process import InProcessPredictor
from keras_genre.staging import staged_file

__all__ = ["predict_table_with_beam"]


def predict_table_with_beam(
    model: str | Path,
    films: str | Path,
    out: str | Path,
    posters: str | Path | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    text: str = "plot",
    options: Sequence[str] = (),
    bfloat16: bool = False,
) -> BulkSummary:
    """Write what `predict_table` writes with a model of this process, by an Apache Beam pipeline.

    The caller cuts the table into parts of 512 films and puts the predicted parts together;
    Beam's workers read the posters and run the model. All of them must see the folder of `out` and
    `model` under the same paths (a shared or mounted file system), and the posters too, unless
    they are at a store (`gs://...`, see `keras_genre.remote_files`). Probabilities may differ in
    the seventh digit from those of `predict_table`, since other films are in a batch.

    Args:
        model: `saved_models/<name>` for its newest version, or `saved_models/<name>/<version>`.
        films: As `predict_table` takes it.
        out: As `predict_table` takes it. Finished parts are kept beside it, and the same call goes
            on from them.
        posters: As `predict_table` takes it.
        columns: As `predict_table` takes it.
        encoding: As `predict_table` takes it.
        text: As `predict_table` takes it.
        options: Beam's pipeline options as on a command line, for example `["--runner=FlinkRunner",
            "--flink_master=localhost:8081"]`. By default the pipeline runs in this process.
        bfloat16: As `InProcessPredictor` takes it.

    Returns:
        A summary.

    Raises:
        MissingPackageError: If Apache Beam is not installed; the message names the extra.
        ModelNotFoundError: If there is no exported model.
        ValueError: As `predict_table`.
        CatalogError: As `predict_table`.
        KerasGenreError: As `predict_table`.

    Example:
        >>> options = ["--runner=FlinkRunner", "--flink_master=localhost:8081"]
        >>> predict_table_with_beam(
        ...     "saved_models/lstm", "films.csv", "genres.parquet", options=options
        ... ).predicted  # doctest: +SKIP
        10000
    """
    beam = import_beam("Predicting with Apache Beam")
    predictor = InProcessPredictor(model, bfloat16=bfloat16)
    with start_table(predictor, films, out, posters, columns, encoding, text) as table:
        numbers = [_write_rows(table, number, part) for number, part in table.missing()]
        if numbers:
            from keras_genre.client.bulk.beam_transforms import PredictParts, SavedModelHandler

            handler = SavedModelHandler(predictor.folder, bfloat16)
            with run_pipeline(beam, options) as pipeline:
                _ = (
                    pipeline
                    | "Parts" >> beam.Create(numbers)
                    | "Predict" >> PredictParts(handler, table.folder, table.layout)
                )
        return table.put_together()


def _write_rows(table: TableWork, number: int, films: Sequence) -> int:
    """Leave the films of a part where a worker finds them."""
    rows = [dataclasses.asdict(film) for film in films]
    with staged_file(rows_path(table.folder, number)) as staged:
        staged.write_text(json.dumps(rows), encoding="utf-8")
    return number
