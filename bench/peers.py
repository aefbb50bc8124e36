#!/usr/bin/python3
"""peers.py -- what a user would run instead of Steadfast: PyTorch in float32.

    OPENBLAS_CORETYPE=SkylakeX OMP_NUM_THREADS=1 peers.py FOLDER JOB...

FOLDER holds what bench/bench.c wrote: the models and a few hundred inputs, so that both
sides compute with the same numbers.  Every job prints "name seconds-per-sample",
CPU time, the best of five runs after a warm-up.  None of these bounds is
rigorous: float32, rounded to nearest.
"""
import json
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

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


# The CNN: centre and radius, two products a layer, exact for inputs that are not negative.

def cnn_parameters(folder):
    tensors, _ = load_model(folder + "/fmnist.bin")
    names = ["conv1", "conv2", "fc1", "fc2", "fc3"]
    return [tensors[n + "." + part] for n in names for part in ("weight", "bias")]


def cnn_bounds(p, size, zeta, x):
    low = high = F.pad(x, (2, 1, 2, 1))
    for i in range(0, 10, 2):
        mid, rad = (low + high) / 2, (high - low) / 2
        apply = F.conv2d if i < 4 else F.linear
        centre = apply(mid + zeta * rad, p[i], p[i + 1])
        radius = apply(rad + zeta * mid.abs(), size[i], zeta * size[i + 1])
        low, high = centre - radius, centre + radius
        if i < 8:
            low, high = F.relu(low), F.relu(high)
        if i < 4:
            low, high = F.max_pool2d(low, 2), F.max_pool2d(high, 2)
        if i == 2:
            low, high = low.flatten(1), high.flatten(1)
    return low, high


