"""peer_chips.py -- accuracy of one chip with mismatch in PyTorch: draw its parameters, run the test part."""
import torch

from peer_training import CNN, LSNN
from torch_networks import Lsnn, cnn_logits
from torch_side import best, load_inputs, load_model, report

LEVEL = 0.3


def accuracy(p, x, labels, logits, batch):
    chip = [q + LEVEL * q.abs() * torch.randn_like(q) for q in p]
    right = 0
    for first in range(0, len(x), batch):
        part = x[first:first + batch]
        right += (logits(chip, part).argmax(1) == labels[first:first + batch]).sum().item()
    return right


def run(folder):
    """The batch that suits PyTorch best is taken."""
    tensors, _ = load_model(folder + "/fmnist.bin")
    lsnn_tensors, constants = load_model(folder + "/ecg.bin")
    lsnn = Lsnn(constants)
    jobs = {"fmnist": ([tensors[n] for n in CNN], (1, 28, 28), cnn_logits),
            "ecg": ([lsnn_tensors[n] for n in LSNN], (constants["steps"], constants["inputs"]),
                    lambda p, x: lsnn.logits(p, x)[0])}
    with torch.no_grad():
        for name, (p, shape, logits) in jobs.items():
            x = load_inputs("%s/chip-%s.f32" % (folder, name), shape)
            labels = torch.zeros(len(x), dtype=torch.long)
            report("chip-" + name, min(best(lambda: accuracy(p, x, labels, logits, batch), 1, 2)
                                       for batch in (50, 100, 250, 500)))
