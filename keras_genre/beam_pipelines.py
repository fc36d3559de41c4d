"""Apache Beam, where it is installed."""

from collections.abc import Sequence

from keras_genre.errors import MissingPackageError

__all__ = ["import_beam", "run_pipeline"]


def import_beam(what: str):
    """Import Apache Beam.

    Args:
        what: What needs it, for the message.

    Raises:
        MissingPackageError: If it is not installed; the message names the extra.
    """
    try:
        import apache_beam
    except ImportError as cause:
        raise MissingPackageError(
            f"{what} needs the extra `beam`: pip install 'keras-genre[beam]'."
        ) from cause
    return apache_beam


def run_pipeline(beam, options: Sequence[str]):
    """Give a pipeline that runs when the block is left.

    Args:
        beam: What `import_beam` gave.
        options: Beam's pipeline options as on a command line.
    """
    return beam.Pipeline(options=beam.options.pipeline_options.PipelineOptions(list(options)))
