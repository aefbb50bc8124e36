#!/usr/bin/python3
"""speech.py -- the spiking network on spoken words, trained by PyTorch.

    speech.py --bench build/bin/bench [--epochs N] [--limit N] [--seed S] ... [--folder DIR]
    speech.py --bench build/bin/bench --evaluate model.bin

Everything that `train --task speech --method standard` sees is the same here: initial
parameters, batches in their order with each epoch's own augmentation, Adam, cosine
schedule, firing-rate penalty, the epoch chosen by validation accuracy.  Only the
arithmetic is PyTorch's.  --evaluate runs a model of ours on the same test part.
"""
import argparse
import math
import os
import subprocess
import sys

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from peer_training import LSNN
from torch_networks import Lsnn
from torch_side import load_model

STEPS, INPUTS = 98, 40


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", required=True, help="the program bench")
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--limit", type=int, default=0, help="training clips used; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lr", type=float, default=5e-3)
    parser.add_argument("--lr-final", type=float, default=5e-5)
    parser.add_argument("--augment", default="waveform")
    parser.add_argument("--evaluate", help="a model file: only run it")
    parser.add_argument("--folder", default="build/bench", help="for what bench exports")
    return parser.parse_args()


def part(options, split):
    stem = "%s/speech-%s" % (options.folder, split)
    if subprocess.call([options.bench, "export", "speech", split, stem],
                       stdout=subprocess.DEVNULL):
        sys.exit(3)  # bench has said why
    inputs = np.fromfile(stem + ".f32", np.float32).reshape(-1, STEPS, INPUTS)
    return torch.from_numpy(inputs), torch.from_numpy(np.fromfile(stem + ".u8", np.uint8)).long()


def accuracy(lsnn, p, samples):
    x, y = samples
    with torch.no_grad():
        right = sum((lsnn.logits(p, x[i:i + 256].contiguous())[0].argmax(1) == y[i:i + 256])
                    .sum().item() for i in range(0, len(x), 256))
    return 100.0 * right / len(x)


def batches(options, pipe):
    """One batch after the other out of the pipe."""
    size = STEPS * INPUTS
    while True:
        raw = pipe.read(options.batch * (4 * size + 1))
        if not raw:
            return
        inputs = np.frombuffer(raw, np.float32, options.batch * size).copy()
        labels = np.frombuffer(raw, np.uint8, options.batch, options.batch * 4 * size)
        yield (torch.from_numpy(inputs.reshape(-1, STEPS, INPUTS)),
               torch.from_numpy(labels.astype(np.int64)))


def train(options):
    count = len(part(options, "train")[1])
    if options.limit:
        count = min(count, options.limit)
    options.batch = min(options.batch, count)
    valid, test = part(options, "valid"), part(options, "test")
    initial = options.folder + "/speech-initial.bin"
    subprocess.run([options.bench, "initial", "speech", str(options.seed), initial], check=True)
    tensors, constants = load_model(initial)
    lsnn, p = Lsnn(constants), [tensors[name].requires_grad_(True) for name in LSNN]
    adam = torch.optim.Adam(p, options.lr)
    source = subprocess.Popen(
        [options.bench, "batches", "speech"] +
        [str(v) for v in (options.epochs, options.seed, options.limit, options.batch)] +
        [options.augment], stdout=subprocess.PIPE)
    per_epoch = count // options.batch
    best, chosen, total = -1, p, 0.0
    for step, (x, y) in enumerate(batches(options, source.stdout)):
        done = step / (options.epochs * per_epoch)
        half = 0.5 * (1 + math.cos(math.pi * done))
        adam.param_groups[0]["lr"] = options.lr_final + half * (options.lr - options.lr_final)
        adam.zero_grad(set_to_none=True)
        logits, rates = lsnn.logits(p, x)
        loss = F.cross_entropy(logits, y) + 0.001 * (rates - 0.01).square().sum()
        loss.backward()
        p[1].grad.fill_diagonal_(0)
        adam.step()
        total += loss.item()
        if (step + 1) % per_epoch == 0:
            now = accuracy(lsnn, p, valid)
            if now > best:
                best, chosen = now, [q.detach().clone() for q in p]
            print("epoch %3d  loss %.4f  valid %.2f %%" %
                  ((step + 1) // per_epoch, total / per_epoch, now), flush=True)
            total = 0.0
    print("PyTorch, %d clips, seed %d: valid %.2f %%, test %.2f %% of %d" %
          (count, options.seed, best, accuracy(lsnn, chosen, test), len(test[1])))
    return source.wait()


def evaluate(options):
    tensors, constants = load_model(options.evaluate)
    p, lsnn = [tensors[name] for name in LSNN], Lsnn(constants)
    valid, test = part(options, "valid"), part(options, "test")
    print("%s: valid %.2f %%, test %.2f %% of %d" %
          (options.evaluate, accuracy(lsnn, p, valid), accuracy(lsnn, p, test), len(test[1])))
    return 0


if __name__ == "__main__":
    arguments = arguments()
    os.makedirs(arguments.folder, exist_ok=True)
    sys.exit(evaluate(arguments) if arguments.evaluate else train(arguments))
