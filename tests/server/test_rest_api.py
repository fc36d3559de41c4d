import base64
import json

import pytest
from serving_helpers import eventually

FILM = {"plot": "abcde", "poster": {"b64": base64.b64encode(b"\xff\xd8").decode()}}
ANSWER = {
    "probabilities": [0.1, 0.25],
    "selected": [False, False],
    "genres": ["Drama", "Sci-Fi"],
}


def test_rest_predict_by_row_answers_by_row(rest):
    assert rest.predict({"instances": [FILM, FILM]}) == (200, {"predictions": [ANSWER, ANSWER]})


def test_rest_predict_by_column_answers_by_column(rest):
    columns = {name: [value] for name, value in FILM.items()}
    expected = {name: [value] for name, value in ANSWER.items()}
    assert rest.predict({"inputs": columns}) == (200, {"outputs": expected})


def test_rest_predict_of_a_film_agrees_with_grpc(rest, client):
    outputs = client.predict(inputs={"plot": [b"abcde"], "poster": [b"\xff\xd8"]}).outputs
    _, answer = rest.predict({"instances": [FILM]})
    probabilities = answer["predictions"][0]["probabilities"]
    assert probabilities == pytest.approx(list(outputs["probabilities"].float_val), rel=1e-7)


def test_rest_predict_of_one_version_answers_with_it(rest):
    assert rest.predict({"instances": [FILM]}, model="m/versions/1")[0] == 200
    expected = (404, {"error": "Servable not found for request: Specific(m, 9)"})
    assert rest.predict({"instances": [FILM]}, model="m/versions/9") == expected


def test_rest_predict_single_output_drops_its_name(rest):
    row = {"index": 1, "scale": 0.2}
    document = {"signature_name": "pick", "instances": [row, row]}
    assert rest.predict(document) == (200, {"predictions": [0.4, 0.4]})
    document = {"signature_name": "pick", "inputs": {"index": [1], "scale": [0.2]}}
    assert rest.predict(document) == (200, {"outputs": [0.4]})


def test_rest_predict_single_input_needs_no_name(rest, tmp_path):
    (tmp_path / "text").write_text("Łódź")
    document = {"signature_name": "read", "inputs": str(tmp_path / "text")}
    assert rest.predict(document) == (200, {"outputs": "Łódź"})


def test_rest_predict_nan_and_infinity_go_in_and_out(rest):
    body = '{"signature_name": "pick", "inputs": {"index": [0, 0], "scale": [NaN, -Infinity]}}'
    status, answer = rest.predict(body)
    assert status == 200
    assert json.dumps(answer) == '{"outputs": [NaN, -Infinity]}'


def test_rest_predict_unknown_keys_are_ignored(rest):
    assert rest.predict({"instances": [FILM], "comment": {"a": 1}})[0] == 200


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "Missing 'inputs' or 'instances' key"),
        (
            {"signature_name": "z", "instances": [FILM]},
            'Serving signature name: "z" not found in signature def',
        ),
        (
            {"signature_name": "__saved_model_init_op", "instances": [FILM]},
            "Failed to get input map for signature: __saved_model_init_op",
        ),
        (
            {"instances": [FILM, {"plot": "abc"}]},
            'Failed to process element: 1 of \'instances\' list. JSON object: {"plot": "abc"} '
            "keys must be equal to: plot,poster",
        ),
        (
            {"inputs": {"plot": ["abc"]}},
            "Missing named input: poster in 'inputs' object.",
        ),
        (
            {"instances": [{"plot": 5, "poster": ""}]},
            "Failed to process element: 0 key: plot of 'instances' list. Error: INVALID_ARGUMENT: "
            "JSON Value: 5 Type: Number is not of expected type: string",
        ),
    ],
)
def test_rest_predict_that_does_not_fit_is_invalid(rest, document, message):
    assert rest.predict(document) == (400, {"error": message})


def test_rest_predict_batch_sizes_that_differ_are_refused_by_the_model(rest):
    status, answer = rest.predict({"inputs": {"plot": ["a", "b"], "poster": ["a", "b", "c"]}})
    assert status == 400
    assert "Incompatible shapes: [2] vs. [3]" in answer["error"]


