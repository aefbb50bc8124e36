"""peer_training.py -- training steps in PyTorch: forward, backward and the optimiser."""
import torch
import torch.nn.functional as F

from torch_attack import climb, divergence
from torch_networks import Lsnn, ResNet32, cnn_logits
from torch_side import best, in_wall_time, load_inputs, load_model, report


def parameters(tensors, names):
    return [tensors[name].requires_grad_(True) for name in names]


CNN = [n + "." + part for n in ("conv1", "conv2", "fc1", "fc2", "fc3")
       for part in ("weight", "bias")]
LSNN = ["w_in", "w_rec", "w_out", "b_out"]


def run_cnn(folder, batch=128, steps=10, zeta=0.1, weight=0.25):
    p = parameters(load_model(folder + "/fmnist.bin")[0], CNN)
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
        start = [q.detach() + 1e-2 * zeta * q.detach().abs() * torch.randn_like(q) for q in p]
        star = climb(lambda s: cnn_logits(s, x), p, start, nominal.detach(), zeta, steps)
        moved = [q + (s - q.detach()) for q, s in zip(p, star)]
        robust = divergence(cnn_logits(moved, x), nominal)
        (F.cross_entropy(logits, y) + weight * robust).backward()
        adam.step()

    report("cnn-step-plain", best(plain, 1))
    report("cnn-step-attacked", best(attacked, 1, repeats=3))


def run_lsnn(folder, batch=100, names=("ecg", "causal6", "speech")):
    for name in names:
        tensors, constants = load_model("%s/%s.bin" % (folder, name))
        p = parameters(tensors, LSNN)
        lsnn = Lsnn(constants)
        x = load_inputs("%s/%s.f32" % (folder, name), (constants["steps"], constants["inputs"]))
        x = x[:batch].contiguous()
        y = torch.arange(batch) % p[3].numel()
        adam = torch.optim.Adam(p, 1e-5)

        def step():
            adam.zero_grad(set_to_none=True)
            logits, rates = lsnn.logits(p, x)
            penalty = 0.001 * (rates - 0.01).square().sum()
            (F.cross_entropy(logits, y) + penalty).backward()
            p[1].grad.fill_diagonal_(0)  # no neuron feeds itself
            adam.step()

        report("lsnn-step-" + name, best(step, 1))


def run_resnet(folder, batch=256):
    x, y = torch.randn(batch, 3, 32, 32), torch.randint(0, 10, (batch,))
    for name, layout in (("nchw", torch.contiguous_format), ("last", torch.channels_last)):
        net = ResNet32().to(memory_format=layout)
        images = x.contiguous(memory_format=layout)
        sgd = torch.optim.SGD(net.parameters(), 0.1, momentum=0.9, nesterov=True,
                              weight_decay=5e-4)

        def step():
            sgd.zero_grad(set_to_none=True)
            F.cross_entropy(net(images), y).backward()
            sgd.step()

        report("resnet-step-" + name, best(step, 1, repeats=3))


def run_threads(folder):
    in_wall_time(2, [lambda: run_cnn(folder), lambda: run_lsnn(folder, names=("ecg", "speech")),
                     lambda: run_resnet(folder)])
