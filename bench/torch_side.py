"""torch_side.py -- files of bench/bench.c read into PyTorch, and a clock.

One thread; subnormal numbers are flushed, as ours are.
"""
import json
import struct
import time

import numpy as np
import torch

torch.set_num_threads(1)
torch.set_flush_denormal(True)
torch.manual_seed(0)


def load_model(path):
    """Tensors of a safetensors file, and its network description."""
    raw = open(path, "rb").read()
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:8 + size])
    network = json.loads(header.pop("__metadata__")["network"])
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = np.frombuffer(raw, np.float32, (end - begin) // 4, 8 + size + begin)
        tensors[name] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    return tensors, network


def load_inputs(path, shape):
    return torch.from_numpy(np.fromfile(path, np.float32).reshape((-1,) + shape))


def best(run, samples, repeats=5):
    run()
    times = []
    for _ in range(repeats):
        begun = time.process_time()
        run()
        times.append(time.process_time() - begun)
    return min(times) / samples


def report(name, seconds):
    print(name, repr(seconds), flush=True)