def test_rest_predict_error_inside_model_answers_its_own_code(rest):
    status, answer = rest.predict({"signature_name": "read", "inputs": "/nowhere/at/all"})
    assert status == 404
    assert "No such file or directory" in answer["error"]


def test_rest_predict_surprise_is_internal_and_server_lives(rest, monkeypatch, caplog):
    def surprise(*_, **__):
        raise KeyError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr("keras_genre.server.rest_api.write_outputs", surprise)
        assert rest.predict({"instances": [FILM]}) == (500, {"error": "KeyError: 'a bug'"})
    assert "POST /v1/models/m:predict failed" in caplog.text
    assert rest.predict({"instances": [FILM]})[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        "[" * 50_000,
        '{"instances":' + "[" * 50_000 + "]" * 50_000 + "}",
        '{"a":' * 50_000,
        '{"signature_name": "read", "inputs":' + "[" * 900 + "]" * 900 + "}",
        '{"signature_name": "read", "inputs":' + "[" * 400 + "]" * 400 + "}",
        '{"instances": [{"plot": ' + "[" * 400 + "]" * 400 + ', "poster": ""}]}',
        '{"instances": ' + '{"a":' * 400 + "1" + "}" * 400 + "}",
        '{"instances": [{"plot": "\\ud800", "poster": ""}]}',
        '{"signature_name": "pick", "inputs": {"index": ' + "9" * 5000 + ', "scale": 1}}',
        b'{"instances": [{"plot": "caf\xe9", "poster": ""}]}',
        "{",
        "",
        "3",
    ],
    ids=lambda body: str(body[:40]),
)
def test_rest_predict_malformed_document_is_invalid_and_server_lives(rest, body):
    status, answer = rest.predict(body)
    assert status == 400
    assert len(answer["error"]) < 1100
    assert rest.predict({"instances": [FILM]})[0] == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/v1/models/m:predict"),
        ("GET", "/v1/models/m/versions/one"),
        ("POST", "/v1/models/m"),
        ("POST", "/v1/models:predict"),
        ("POST", "/v1/models/m:destroy"),
        ("POST", "/v2/models/m:predict"),
        ("PUT", "/v1/models/m:predict"),
        ("DELETE", "/v1/models/m"),
    ],
)
def test_rest_malformed_path_is_bad_request(rest, method, path):
    assert rest.ask(method, path, "{}") == (400, {"error": f"Malformed request: {method} {path}"})


def test_rest_status_has_the_real_servers_shape(rest, client, base_path, publish):
    publish(base_path, 2)
    eventually(lambda: client.states() == {1: "END", 2: "AVAILABLE"})
    fine = {"error_code": "OK", "error_message": ""}
    newest = {"version": "2", "state": "AVAILABLE", "status": fine}
    oldest = {"version": "1", "state": "END", "status": fine}
    assert rest.get("m") == (200, {"model_version_status": [newest, oldest]})
    assert rest.get("m/versions/2") == (200, {"model_version_status": [newest]})


def test_rest_status_of_failed_version_says_why(make_model, serve, connect_rest):
    base_path = make_model("m")
    (base_path / "1").mkdir()
    _, answer = connect_rest(serve({"m": base_path})).get("m")
    (version,) = answer["model_version_status"]
    assert (version["state"], version["status"]["error_code"]) == ("END", "NOT_FOUND")
    assert version["status"]["error_message"].startswith("No saved_model.pb in ")


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("nobody", 404, "Could not find any versions of model nobody"),
        ("no%20body", 404, "Could not find any versions of model no body"),
        ("m/versions/9", 404, "Could not find version 9 of model m"),
        (f"m/versions/{2**63}", 400, f"Failed to convert version: {2**63} to numeric."),
        ("m/labels/canary", 400, "Unrecognized servable version label: canary"),
    ],
)
def test_rest_status_of_what_is_not_there_says_so(rest, path, status, message):
    assert rest.get(path) == (status, {"error": message})


def test_rest_status_without_name_is_invalid(rest):
    expected = (400, {"error": "Missing model name in request."})
    assert rest.ask("GET", "/v1/models") == expected
