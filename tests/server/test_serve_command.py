import http.client
import json
import re
import signal
import subprocess
import sys

from serving_helpers import TIMEOUT, Client


def test_serve_says_on_both_streams_what_is_ready_and_ends_on_sigterm(make_model):
    models = make_model("good", 1, 2).parent
    (make_model("half_written") / "1").mkdir()
    command = [sys.executable, "-m", "keras_genre.cli.main", "serve", models]
    with subprocess.Popen(
        [*command, "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            ready = json.loads(process.stdout.readline())
            client = Client(ready["grpc"])
            assert client.answer(name="good") == 0.2
            client.channel.close()
            connection = http.client.HTTPConnection(ready["rest"].removeprefix("http://"))
            connection.request("GET", "/v1/models/good")
            assert connection.getresponse().status == 200
            connection.close()
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=TIMEOUT)
        finally:
            process.kill()
    assert process.returncode == 0, err
    assert ready["models"] == {"good": [2], "half_written": []}
    assert out == ""
    assert "No saved_model.pb in" in err
    assert "Not available, see above: half_written." in err
    # The demo, and whoever starts it as a process, looks for this line.
    assert re.search(r"^Serving .* at (\S+) ", err, re.MULTILINE).group(1) == ready["grpc"]
