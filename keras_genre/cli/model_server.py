"""`keras-genre model-server`: the development server with TensorFlow Serving's own flags."""

import difflib
import logging
import os

import click

from keras_genre.cli.output import say

# Flags of `tensorflow_model_server` that are about what the development server does not have.
_WITHOUT_EFFECT = [
    "enable_cors_support",
    "enable_model_warmup",
    "enable_per_model_batching_parameters",
    "enable_profiler",
    "enable_serialization_as_tensor_content",
    "enable_signature_method_name_check",
    "flush_filesystem_caches",
    "force_allow_any_version_labels_for_unavailable_models",
    "load_retry_interval_micros",
    "max_num_load_retries",
    "mixed_precision",
    "num_load_threads",
    "num_request_iterations_for_warmup",
    "num_tflite_interpreters_per_pool",
    "num_tflite_pools",
    "num_unload_threads",
    "per_process_gpu_memory_fraction",
    "platform_config_file",
    "prefer_tflite_model",
    "remove_unused_fields_from_bundle_metagraph",
    "rest_api_enable_cors_support",
    "rest_api_num_threads",
    "saved_model_tags",
    "skip_initialize_tpu",
    "ssl_config_file",
    "tensorflow_inter_op_parallelism",
    "tensorflow_intra_op_parallelism",
    "tensorflow_session_config_file",
    "tensorflow_session_parallelism",
    "thread_pool_factory_config_file",
    "use_alts_credentials",
    "use_saved_model",
    "version",
    "xla_cpu_compilation_enabled",
]


def _flag(name: str, help: str, type=str, default=None):
    return click.option(
        f"--{name}", name, type=type, default=default, show_default=default is not None, help=help
    )


def _switch(name: str, help: str):
    """An option that is given alone, or as `=true` or `=false`."""
    return click.option(
        f"--{name}", name, is_flag=False, flag_value="true", default="false", type=bool, help=help
    )


_PORT = click.IntRange(0, 65535)


@click.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@_flag("port", "gRPC port; 0 picks a free one.", _PORT, 8500)
@_flag("rest_api_port", "REST port; 0 = no REST.", _PORT, 0)
@_flag("rest_api_timeout_in_ms", "Until a REST request is given up.", click.IntRange(1), 30000)
@_flag("grpc_socket_path", "A Unix socket that answers gRPC too.")
@_flag("grpc_max_threads", "gRPC requests at the same time.", click.IntRange(1))
@_flag("grpc_channel_arguments", "name=value,name=value for gRPC's server.")
@_switch("enable_grpc_healthcheck_service", "Answer gRPC's health service.")
@_flag("model_name", "The model's name.", default="default")
@_flag("model_base_path", "The folder of its versions.")
@_flag("model_config_file", "models.config, instead of the two before.")
@_flag("model_config_file_poll_wait_seconds", "Read it again; 0 = no.", click.FloatRange(0), 0)
@_flag("file_system_poll_wait_seconds", "Look for versions; 0 = once.", click.FloatRange(0), 1)
@_switch("allow_version_labels_for_unavailable_models", "Labels before their versions.")
@_switch("enable_batching", "Run requests together.")
@_flag("batching_parameters_file", "How: BatchingParameters, as text.")
@_flag("monitoring_config_file", "MonitoringConfig, as text: metrics for Prometheus.")
@_switch("use_tflite_model", "Not there: refused.")
@_flag("host", "Address to listen on; no flag of the real server.", default="127.0.0.1")
@click.pass_context
def command(context, **flags):
    """Serve models as tensorflow_model_server does, with its flags.

    This is the development server, for whoever has scripts or tests that start the real one: flags
    are given as --flag=value. It answers when the models are loaded. Other flags of the real
    server are taken with a warning. `keras-genre serve` is the shorter way to serve a folder.
    """
    _refuse_unknown(context.args)
    if flags["use_tflite_model"]:
        raise click.UsageError(
            "--use_tflite_model: the development server serves SavedModels, no TensorFlow Lite."
        )
    if not (flags["model_config_file"] or flags["model_base_path"]):
        raise click.UsageError("Give --model_base_path or --model_config_file.")
    if flags["batching_parameters_file"] and not flags["enable_batching"]:
        raise click.UsageError(
            "--batching_parameters_file is set without setting --enable_batching to true."
        )
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly(with_keras=False)
    from keras_genre.server import serve_until_signalled

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    server = _server(flags)
    if not serve_until_signalled(server, on_started=lambda _: say("Ready.")):
        os._exit(0)  # a request is still inside TensorFlow and would hold the process up


def _server(flags: dict):
    from keras_genre.server import (
        BatchingParameters,
        DevelopmentServer,
        ServerOptions,
        config_of_models,
        read_metrics_path,
        read_model_config,
    )

    batching = None
    if flags["enable_batching"]:
        file = flags["batching_parameters_file"]
        batching = BatchingParameters.read(file) if file else BatchingParameters()
    file = flags["model_config_file"]
    options = ServerOptions(
        batching=batching,
        metrics_path=(
            read_metrics_path(flags["monitoring_config_file"])
            if flags["monitoring_config_file"]
            else None
        ),
        rest=flags["rest_api_port"] != 0,
        rest_timeout=flags["rest_api_timeout_in_ms"] / 1000,
        socket_path=flags["grpc_socket_path"],
        channel_arguments=_channel_arguments(flags["grpc_channel_arguments"] or ""),
        health=flags["enable_grpc_healthcheck_service"],
        early_labels=flags["allow_version_labels_for_unavailable_models"],
        listen_early=False,
        read_config=(lambda: read_model_config(file)) if file else None,
        config_poll_seconds=flags["model_config_file_poll_wait_seconds"],
    )
    return DevelopmentServer(
        read_model_config(file)
        if file
        else config_of_models({flags["model_name"]: flags["model_base_path"]}),
        port=flags["port"],
        host=flags["host"],
        rest_port=flags["rest_api_port"],
        poll_seconds=flags["file_system_poll_wait_seconds"],
        max_workers=flags["grpc_max_threads"],
        options=options,
    )


def _channel_arguments(text: str) -> tuple[tuple[str, int | str], ...]:
    arguments = []
    for argument in filter(None, text.split(",")):
        name, equals, value = argument.partition("=")
        if not equals:
            raise click.UsageError(f"--grpc_channel_arguments: {argument!r} is no name=value.")
        arguments.append((name, int(value) if value.lstrip("-").isdigit() else value))
    return tuple(arguments)


def _refuse_unknown(arguments: list[str]) -> None:
    known = [option.name for option in command.params]
    for argument in arguments:
        name = argument.partition("=")[0].removeprefix("--")
        if name in _WITHOUT_EFFECT and argument.startswith("--"):
            say(f"Warning: --{name} has no effect on the development server.")
            continue
        close = difflib.get_close_matches(name, [*known, *_WITHOUT_EFFECT], n=1)
        hint = f" Did you mean --{close[0]}?" if close else ""
        raise click.UsageError(f"Unknown argument: {argument!r}.{hint} Flags are --flag=value.")
