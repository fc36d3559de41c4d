import threading
import time

import numpy as np
import pytest
import tensorflow as tf
from serving_helpers import TIMEOUT, eventually, refusal

from keras_genre.errors import ServerError
from keras_genre.server import BatchingParameters, ServerOptions
from keras_genre.server.batching import BatchScheduler
from keras_genre.server.merging import Task, run_tasks
from keras_genre.server.statuses import StatusError

FILE = """
max_batch_size { value: 8 }
batch_timeout_micros { value: 2000 }
max_enqueued_batches { value: 3 }
num_batch_threads { value: 2 }
allowed_batch_sizes: 2
allowed_batch_sizes: 8
pad_variable_length_inputs: true
thread_pool_name { value: "batches" }
"""


class Model:
    """Doubles its input, notes the batches, and can be held at the door."""

    def __init__(self):
        self.batches = []
        self.door = threading.Event()
        self.door.set()

    def __call__(self, x):
        self.batches.append(x.numpy().tolist())
        assert self.door.wait(TIMEOUT)
        if bool(tf.reduce_any(x < 0)):
            raise tf.errors.InvalidArgumentError(None, None, "negative")
        return {"y": x * 2}


@pytest.fixture
def model():
    model = Model()
    yield model
    model.door.set()


@pytest.fixture
def make_scheduler():
    schedulers = []

    def make_scheduler(**parameters):
        defaults = {"num_batch_threads": 1, "batch_timeout_micros": 50_000}
        schedulers.append(BatchScheduler(BatchingParameters(**{**defaults, **parameters})))
        return schedulers[-1]

    yield make_scheduler
    for scheduler in schedulers:
        scheduler.stop()


