import pytest

from keras_genre.errors import ServerError
from keras_genre.server import ServerOptions, read_metrics_path
from keras_genre.server.metrics import Metrics
from keras_genre.server.statuses import invalid


def test_requests_are_counted_by_model_and_status():
    metrics = Metrics()
    for _ in range(2):
        with metrics.request("m", "Predict", "GRPC", {"m"}):
            pass
    with pytest.raises(Exception, match="no"), metrics.request("m", "Predict", "REST", {"m"}):
        raise invalid("no")
    lines = metrics.text().splitlines()
    assert ':tensorflow:serving:request_count{model_name="m",status="OK"} 2' in lines
    assert ':tensorflow:serving:request_count{model_name="m",status="INVALID_ARGUMENT"} 1' in lines


def test_latency_is_a_cumulative_histogram_in_microseconds():
    metrics = Metrics()
    with metrics.request("m", "Predict", "GRPC", {"m"}):
        pass
    labels = 'model_name="m",API="Predict",entrypoint="GRPC",status="OK"'
    lines = [line for line in metrics.text().splitlines() if labels in line]
    counts = [int(line.rpartition(" ")[2]) for line in lines if "_bucket" in line]
    assert counts == sorted(counts)
    assert counts[-1] == 1
    assert f':tensorflow:serving:request_latency_bucket{{{labels},le="+Inf"}} 1' in lines
    assert f":tensorflow:serving:request_latency_count{{{labels}}} 1" in lines


def test_invented_names_do_not_grow_the_metrics():
    metrics = Metrics()
    for number in range(100):
        with metrics.request(f"nobody{number}", "Predict", "GRPC", {"m"}):
            pass
    assert "nobody" not in metrics.text()
    assert ':request_count{model_name="",status="OK"} 100' in metrics.text()


def test_labels_are_escaped():
    metrics = Metrics()
    with metrics.request('a"\\\n', "Predict", "GRPC", {'a"\\\n'}):
        pass
    assert r'model_name="a\"\\\n"' in metrics.text()


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('prometheus_config { enable: true path: "/metrics" }', "/metrics"),
        ("prometheus_config { enable: true }", "/monitoring/prometheus/metrics"),
        ("prometheus_config { enable: false }", None),
        ("", None),
    ],
)
def test_monitoring_file_says_where(tmp_path, text, path):
    (tmp_path / "monitoring").write_text(text)
    assert read_metrics_path(tmp_path / "monitoring") == path


def test_monitoring_file_that_is_none_is_refused(tmp_path):
    (tmp_path / "monitoring").write_text("prometheus: yes")
    with pytest.raises(ServerError, match="Invalid protobuf file"):
        read_metrics_path(tmp_path / "monitoring")


def test_server_tells_metrics_of_both_protocols_as_text(base_path, serve, connect, connect_rest):
    server = serve({"m": base_path}, options=ServerOptions(metrics_path="/metrics"))
    connect(server).predict()
    rest = connect_rest(server)
    rest.answer()
    rest.connection.request("GET", "/metrics")
    response = rest.connection.getresponse()
    text = response.read().decode()
    assert response.headers["Content-Type"] == "text/plain"
    for entrypoint in ("GRPC", "REST"):
        labels = f'model_name="m",API="Predict",entrypoint="{entrypoint}",status="OK"'
        assert f":tensorflow:serving:request_latency_count{{{labels}}} 1" in text


def test_server_without_metrics_knows_no_such_path(rest):
    assert rest.ask("GET", "/monitoring/prometheus/metrics")[0] == 400
