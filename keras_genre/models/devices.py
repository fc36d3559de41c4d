"""What this process can compute on."""

import importlib

import keras


def find_accelerators() -> list[tuple[str, tuple[int, int] | None]]:
    """The devices that are no CPUs: "gpu" or "tpu", and the compute capability of those that have.

    Empty with a backend that is neither TensorFlow nor JAX.
    """
    backend = keras.backend.backend()
    devices = _DEVICES[backend]() if backend in _DEVICES else []
    return [(kind, capability) for kind, capability in devices if kind != "cpu"]


def _tensorflow_devices() -> list[tuple[str, tuple[int, int] | None]]:
    # Keras has imported its backend; this floor must not know which one that is.
    config = importlib.import_module("tensorflow").config
    return [
        (
            device.device_type.lower(),
            config.experimental.get_device_details(device).get("compute_capability"),
        )
        for device in config.get_visible_devices()
    ]


def _jax_devices() -> list[tuple[str, tuple[int, int] | None]]:
    devices = []
    for device in importlib.import_module("jax").devices():
        text = getattr(device, "compute_capability", None)  # "9.0"; GPUs alone have it
        devices.append((device.platform, tuple(map(int, text.split("."))) if text else None))
    return devices


_DEVICES = {"tensorflow": _tensorflow_devices, "jax": _jax_devices}