def ask(scheduler, model, *inputs, deadline=None):
    """Ask at the same time; the answers, or errors, in order."""
    answers = [None] * len(inputs)

    def ask_one(index):
        tensor = tf.constant(inputs[index], tf.float32)
        try:
            outputs = scheduler.run(model, {"x": tensor}, deadline)
            answers[index] = outputs["y"].numpy().tolist()
        except Exception as error:
            answers[index] = error

    threads = [threading.Thread(target=ask_one, args=(index,)) for index in range(len(inputs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)
        assert not thread.is_alive()
    return answers


def test_parameters_are_read_from_the_real_servers_file(tmp_path):
    (tmp_path / "batching").write_text(FILE)
    assert BatchingParameters.read(tmp_path / "batching") == BatchingParameters(
        8, 2000, 3, 2, (2, 8), True
    )
    (tmp_path / "batching").write_text("")
    assert BatchingParameters.read(tmp_path / "batching") == BatchingParameters()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("max_batch { value: 1 }", "Invalid protobuf file: '.*batching'.*max_batch"),
        ("max_batch_size { value: 0 }", "max_batch_size must be positive; was 0"),
        ("batch_timeout_micros { value: -1 }", "must be non-negative; was -1"),
        ("allowed_batch_sizes: [4, 2]", "must be monotonically increasing"),
        (
            "max_batch_size { value: 8 } allowed_batch_sizes: [2, 4]",
            "Last entry in allowed_batch_sizes must match max_batch_size; last entry was 4; expec",
        ),
        ("enable_large_batch_splitting { value: true }", "enable_large_batch_splitting"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(tmp_path, text, words):
    (tmp_path / "batching").write_text(text)
    with pytest.raises(ServerError, match=words):
        BatchingParameters.read(tmp_path / "batching")


def test_parameters_of_missing_file_name_it(tmp_path):
    with pytest.raises(ServerError, match=r"Cannot read .*nowhere: No such file"):
        BatchingParameters.read(tmp_path / "nowhere")


def test_requests_together_are_one_batch_and_get_their_own_rows(make_scheduler, model):
    scheduler = make_scheduler(max_batch_size=4, batch_timeout_micros=10**9)
    answers = ask(scheduler, model, [[1]], [[2], [3]], [[4]])
    assert answers == [[[2]], [[4], [6]], [[8]]]
    assert len(model.batches) == 1


def test_batch_that_is_not_full_runs_after_its_time(make_scheduler, model):
    scheduler = make_scheduler(max_batch_size=4, batch_timeout_micros=1000)
    assert ask(scheduler, model, [[1]]) == [[[2]]]


def test_batch_is_filled_up_to_an_allowed_size_with_a_row_of_its_own(make_scheduler, model):
    scheduler = make_scheduler(max_batch_size=8, allowed_batch_sizes=(4, 8))
    assert ask(scheduler, model, [[1], [2], [3]]) == [[[2], [4], [6]]]
    assert model.batches == [[[1], [2], [3], [1]]]


def test_request_over_the_largest_batch_is_invalid(make_scheduler, model):
    (error,) = ask(make_scheduler(max_batch_size=2), model, [[1], [2], [3]])
    assert (error.code.name, error.message) == (
        "INVALID_ARGUMENT",
        "Task size 3 is larger than maximum input batch size 2",
    )


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({}, "must have at least one input tensor"),
        ({"x": tf.constant(1.0)}, "input tensors must have at least one dimension"),
        ({"x": tf.zeros(1), "z": tf.zeros(2)}, "must have equal 0th-dimension size"),
    ],
)
def test_inputs_without_a_common_batch_are_invalid(make_scheduler, model, inputs, words):
    with pytest.raises(StatusError, match=words):
        make_scheduler().run(model, inputs, None)


def test_empty_request_is_answered_without_waiting(make_scheduler, model):
    scheduler = make_scheduler(batch_timeout_micros=10**9)
    assert ask(scheduler, model, np.zeros((0, 1)).tolist()) == [[]]


def test_full_queue_is_unavailable_and_recovers(make_scheduler, model):
    scheduler = make_scheduler(max_batch_size=1, max_enqueued_batches=2)
    model.door.clear()
    results = []
    threads = [
        threading.Thread(target=lambda: results.extend(ask(scheduler, model, [[1]])))
        for _ in range(3)
    ]
    threads[0].start()
    eventually(lambda: model.batches)  # one inside, and then two that wait
    for thread in threads[1:]:
        thread.start()
    eventually(lambda: len(scheduler._queues.get(model, ())) == 2)
    (error,) = ask(scheduler, model, [[2]])
    assert error.code.name == "UNAVAILABLE"
    assert error.message.startswith("The batch scheduling queue to which this task was submitted")
    model.door.set()
    for thread in threads:
        thread.join(TIMEOUT)
    assert results == [[[2]]] * 3
    assert ask(scheduler, model, [[3]]) == [[[6]]]
    assert not scheduler._queues  # nothing of a model is kept


def test_request_whose_time_is_up_is_not_run(make_scheduler, model):
    scheduler = make_scheduler(max_batch_size=1)
    model.door.clear()
    first = threading.Thread(target=ask, args=(scheduler, model, [[1]]))
    first.start()
    eventually(lambda: model.batches)
    (error,) = ask(scheduler, model, [[2]], deadline=time.monotonic() + 0.05)
    assert error.code.name == "DEADLINE_EXCEEDED"
    model.door.set()
    first.join(TIMEOUT)
    assert ask(scheduler, model, [[3]]) == [[[6]]]
    assert model.batches == [[[1]], [[3]]]


def test_request_whose_time_is_up_does_not_harm_its_neighbours(model):
    late, *others = [Task({"x": tf.constant([[n], [n]], tf.float32)}, 2) for n in (1.0, 2.0, 3.0)]
    late.deadline = time.monotonic()
    run_tasks(model, [late, *others], allowed_sizes=(), pad=False)
    assert late.error.code.name == "DEADLINE_EXCEEDED"
    assert [task.outputs["y"].numpy().tolist() for task in others] == [[[4], [4]], [[6], [6]]]


def test_requests_for_different_models_are_different_batches(make_scheduler, model):
    scheduler = make_scheduler(batch_timeout_micros=20_000)
    answers = []
    threads = [
        threading.Thread(target=lambda call=call: answers.append(ask(scheduler, call, [[1]])))
        for call in (model, lambda x: {"y": x * 3})
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)
    assert sorted(answers) == [[[[2]]], [[[3]]]]


def test_bad_request_does_not_harm_its_neighbours(make_scheduler, model):
    scheduler = make_scheduler(max_batch_size=3, batch_timeout_micros=10**9)
    good, bad, better = ask(scheduler, model, [[1]], [[-1]], [[3]])
    assert (good, better) == ([[2]], [[6]])
    assert isinstance(bad, tf.errors.InvalidArgumentError)


def test_other_shapes_are_padded_with_their_first_element(make_scheduler, model):
    scheduler = make_scheduler(
        max_batch_size=2, batch_timeout_micros=10**9, pad_variable_length_inputs=True
    )
    first, second = ask(scheduler, model, [[1, 2, 3]], [[4]])
    assert (first, second) == ([[2, 4, 6]], [[8, 8, 8]])
    assert len(model.batches) == 1


def test_other_shapes_without_padding_run_each_by_itself(make_scheduler, model):
    scheduler = make_scheduler(max_batch_size=2, batch_timeout_micros=10**9)
    assert ask(scheduler, model, [[1, 2, 3]], [[4]]) == [[[2, 4, 6]], [[8]]]


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (lambda x: tf.reduce_sum(x), "Batched output tensor has 0 dimensions"),
        (lambda x: x[:0], "0th dimension does not equal the sum of the 0th dimension sizes"),
    ],
)
def test_output_without_the_batch_is_failed_precondition(make_scheduler, output, words):
    (error,) = ask(make_scheduler(batch_timeout_micros=0), lambda x: {"y": output(x)}, [[1]])
    assert error.code.name == "FAILED_PRECONDITION"
    assert words in error.message


