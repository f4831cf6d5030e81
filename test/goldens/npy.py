# Writes npy.json: NPY and NPZ files as NumPy writes them, and the numbers in them.
#
#   /usr/bin/python3 test/goldens/npy.py
import base64
import io
import json
import pathlib

import numpy as np

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(7)


def npy(array, version=None):
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version=version)
    return base64.b64encode(out.getvalue()).decode()


def numbers(array):
    return [bool(v) if array.dtype == bool else float(v) for v in array.ravel()]


files = []
for kind in ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]:
    for order in "<>":
        dtype = np.dtype(order + kind) if kind != "?" else np.dtype("?")
        low, high = (0, 2) if kind == "?" else (-90 if kind[0] != "u" else 0, 90)
        array = rng.integers(low, high, (2, 3, 4)).astype(dtype)
        if kind[0] == "f":
            array = (array / 7).astype(dtype)
            array.flat[:4] = [np.inf, -0.0, 6e-8, 1]
        for fortran in [False, True]:
            laid = np.asfortranarray(array) if fortran else array
            files.append([f"{array.dtype.str}{' fortran' if fortran else ''}", npy(laid), list(array.shape), numbers(array)])
for version in [(1, 0), (2, 0), (3, 0)]:
    files.append([f"version {version[0]}", npy(np.arange(3, dtype="<f4"), version), [3], [0, 1, 2]])
files.append(["a scalar", npy(np.float32(2.5)), [], [2.5]])
files.append(["nothing", npy(np.zeros((0, 4), "<i4")), [0, 4], []])

pair = dict(x=np.arange(6, dtype="<i4").reshape(2, 3), name=np.array([0.5, 0.25]))
archives = []
for save in [np.savez, np.savez_compressed]:
    out = io.BytesIO()
    save(out, **pair)
    archives.append([save.__name__, base64.b64encode(out.getvalue()).decode()])

refused = [
    ["complex numbers", npy(np.ones(2, "c8"))],
    ["texts", npy(np.array(["a", "bc"]))],
    ["records", npy(np.zeros(2, dtype=[("a", "f4"), ("b", "i4")]))],
    ["dates", npy(np.array(["2024-01-01"], dtype="datetime64[D]"))],
]
golden = dict(files=files, archives=archives, refused=refused, float32=npy(np.arange(6, dtype="<f4").reshape(2, 3)))
text = json.dumps(golden, separators=(",", ":")).replace("],[", "],\n[").replace("Infinity", '"Infinity"')
(here / "npy.json").write_text(text + "\n")
