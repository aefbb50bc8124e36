"""peer_prover.py -- interval bounds in PyTorch, float32, rounded to nearest: not rigorous."""
import numpy as np
import torch
import torch.nn.functional as F

from torch_side import best, load_inputs, load_model, report

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


def run(folder):
    job_cnn_box(folder)
    job_lsnn_box(folder)
