"""A training loop for several workers, where `fit` of Keras does not work."""

import keras
import tensorflow as tf


class Loop:
    """Does what `keras.Model.fit` does, in step with the loops of the other workers.

    Model, train step, metrics and callbacks are the same as in `fit`. Every worker runs it and
    comes to the same numbers: losses and metrics are those of the films of all workers, so that
    callbacks decide alike everywhere.

    Args:
        strategy: A `MultiWorkerMirroredStrategy`.
        model: Compiled and built in its scope, its optimizer too.
    """

    def __init__(self, strategy: tf.distribute.Strategy, model: keras.Model):
        self._strategy = strategy
        self._model = model
        self._devices = len(strategy.extended.worker_devices)

    def fit(
        self,
        train: tf.data.Dataset,
        validation_data: tf.data.Dataset,
        initial_epoch: int,
        epochs: int,
        steps_per_epoch: int,
        callbacks: list[keras.callbacks.Callback],
        verbose: int = 0,
    ) -> None:
        """Train; arguments are those of `keras.Model.fit`.

        Args:
            train: This worker's share of every batch; as many batches on every worker.
            validation_data: The same of validation films.
            initial_epoch: As in `fit`.
            epochs: As in `fit`.
            steps_per_epoch: Number of the batches of `train`.
            callbacks: As in `fit`.
            verbose: As in `fit`.
        """
        model = self._model
        watching = keras.callbacks.CallbackList(
            callbacks,
            add_progbar=verbose != 0,
            model=model,
            verbose=verbose,
            epochs=epochs,
            steps=steps_per_epoch,
        )
        train_step = self._on_every_device(model.train_step, train)
        test_step = self._on_every_device(model.test_step, validation_data)
        model.stop_training = False
        watching.on_train_begin()
        logs = {}
        for epoch in range(initial_epoch, epochs):
            model.reset_metrics()
            watching.on_epoch_begin(epoch)
            for number, batch in enumerate(train):
                watching.on_train_batch_begin(number)
                watching.on_train_batch_end(number, train_step(batch))
            logs = self._measured()
            self._average_statistics()
            tested = self._test(test_step, validation_data, watching)
            logs |= {f"val_{name}": value for name, value in tested.items()}
            watching.on_epoch_end(epoch, logs)
            if model.stop_training:
                break
        model.optimizer.finalize_variable_values(model.trainable_weights)
        watching.on_train_end(logs)

    def _test(self, step, data, watching) -> dict[str, float]:
        self._model.reset_metrics()
        watching.on_test_begin()
        for batch in data:
            step(batch)
        logs = self._measured()
        watching.on_test_end(logs)
        return logs

    def _measured(self) -> dict[str, float]:
        """The metrics, of the films of all workers: reading their counts outside a step adds up."""
        return {name: float(value) for name, value in self._model.get_metrics_result().items()}

    def _on_every_device(self, step, data):
        @tf.function(input_signature=[data.element_spec])
        def together(batch):
            logs = self._strategy.run(lambda batch: step(self._part(batch)), args=(batch,))
            return {"loss": self._strategy.reduce("MEAN", logs["loss"], axis=None)}

        return together

    def _part(self, batch):
        """The films of this device among those of its worker."""
        if self._devices == 1:
            return batch
        number = tf.distribute.get_replica_context().replica_id_in_sync_group % self._devices
        films = tf.shape(batch[1])[0]
        start, stop = films * number // self._devices, films * (number + 1) // self._devices
        return tf.nest.map_structure(lambda value: value[start:stop], batch)

    def _average_statistics(self) -> None:
        """Give all workers the same statistics of batch normalisation: the mean of theirs."""
        statistics = [
            variable
            for layer in self._model._flatten_layers()
            if isinstance(layer, keras.layers.BatchNormalization) and layer.trainable
            for variable in (layer.moving_mean, layer.moving_variance)
        ]

        @tf.function
        def average():
            context = tf.distribute.get_replica_context()
            for variable in statistics:
                variable.assign(context.all_reduce("MEAN", tf.convert_to_tensor(variable)))

        if statistics:
            self._strategy.run(average)
