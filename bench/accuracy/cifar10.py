#!/usr/bin/python3
"""cifar10.py -- ResNet32 on CIFAR-10, trained by PyTorch with the recipe of `train`.

    STEADFAST_DATA=DIR cifar10.py [--epochs N] [--limit N] [--seed S] [--augment KIND] ...

SGD with Nesterov's momentum, weight decay on everything, the rate times 0.2 at the
milestones; images mirrored, cut out of a border of 4 black pixels, one hole of
16 x 16.  It shares nothing with our side: data, augmentation and initial
parameters are read, drawn and chosen here; the split is that of specs/data.md (the last
tenth of each batch validates).  The epoch with the best validation accuracy counts.
"""
import argparse
import gzip
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from torch_networks import ResNet32

MEAN = torch.tensor([0.4914, 0.4822, 0.4465]).view(1, 3, 1, 1)
DEVIATION = torch.tensor([0.2023, 0.1994, 0.2010]).view(1, 3, 1, 1)
HOLE = 16


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--limit", type=int, default=0, help="training images used; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--weight-decay", type=float, default=5e-4)
    parser.add_argument("--milestones", type=lambda s: [float(x) for x in s.split(",")],
                        default=[0.5, 0.75, 0.9], help="shares of the steps")
    parser.add_argument("--augment", choices=("none", "flip", "crop", "cutout"), default="cutout")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def read_batch(name):
    """Images [n, 3, 32, 32], standardised, and labels; None when there is no such file."""
    stem = os.path.join(os.environ.get("STEADFAST_DATA", "data"), "cifar-10", name)
    for path, opener in ((stem, open), (stem + ".gz", gzip.open)):
        if os.path.exists(path):
            with opener(path, "rb") as file:
                records = np.frombuffer(file.read(), np.uint8).reshape(-1, 3073)
            images = torch.from_numpy(records[:, 1:].reshape(-1, 3, 32, 32).copy()).float() / 255
            return (images - MEAN) / DEVIATION, torch.from_numpy(records[:, 0].astype(np.int64))
    return None


def read_training():
    train, valid = [], []
    for number in range(1, 6):
        batch = read_batch("data_batch_%d.bin" % number)
        if batch:
            cut = len(batch[0]) - len(batch[0]) // 10
            train.append([t[:cut] for t in batch])
            valid.append([t[cut:] for t in batch])
    if not train:
        sys.exit("cifar10.py: no CIFAR-10 batch below STEADFAST_DATA; specs/fetch-data gets them")
    return [[torch.cat(parts) for parts in zip(*whole)] for whole in (train, valid)]


def augment(x, kind):
    if kind == "none":
        return x
    count = len(x)
    x = torch.where(torch.rand(count, 1, 1, 1) < 0.5, x.flip(3), x)
    if kind == "flip":
        return x
    black = -MEAN / DEVIATION
    wide = F.pad(x - black, (4, 4, 4, 4)) + black
    corner = torch.randint(0, 9, (count, 2))
    rows = (corner[:, :1] + torch.arange(32)).view(count, 1, 32, 1)
    columns = (corner[:, 1:] + torch.arange(32)).view(count, 1, 1, 32)
    image, colour = torch.arange(count).view(-1, 1, 1, 1), torch.arange(3).view(1, -1, 1, 1)
    x = wide[image, colour, rows, columns]
    if kind == "crop":
        return x
    centre = torch.randint(0, 32, (count, 2, 1)) - HOLE // 2
    place = torch.arange(32)
    inside = (place >= centre) & (place < centre + HOLE)
    hole = inside[:, 0].view(count, 1, 32, 1) & inside[:, 1].view(count, 1, 1, 32)
    return x.masked_fill(hole, 0)


def accuracy(net, samples):
    x, y = samples
    net.eval()
    with torch.no_grad():
        right = sum((net(x[i:i + 500]).argmax(1) == y[i:i + 500]).sum().item()
                    for i in range(0, len(x), 500))
    net.train()
    return 100.0 * right / len(x)


def main(options):
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(options.seed)
    (images, labels), valid = read_training()
    test = read_batch("test_batch.bin") or read_batch("test_batch_first1000.bin")
    if options.limit:
        images, labels = images[:options.limit], labels[:options.limit]
    net = ResNet32().to(memory_format=torch.channels_last)
    sgd = torch.optim.SGD(net.parameters(), options.lr, momentum=0.9, nesterov=True,
                          weight_decay=options.weight_decay)
    per_epoch = len(images) // options.batch
    best, chosen, when = -1, -1, 0
    for epoch in range(options.epochs):
        order, total = torch.randperm(len(images)), 0.0
        for b in range(per_epoch):
            done = (epoch + b / per_epoch) / options.epochs
            sgd.param_groups[0]["lr"] = options.lr * 0.2 ** sum(done >= m for m in
                                                                options.milestones)
            here = order[b * options.batch:(b + 1) * options.batch]
            x = augment(images[here], options.augment)
            sgd.zero_grad(set_to_none=True)
            loss = F.cross_entropy(net(x.contiguous(memory_format=torch.channels_last)),
                                   labels[here])
            loss.backward()
            sgd.step()
            total += loss.item()
        now = accuracy(net, valid)
        if now > best:
            best, chosen, when = now, accuracy(net, test), epoch + 1
        print("epoch %3d  loss %.4f  valid %.2f %%" % (epoch + 1, total / per_epoch, now),
              flush=True)
    print("PyTorch, %d images, seed %d: valid %.2f %%, test %.2f %% of %d (epoch %d)" %
          (len(images), options.seed, best, chosen, len(test[1]), when))


if __name__ == "__main__":
    main(arguments())
