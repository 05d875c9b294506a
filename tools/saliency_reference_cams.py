#!/usr/bin/python3
"""Class activation maps by their definitions, in eager mode and float64: what the tests compare explain/saliency/ with.

    saliency_reference_cams.py MODELS FOLDER

MODELS is the folder of export_test_models.py. For each of NETWORKS FOLDER gets NAME.golden.json and NAME.golden.bin, in
the form of that script: `photo` (height × width × RGB, 0…255), `direction`, `centre` and `scale` of a concept
for each layer (`direction.LAYER` …), and the maps, `METHOD.LAYER.TARGET` on the layer's grid, unrectified. Fused and
masking ones lie on the input's pixels: `layer-cam.fused.TARGET`. `value.TARGET` is the target itself.
"""

import os
import sys

import torch
from torch import nn

import export_test_models as networks

# The input is the photo divided by this: its numbers are exact in any precision. (Grad-CAM++ at a layer with values below
# zero multiplies any rounding by a thousand.) The tests' card has mean 0 and std 64/255.
STD = 64

# Layer → stride over the input; the receptive field of position 0 has its centre on pixel 0 in all of them.
NETWORKS = {
    "small": {"side": 32, "layers": {"stem": 2, "body": 4, "act": 4, "act#2": 4}, "fused": ["stem", "act", "act#2"],
              "channels": [0, 5]},
    "softmax": {"side": 32, "layers": {"act#2": 4}, "fused": [], "channels": [0]},
    "resnet18": {"side": 96, "layers": {"layer2": 8, "layer3.0.downsample.1": 16, "layer3": 16, "layer4": 32},
                 "fused": ["layer2", "layer3", "layer4"], "channels": [5]},
}


def build(name, models):
    network = networks.build(name) if name == "resnet18" else networks.Small("softmax" if name == "softmax" else "logits")
    exported = name + (".scripted.pt" if name == "resnet18" else ".pt")
    network.load_state_dict(torch.jit.load(os.path.join(models, exported)).state_dict())
    return network.double().eval().requires_grad_(False)


def forward(network, x, layers):
    """The outputs (log p where they are probabilities), and each layer's output by name; the second use is NAME#2."""
    kept, handles = {}, []
    for path in {layer.split("#")[0] for layer in layers}:
        def keep(_module, _inputs, output, path=path):
            name, count = path, 1
            while name in kept:
                count += 1
                name = "%s#%d" % (path, count)
            kept[name] = output.clone()
            if kept[name].requires_grad:
                kept[name].retain_grad()
            return kept[name].clone()  # in-place operations may write into this one
        handles.append(network.get_submodule(path).register_forward_hook(keep))
    outputs = network(x)
    for handle in handles:
        handle.remove()
    if getattr(network, "head", "logits") == "softmax":
        outputs = outputs.log()
    return outputs, kept


class OutputTarget:
    def __init__(self, *weights):
        self.weights = weights
        self.layer = None

    def __call__(self, outputs, kept):
        return sum(weight * outputs[:, index] for index, weight in self.weights)


class ConceptTarget:
    """The mean over the grid of direction · (h − centre) / scale."""

    def __init__(self, layer, direction, centre, scale):
        self.layer, self.direction, self.centre, self.scale = layer, direction, centre, scale

    def __call__(self, outputs, kept):
        h = (kept[self.layer].permute(0, 2, 3, 1) - self.centre) / self.scale
        return (h @ self.direction).mean([1, 2])

    def of_positions(self, a):
        """What each position of the concept's own layer adds; the sum is the target."""
        h = (a.permute(1, 2, 0) - self.centre) / self.scale
        return (h @ self.direction) / h[..., 0].numel()


def upsample(grid, stride, side):
    """Bilinear between the positions, whose centres lie on the pixels 0, stride, 2 stride …; the nearest beyond them."""
    rows, columns = grid.shape
    pixels = torch.arange(side, dtype=grid.dtype)
    v, u = (pixels / stride).clamp(max=rows - 1), (pixels / stride).clamp(max=columns - 1)
    i, j = v.long(), u.long()
    below, right = (i + 1).clamp(max=rows - 1), (j + 1).clamp(max=columns - 1)
    v, u = (v - i)[:, None], (u - j)[None]
    top = grid[i][:, j] * (1 - u) + grid[i][:, right] * u
    bottom = grid[below][:, j] * (1 - u) + grid[below][:, right] * u
    return top * (1 - v) + bottom * v


def grad_cam(a, g):
    return sum(g[k].mean() * a[k] for k in range(len(a)))


def grad_cam_plus_plus(a, g):
    total = torch.zeros_like(a[0])
    for k in range(len(a)):
        alpha = g[k] ** 2 / (2 * g[k] ** 2 + a[k].sum() * g[k] ** 3 + 1e-6)
        total += (alpha * torch.relu(g[k])).sum() * a[k]
    return total


