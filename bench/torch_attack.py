"""torch_attack.py -- Algorithm 1 of the paper in PyTorch: the adversary over parameters."""
import torch
import torch.nn.functional as F


def divergence(logits, nominal):
    """Mean over the batch of KL(nominal || softmax(logits))."""
    return F.kl_div(F.log_softmax(logits, 1), nominal, reduction="batchmean")


def climb(logits, p, star, nominal, zeta, steps):
    """`steps` sign steps uphill from `star` within the box; logits(parameters) runs the batch."""
    box = [zeta * q.detach().abs() for q in p]
    for _ in range(steps):
        star = [s.detach().requires_grad_(True) for s in star]
        gradients = torch.autograd.grad(divergence(logits(star), nominal), star)
        with torch.no_grad():
            star = [torch.max(torch.min(s + b / steps * g.sign(), q + b), q - b)
                    for s, g, q, b in zip(star, gradients, p, box)]
    return [s.detach() for s in star]
