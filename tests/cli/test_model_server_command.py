import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request

import grpc
import pytest
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from keras_genre.cli.main import main

TIMEOUT = 60
COMMAND = [sys.executable, "-m", "keras_genre.cli.main", "model-server"]


class Half(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
    def serve(self, x):
        return {"y": x / 2 + 2}


@pytest.fixture(scope="module")
def half(tmp_path_factory):
    base_path = tmp_path_factory.mktemp("half")
    model = Half()
    tf.saved_model.save(model, str(base_path / "00000123"), {"serving_default": model.serve})
    return base_path


def refused(capsys, *flags):
    with pytest.raises(SystemExit) as caught:
        main(["model-server", *flags])
    assert caught.value.code in (1, 2)
    return capsys.readouterr().err


def unused_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def predict(address):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "default"
    request.inputs["x"].CopyFrom(tf.make_tensor_proto([2.0]))
    with grpc.insecure_channel(address) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        return stub.Predict(request, timeout=TIMEOUT, wait_for_ready=True)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--prot=1"], "Unknown argument: '--prot=1'. Did you mean --port?"),
        (
            ["model"],
            "Unknown argument: 'model'. Did you mean --model_name? Flags are --flag=value.",
        ),
        (["--use_tflite_model=true"], "no TensorFlow Lite"),
        ([], "Give --model_base_path or --model_config_file."),
        (["--port=70000"], "--port"),
        (["--enable_batching=maybe"], "--enable_batching"),
        (
            ["--model_base_path=/m", "--batching_parameters_file=/b"],
            "is set without setting --enable_batching to true",
        ),
    ],
)
def test_model_server_wrong_flags_are_refused(capsys, flags, words):
    assert words in refused(capsys, *flags)


def test_model_server_file_that_is_no_config_is_refused_in_the_real_words(capsys, tmp_path):
    path = tmp_path / "bad.conf"
    path.write_text("improperly formatted")
    err = refused(capsys, f"--model_config_file={path}", "--port=0")
    assert f"Invalid protobuf file: '{path}'" in err
    assert "Error parsing text-format tensorflow.serving.ModelServerConfig" in err


@pytest.mark.parametrize("arguments", ["a", "a=1,b"])
def test_model_server_channel_argument_without_value_is_refused(capsys, arguments):
    flags = ("--model_base_path=/m", f"--grpc_channel_arguments={arguments}")
    assert "is no name=value" in refused(capsys, *flags)


def test_model_server_serves_as_its_flags_say_and_ends_on_sigterm(half, tmp_path):
    (tmp_path / "batching").write_text("max_batch_size { value: 4 } allowed_batch_sizes: 4")
    (tmp_path / "monitoring").write_text('prometheus_config { enable: true, path: "/metrics" }')
    # A socket's path is short by law; pytest's folders are not.
    path = os.path.relpath(tmp_path / "socket", half)
    port, rest_port = unused_port(), unused_port()
    flags = [
        f"--port={port}",
        f"--rest_api_port={rest_port}",
        f"--model_base_path={half}",
        "--rest_api_timeout_in_ms=5000",
        f"--grpc_socket_path={path}",
        "--enable_batching",
        f"--batching_parameters_file={tmp_path / 'batching'}",
        f"--monitoring_config_file={tmp_path / 'monitoring'}",
        "--grpc_channel_arguments=grpc.max_connection_age_ms=2000,grpc.lb_policy_name=grpclb",
        "--flush_filesystem_caches=false",
    ]
    with subprocess.Popen(
        [*COMMAND, *flags], stderr=subprocess.PIPE, text=True, cwd=half
    ) as server:
        try:
            said = list(iter(server.stderr.readline, "Ready.\n"))
            response = predict(f"127.0.0.1:{port}")
            assert predict(f"unix:{tmp_path / 'socket'}") == response
            url = f"http://127.0.0.1:{rest_port}"
            body = json.dumps({"instances": [2.0, 3.0, 4.0]}).encode()
            with urllib.request.urlopen(f"{url}/v1/models/default:predict", body) as answer:
                assert json.load(answer) == {"predictions": [3.0, 3.5, 4.0]}
            with urllib.request.urlopen(f"{url}/metrics") as answer:
                assert b"# TYPE" in answer.read()
            server.send_signal(signal.SIGTERM)
            err = "".join(said) + server.communicate(timeout=TIMEOUT)[1]
        finally:
            server.kill()
    assert server.returncode == 0, err
    assert response.outputs["y"].float_val == [3.0]
    assert response.model_spec.version.value == 123
    assert "Warning: --flush_filesystem_caches has no effect" in err
    assert "Traceback" not in err
