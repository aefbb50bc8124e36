"""torch_side.py -- files of bench/bench.c read into PyTorch, and a clock.

One thread; subnormal numbers are flushed, as ours are.
"""
import json
import os
import struct
import time

import numpy as np
import torch

torch.set_num_threads(1)
torch.set_flush_denormal(True)
torch.manual_seed(0)

clock = time.process_time
prefix = ""


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
        begun = clock()
        run()
        times.append(clock() - begun)
    return min(times) / samples


def report(name, seconds):
    print(prefix + name, repr(seconds), flush=True)


def busy_seconds():
    """Processor seconds that anybody used, by the kernel's account."""
    fields = [float(word) for word in open("/proc/stat").readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


def in_wall_time(threads, jobs):
    """Run the jobs on several threads by the clock on the wall; names get a prefix.  Where
    others are computing it takes minutes and says nothing: then they are not run."""
    global clock, prefix
    before = busy_seconds()
    time.sleep(1)
    if busy_seconds() - before > 0.1:
        report("two-foreign", busy_seconds() - before)
        return
    torch.set_num_threads(threads)
    clock, prefix = time.perf_counter, "two-"
    busy, cpu, wall = busy_seconds(), time.process_time(), time.perf_counter()
    for job in jobs:
        job()
    wall, cpu, busy = time.perf_counter() - wall, time.process_time() - cpu, busy_seconds() - busy
    report("foreign", max(0.0, busy - cpu) / wall)
    torch.set_num_threads(1)
    clock, prefix = time.process_time, ""