def job_cnn_box(folder):
    p = cnn_parameters(folder)
    size = [q.abs() for q in p]
    x = load_inputs(folder + "/fmnist.f32", (1, 28, 28))
    with torch.no_grad():
        for batch in (1, 32, 128):
            part = x[:batch]
            rounds = max(1, 64 // batch)
            run = lambda: [cnn_bounds(p, size, 1e-4, part) for _ in range(rounds)]
            report("cnn-box-%d" % batch, best(run, batch * rounds))


# The LSNN: interval bound propagation step by step, four products a step.

def lsnn_bounds(t, c, zeta, x):
    w_in, w_rec, w_out, b_out = t["w_in"], t["w_rec"], t["w_out"], t["b_out"]

    def split(w):
        low, high = w - zeta * w.abs(), w + zeta * w.abs()
        return low.clamp(min=0), low.clamp(max=0), high.clamp(min=0), high.clamp(max=0)

    sets = lsnn_bounds.cache.setdefault(zeta, (split(w_in), split(w_rec), split(w_out)))
    s_in, s_rec, s_out = sets

    def product(s, low, high):
        return low @ s[0] + high @ s[1], high @ s[2] + low @ s[3]

    rho = float(np.exp(-1 / float(c["tau"])))
    rho_b = float(np.exp(-1 / float(c["tau_ada"])))
    beta, b0 = float(c["beta"]), float(c["b0"])
    assert c["refractory"] == 1 and c["reset"] == "spike"
    batch, units = x.shape[0], w_rec.shape[0]
    zeros = lambda: torch.zeros(batch, units)
    v_low, v_high, a_low, a_high = zeros(), zeros(), zeros(), zeros()
    o_low, o_high, n_low, n_high = zeros(), zeros(), zeros(), zeros()
    up, down = x.clamp(min=0), x.clamp(max=0)  # the input is a point of either sign
    low_in, high_in = s_in[0] + s_in[1], s_in[2] + s_in[3]
    drive_low = (up @ low_in + down @ high_in).unbind(1)
    drive_high = (up @ high_in + down @ low_in).unbind(1)
    b_low = b_high = torch.full((batch, units), b0)
    for step in range(x.shape[1]):
        low, high = product(s_rec, o_low, o_high)
        v_low = rho * v_low + (1 - rho) * (drive_low[step] + low) - o_high * b_high
        v_high = rho * v_high + (1 - rho) * (drive_high[step] + high) - o_low * b_low
        a_low = rho_b * a_low + (1 - rho_b) * o_low
        a_high = rho_b * a_high + (1 - rho_b) * o_high
        b_low, b_high = b0 + beta * a_low, b0 + beta * a_high
        free_low, free_high = 1 - o_high, 1 - o_low  # one blocked step
        o_low = (v_low > b_high).float() * free_low
        o_high = (v_high > b_low).float() * free_high
        n_low, n_high = n_low + o_low, n_high + o_high
    low, high = product(s_out, n_low / x.shape[1], n_high / x.shape[1])
    return low + b_out - zeta * b_out.abs(), high + b_out + zeta * b_out.abs()


lsnn_bounds.cache = {}


def job_lsnn_box(folder):
    t, c = load_model(folder + "/ecg.bin")
    x = load_inputs(folder + "/ecg.f32", (c["steps"], c["inputs"]))
    with torch.no_grad():
        for zeta in (1e-5, 1e-3):
            for batch in (1, 100):
                part = x[:batch]
                rounds = 10 if batch == 1 else 1
                run = lambda: [lsnn_bounds(t, c, zeta, part) for _ in range(rounds)]
                report("lsnn-box-%d-%g" % (batch, zeta), best(run, batch * rounds))


# A training step of the paper's method: ten attack steps on the CNN, Adam.

def cnn_logits(p, x):
    x = F.max_pool2d(F.relu(F.conv2d(F.pad(x, (2, 1, 2, 1)), p[0], p[1])), 2)
    x = F.max_pool2d(F.relu(F.conv2d(x, p[2], p[3])), 2).flatten(1)
    x = F.relu(F.linear(x, p[4], p[5]))
    x = F.relu(F.linear(x, p[6], p[7]))
    return F.linear(x, p[8], p[9])


def job_cnn_step(folder, batch=128, steps=10, zeta=0.1, weight=0.25):
    p = [q.requires_grad_(True) for q in cnn_parameters(folder)]
    x = load_inputs(folder + "/fmnist.f32", (1, 28, 28))[:batch]
    y = torch.randint(0, 10, (batch,))
    adam = torch.optim.Adam(p, 1e-5)

    def plain():
        adam.zero_grad(set_to_none=True)
        F.cross_entropy(cnn_logits(p, x), y).backward()
        adam.step()

    def attacked():
        adam.zero_grad(set_to_none=True)
        logits = cnn_logits(p, x)
        nominal = F.softmax(logits, 1)
        fixed = nominal.detach()
        box = [zeta * q.detach().abs() for q in p]
        star = [q.detach() + 1e-2 * b * torch.randn_like(q) for q, b in zip(p, box)]
        for _ in range(steps):
            star = [s.detach().requires_grad_(True) for s in star]
            loss = F.kl_div(F.log_softmax(cnn_logits(star, x), 1), fixed, reduction="batchmean")
            gradients = torch.autograd.grad(loss, star)
            with torch.no_grad():
                star = [torch.max(torch.min(s + b / steps * g.sign(), q + b), q - b)
                        for s, g, q, b in zip(star, gradients, p, box)]
        moved = [q + (s.detach() - q.detach()) for q, s in zip(p, star)]
        robust = F.kl_div(F.log_softmax(cnn_logits(moved, x), 1), nominal,
                          reduction="batchmean")
        (F.cross_entropy(logits, y) + weight * robust).backward()
        adam.step()

    report("cnn-step-plain", best(plain, 1))
    report("cnn-step-attacked", best(attacked, 1, repeats=3))


JOBS = {"cnn-box": job_cnn_box, "lsnn-box": job_lsnn_box, "cnn-step": job_cnn_step}

if __name__ == "__main__":
    for job in sys.argv[2:] or JOBS:
        JOBS[job](sys.argv[1])