def test_stop_runs_what_is_queued_and_later_requests_by_themselves(make_scheduler, model):
    scheduler = make_scheduler(batch_timeout_micros=10**9)
    answers = []
    thread = threading.Thread(target=lambda: answers.extend(ask(scheduler, model, [[1]])))
    thread.start()
    eventually(lambda: scheduler._queues)
    scheduler.stop()
    thread.join(TIMEOUT)
    assert answers == [[[2]]]
    assert ask(scheduler, model, [[3]], [[4]]) == [[[6]], [[8]]]
    assert not scheduler._queues


def test_stop_of_server_does_not_wait_for_a_batch_to_fill(half_plus_two, serve, connect):
    options = ServerOptions(batching=BatchingParameters(batch_timeout_micros=10**9))
    server = serve({"m": half_plus_two}, options=options)
    call = connect(server).prediction.Predict.future(_request(2.0))
    eventually(lambda: server._batcher._queues)
    started = time.monotonic()
    assert server.stop(TIMEOUT) is True
    assert time.monotonic() - started < TIMEOUT / 2
    assert call.result().outputs["y"].float_val == [3.0]


def test_server_with_batching_answers_as_without(half_plus_two, serve, connect, connect_rest):
    parameters = BatchingParameters(
        max_batch_size=4, allowed_batch_sizes=(4,), batch_timeout_micros=20_000
    )
    server = serve({"m": half_plus_two}, options=ServerOptions(batching=parameters))
    client, rest = connect(server), connect_rest(server)
    calls = [
        client.prediction.Predict.future(_request(value), timeout=TIMEOUT) for value in range(6)
    ]
    outputs = [call.result().outputs["y"] for call in calls]
    assert [tf.make_ndarray(output).tolist() for output in outputs] == [
        [[value / 2 + 2]] for value in range(6)
    ]
    assert rest.predict({"instances": [2.0]}) == (200, {"predictions": [3.0]})
    code, message = refusal(client.predict, inputs={"x": np.float32(1.0)})
    assert (code, message) == (
        "INVALID_ARGUMENT",
        "Batching Run() input tensors must have at least one dimension",
    )


def test_rest_request_that_waits_too_long_is_gateway_timeout(half_plus_two, serve, connect_rest):
    options = ServerOptions(
        batching=BatchingParameters(batch_timeout_micros=10**9), rest_timeout=0.05
    )
    rest = connect_rest(serve({"m": half_plus_two}, options=options))
    assert rest.predict({"instances": [2.0]}) == (
        504,
        {"error": "Timed out waiting for the answer"},
    )


def _request(value):
    from serving_helpers import predict_request

    return predict_request(inputs={"x": np.array([[value]], np.float32)})