def hires_cam(a, g):
    return (g * a).sum(0)


def layer_cam(a, g):
    return (torch.relu(g) * a).sum(0)


def eigen_cam(a):
    positions = a.flatten(1).T
    _, _, directions = torch.linalg.svd(positions, full_matrices=False)
    projected = positions @ directions[0]
    return (projected * torch.sign(projected.mean())).view(a.shape[1:])


def score_cam(network, x, layers, a, stride, target, channels):
    flat = [k for k in range(len(a)) if a[k].max() > a[k].min()]
    order = sorted(flat, key=lambda k: -a[k].mean().item())
    order = order[:channels] if channels else order
    gains = []
    blank = target(*forward(network, torch.zeros_like(x), layers))
    for k in order:
        mask = upsample(a[k], stride, x.shape[2])
        mask = (mask - mask.min()) / (mask.max() - mask.min())
        gains.append(target(*forward(network, x * mask, layers)) - blank)
    weights = torch.softmax(torch.cat(gains), 0)
    return sum(weight * a[k] for weight, k in zip(weights, order))


def fuse(maps, strides, side, gamma):
    wide = []
    for i, (one, stride) in enumerate(zip(maps, strides)):
        one = torch.relu(one)
        one = one / one.max()
        if i + 1 < len(maps):
            one = torch.tanh(gamma * one)
        wide.append(upsample(one, stride, side))
    return torch.stack(wide).amax(0)


def make(name, models, folder):
    plan = NETWORKS[name]
    side, layers = plan["side"], plan["layers"]
    network = build(name, models)
    torch.manual_seed(11)
    # Smooth, so that masks matter; 8 bits a channel.
    photo = nn.functional.interpolate(torch.rand(1, 3, 7, 7), size=(side, side), mode="bicubic")[0].permute(1, 2, 0)
    photo = (255 * photo.clamp(0, 1)).round()
    x = (photo / STD).permute(2, 0, 1)[None].double()

    tensors = {"photo": photo}
    with torch.no_grad():
        _, kept = forward(network, x, layers)
    targets = {"output": OutputTarget((1, 1.0)), "difference": OutputTarget((0, 1.0), (3, -1.0)),
               "steep": OutputTarget((2, 30.0), (0, -30.0))}  # so that Score-CAM's weights differ much
    order = list(layers)
    for layer in order:
        channels = kept[layer].shape[1]
        direction, centre, scale = torch.randn(channels), torch.randn(channels) / 4, 0.5 + torch.rand(channels)
        tensors.update({"direction." + layer: direction, "centre." + layer: centre, "scale." + layer: scale})
        targets["concept@" + layer] = ConceptTarget(layer, direction.double(), centre.double(), scale.double())

    for label, target in targets.items():
        last = order.index(target.layer) if target.layer else len(order)
        # Only what the target depends on: for a concept the layers before its own, and that one.
        reached = order[:last + 1]
        outputs, kept = forward(network, x.clone().requires_grad_(True), layers)
        z = target(outputs, kept)[0]
        tensors["value." + label] = z.detach().view(1)
        z.backward()
        maps = {}
        for layer in reached:
            if kept[layer].grad is None:  # beside the concept's layer, not before it
                continue
            a, g = kept[layer].detach()[0], kept[layer].grad[0]
            for method in (grad_cam, grad_cam_plus_plus, hires_cam, layer_cam):
                key = method.__name__.replace("_plus_plus", "++").replace("_", "-")
                if layer == target.layer and method in (grad_cam, hires_cam):
                    maps[key, layer] = target.of_positions(a)
                else:
                    maps[key, layer] = method(a, g)
                tensors["%s.%s.%s" % (key, layer, label)] = maps[key, layer]
        with torch.no_grad():
            for layer in reached if target.layer is None else []:
                a = kept[layer].detach()[0]
                tensors["eigen-cam.%s.%s" % (layer, label)] = eigen_cam(a)
                for channels in plan["channels"]:
                    tensors["score-cam.%s.%s.%d" % (layer, label, channels)] = score_cam(
                        network, x, layers, a, layers[layer], target, channels)
        if plan["fused"] and target.layer is None:
            for gamma in (2, 5):
                tensors["layer-cam.fused.%s.%d" % (label, gamma)] = fuse(
                    [maps["layer-cam", layer] for layer in plan["fused"]], [layers[layer] for layer in plan["fused"]],
                    side, gamma)
    networks.save_tensors(tensors, os.path.join(folder, name + ".golden"))


def main():
    models, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    for name in NETWORKS:
        make(name, models, folder)


if __name__ == "__main__":
    main()
