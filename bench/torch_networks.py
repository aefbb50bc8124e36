"""torch_networks.py -- the networks of specs/network.md in PyTorch, float32, eager.

Written as well as eager PyTorch allows, so that a comparison with them is fair:
parameters are plain lists of tensors in the model file's order and layout.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


# The paper's CNN; p holds weight and bias of conv1, conv2, fc1, fc2, fc3.

def cnn_logits(p, x):
    x = F.max_pool2d(F.relu(F.conv2d(F.pad(x, (2, 1, 2, 1)), p[0], p[1])), 2)
    x = F.max_pool2d(F.relu(F.conv2d(x, p[2], p[3])), 2).flatten(1)
    x = F.relu(F.linear(x, p[4], p[5]))
    x = F.relu(F.linear(x, p[6], p[7]))
    return F.linear(x, p[8], p[9])


# The spiking network; p holds w_in, w_rec, w_out, b_out.

class Spike(torch.autograd.Function):
    """o = 1 where V > B and the neuron is free; the surrogate derivative of
    u = (V - B) / B is 0.3 max(0, 1 - |u|).  Forward and backward are written out, which
    saves autograd a handful of small operations per step."""

    @staticmethod
    def forward(ctx, v, threshold, free):
        u = v / threshold
        ctx.save_for_backward(u, threshold, free)
        return (v > threshold).float().mul_(free)

    @staticmethod
    def backward(ctx, d_o):
        u, threshold, free = ctx.saved_tensors
        psi = (u - 1).abs_().neg_().add_(1).clamp_(min=0).mul_(0.3)
        d_v = psi.mul_(free).mul_(d_o).div_(threshold)
        return d_v, (d_v * u).neg_(), None


class Lsnn:
    """Constants of one network; logits(p, x) also returns the spike rates."""

    def __init__(self, constants):
        c = constants
        self.rho = math.exp(-1 / float(c["tau"]))
        self.rho_b = math.exp(-1 / float(c["tau_ada"]))
        self.beta, self.b0 = float(c["beta"]), float(c["b0"])
        assert c["refractory"] == 1 and c["reset"] == "spike"

    def logits(self, p, x):
        w_in, w_rec, w_out, b_out = p
        batch, steps, units = x.shape[0], x.shape[1], w_rec.shape[0]
        gain = 1 - self.rho
        # One product for all steps; unbind, because slicing makes backward several
        # times slower.
        drive = (x.transpose(0, 1).reshape(steps * batch, -1) @ (w_in * gain)) \
            .view(steps, batch, units).unbind(0)
        recur = w_rec * gain
        free = torch.ones(batch, units)
        threshold = torch.full((batch, units), self.b0)
        rest = torch.full((batch, units), self.b0 * (1 - self.rho_b))
        v, o, count = drive[0], None, None
        for t in range(steps):
            if t:
                current = torch.addmm(drive[t], o, recur)
                v = torch.addcmul(torch.add(current, v, alpha=self.rho), o, threshold, value=-1)
                threshold = torch.add(torch.add(rest, threshold, alpha=self.rho_b), o,
                                      alpha=self.beta * (1 - self.rho_b))
                free = 1 - o.detach()  # one blocked step after a spike
            o = Spike.apply(v, threshold, free)
            count = count + o if t else o
        rates = count / steps
        return torch.addmm(b_out, rates, w_out), rates


# ResNet32 for 32 x 32 images: three stages of five basic blocks, option-A shortcuts.

class Block(nn.Module):
    def __init__(self, width_in, width):
        super().__init__()
        self.stride = 1 if width_in == width else 2
        self.grow = (width - width_in) // 2
        self.conv1 = nn.Conv2d(width_in, width, 3, self.stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        y = self.bn2(self.conv2(y))
        if self.stride == 2:  # every second place, zero channels on both sides
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.grow, self.grow))
        return F.relu(y.add_(x), inplace=True)


class ResNet32(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn = nn.BatchNorm2d(16)
        widths = [16] * 6 + [32] * 5 + [64] * 5
        self.blocks = nn.Sequential(*[Block(a, b) for a, b in zip(widths, widths[1:])])
        self.linear = nn.Linear(64, classes)
        for m in self.modules():
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                nn.init.kaiming_normal_(m.weight)

    def forward(self, x):
        x = F.relu(self.bn(self.conv(x)), inplace=True)
        return self.linear(self.blocks(x).mean((2, 3)))
