"""Writes a small TorchScript classifier for tests: tiny_model.py OUT.pt [broken]

32 x 32 input, 4 outputs; layers `body` (16 x 16 x 12) and `deep` (8 x 8 x 16) have grids, and `deep` is
followed by pooling and a linear head. `broken` puts a NaN into the head, for errors of the network's workers.
"""
import sys

import torch


class Tiny(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3, 2, 1), torch.nn.ReLU())
        self.body = torch.nn.Sequential(torch.nn.Conv2d(8, 12, 3, 1, 1), torch.nn.ReLU())
        self.deep = torch.nn.Sequential(torch.nn.Conv2d(12, 16, 3, 2, 1), torch.nn.ReLU())
        self.pool = torch.nn.AdaptiveAvgPool2d(1)
        self.head = torch.nn.Linear(16, 4)

    def forward(self, x):
        x = self.deep(self.body(self.stem(x)))
        return self.head(torch.flatten(self.pool(x), 1))


torch.manual_seed(7)
model = Tiny().eval()
with torch.no_grad():
    model.head.weight.mul_(8)
    if len(sys.argv) > 2 and sys.argv[2] == "broken":
        model.head.weight[0, 0] = float("nan")
torch.jit.script(model).save(sys.argv[1])
