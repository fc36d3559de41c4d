import keras
import pytest

from keras_genre.models import devices, precision
from keras_genre.models.precision import policy_for_device

CPU = ("cpu", None)


@pytest.mark.parametrize(
    ("found", "policy"),
    [
        ([CPU], "float32"),
        ([CPU, ("gpu", (9, 0))], "mixed_bfloat16"),
        ([CPU, ("gpu", (8, 0))], "mixed_bfloat16"),
        ([CPU, ("gpu", (7, 5))], "mixed_float16"),
        ([CPU, ("gpu", (6, 1))], "float32"),
        ([CPU, ("gpu", None)], "float32"),  # another maker's: nothing is known of it
        ([CPU, ("gpu", (9, 0)), ("gpu", (7, 0))], "mixed_float16"),
        ([CPU, ("gpu", (10, 0))], "mixed_bfloat16"),
        ([("tpu", None)] * 8, "mixed_bfloat16"),
    ],
)
def test_policy_for_device_suits_the_weakest_accelerator(monkeypatch, found, policy):
    monkeypatch.setitem(devices._DEVICES, keras.backend.backend(), lambda: found)
    assert policy_for_device() == policy


def test_tensorflow_devices_gpu_gives_its_capability(monkeypatch):
    import tensorflow as tf

    monkeypatch.setattr(keras.backend, "backend", lambda: "tensorflow")
    gpu = tf.config.PhysicalDevice("/physical_device:GPU:0", "GPU")
    cpu = tf.config.PhysicalDevice("/physical_device:CPU:0", "CPU")
    details = {gpu: {"device_name": "a GPU", "compute_capability": (7, 5)}, cpu: {}}
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda: [cpu, gpu])
    monkeypatch.setattr(tf.config.experimental, "get_device_details", details.__getitem__)
    assert policy_for_device() == "mixed_float16"


def test_jax_devices_gpu_gives_its_capability(monkeypatch):
    import jax

    class Device:
        platform, compute_capability = "gpu", "8.6"

    monkeypatch.setattr(jax, "devices", lambda: [Device()])
    assert devices._jax_devices() == [("gpu", (8, 6))]


def test_policy_for_device_on_another_backend_is_float32(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    assert policy_for_device() == "float32"


@pytest.mark.parametrize(
    ("flags", "found", "has_transformer", "policy"),
    [
        ("fma avx512f avx512_bf16", [CPU], True, "mixed_bfloat16"),
        ("fma amx_bf16 amx_tile", [CPU], True, "mixed_bfloat16"),
        ("fma avx512_bf16", [CPU], False, "float32"),
        ("fma avx512f avx_vnni", [CPU], True, "float32"),
        ("fma avx512_bf16", [CPU, ("gpu", (7, 0))], True, "mixed_float16"),
        ("fma avx512_bf16", [CPU, ("gpu", (6, 1))], True, "float32"),
    ],
)
def test_policy_for_device_cpu_suits_its_flags(
    monkeypatch, tmp_path, flags, found, has_transformer, policy
):
    info = tmp_path / "cpuinfo"
    info.write_text(f"processor : 0\nmodel name : avx512_bf16\nflags\t\t: fpu {flags}\n")
    monkeypatch.setattr(precision, "_CPU_INFO", info)
    monkeypatch.setitem(devices._DEVICES, keras.backend.backend(), lambda: found)
    assert policy_for_device(has_transformer) == policy


def test_policy_for_device_cpu_of_which_nothing_is_known_is_float32(monkeypatch, tmp_path):
    monkeypatch.setattr(precision, "_CPU_INFO", tmp_path / "missing")
    monkeypatch.setitem(devices._DEVICES, keras.backend.backend(), lambda: [CPU])
    assert policy_for_device(has_transformer=True) == "float32"
