#!/usr/bin/python3
"""attack.py -- the adversary of trainer/ beside the same algorithm in PyTorch.

    OPENBLAS_CORETYPE=SkylakeX attack.py FOLDER        after: bench attack FOLDER

Both go ten sign steps of zeta |Theta| / 10 inside the box zeta 0.1, uphill in KL, from
the same start, on the same batches.  PyTorch evaluates where both arrived: the loss,
and how many points of accuracy are lost.
Ends with 1 when ours has less than 99 % of PyTorch's loss on average.
"""
import sys

import numpy as np
import torch
import torch.nn.functional as F

from peer_training import CNN, LSNN
from torch_attack import climb, divergence
from torch_networks import Lsnn, cnn_logits
from torch_side import load_inputs, load_model

ZETA, STEPS, BATCHES, BATCH = 0.1, 10, 5, 100


def read(folder, names, stem):
    tensors, constants = load_model("%s/%s.bin" % (folder, stem))
    return [tensors[name] for name in names], constants


def compare(folder, name, names, run, shape):
    p, constants = read(folder, names, name)
    inputs = load_inputs("%s/%s.f32" % (folder, name), shape)
    labels = torch.from_numpy(np.fromfile("%s/%s-labels.u8" % (folder, name), np.uint8)).long()
    logits = run(constants)
    rows = []
    for number in range(BATCHES):
        x = inputs[number * BATCH:(number + 1) * BATCH].contiguous()
        start, _ = read(folder, names, "%s-start-%d" % (name, number))
        ours, _ = read(folder, names, "%s-star-%d" % (name, number))
        with torch.no_grad():
            nominal = F.softmax(logits(p, x), 1)
        theirs = climb(lambda s: logits(s, x), p, start, nominal, ZETA, STEPS)
        y = labels[number * BATCH:(number + 1) * BATCH]
        with torch.no_grad():
            ends = [logits(q, x) for q in (start, ours, theirs)]
            right = [(e.argmax(1) == y).float().mean().item() * 100 for e in [logits(p, x)] + ends]
            rows.append([divergence(e, nominal).item() for e in ends] +
                        [right[0] - right[2], right[0] - right[3]])
        print("%-8s %5d %12.6f %12.6f %12.6f %10.2f %10.2f" % (name, number, *rows[-1]),
              flush=True)
    mean = np.mean(rows, 0)
    reached = mean[1] >= 0.99 * mean[2]
    print("%-8s  mean %12.6f %12.6f %12.6f %10.2f %10.2f   %s" %
          (name, *mean, "reached" if reached else "BELOW PYTORCH"))
    return reached


def main(folder):
    print("%-8s %5s %12s %12s %12s %10s %10s   KL loss; accuracy lost" %
          ("network", "batch", "start", "ours", "PyTorch", "ours", "PyTorch"))
    cnn = compare(folder, "fmnist", CNN, lambda _: cnn_logits, (1, 28, 28))
    lsnn = compare(folder, "ecg", LSNN, lambda c: lambda p, x: Lsnn(c).logits(p, x)[0], (100, 2))
    return 0 if cnn and lsnn else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
