#!/usr/bin/python3
"""Exports the networks that the tests compare with Python: torchvision's, with random weights, and a few small ones.

    export_test_models.py FOLDER [NAME ...]

For each network of torchvision FOLDER gets NAME.traced.pt, NAME.scripted.pt, their card NAME.json, and
NAME.golden.json with NAME.golden.bin: tensors computed in eager mode, in float64 ("f64.…") and float32 ("f32.…"):
`input`, `logits`, and for each layer LAYER of LAYERS `act.LAYER` and `grad.LAYER`, the gradient of Σ over photos of
output 3 − output 7 / 2; `grad.` is that of the input. The JSON gives each one's shape and where its float64 values begin.
The small networks are what the tests of errors and of attribution need. The seed is fixed.
"""

import json
import os
import sys
import warnings

import torch
import torchvision
from torch import nn

warnings.filterwarnings("ignore")

# Layers right before in-place operations (bn2, conv of VGG) are traps: a careless tap sees what comes after them.
LAYERS = {
    "resnet18": ["layer1.0.bn1", "layer2.0.downsample.1", "layer3", "layer4.1.bn2", "layer4"],
    "resnet50": ["layer1.2", "layer3.5.bn3", "layer3", "layer4"],
    "vgg16": ["features.10", "features.23", "features.29"],
    "densenet121": ["features.denseblock2.denselayer3.conv1", "features.transition2.pool", "features.denseblock3",
                    "features.norm5"],
    "efficientnet_b0": ["features.3", "features.5.1.block.1", "features.5", "features.8"],
    "mobilenet_v2": ["features.6.conv.2", "features.13", "features.18"],
    "mobilenet_v3_large": ["features.4.block.2", "features.12", "features.16"],
    "inception_v3": ["Mixed_5d", "Mixed_6e.branch7x7_2.bn", "Mixed_6e", "Mixed_7c"],
}
SIDE = {"inception_v3": 171}  # of the pictures compared; the others' is 128


def save_tensors(tensors, path):
    index, start = {}, 0
    with open(path + ".bin", "wb") as file:
        for key, value in tensors.items():
            values = value.detach().double().contiguous().numpy()
            index[key] = {"start": start, "shape": list(values.shape)}
            file.write(values.tobytes())
            start += values.size
    with open(path + ".json", "w") as file:
        json.dump(index, file)


def save_card(folder, name, side):
    with open(os.path.join(folder, name + ".json"), "w") as file:
        json.dump({"input": {"width": side, "height": side, "fit": "stretch"}}, file)


def build(name):
    torch.manual_seed(2)
    options = {"init_weights": True} if name == "inception_v3" else {}
    network = getattr(torchvision.models, name)(num_classes=10, **options)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):  # as after training, not the identity
            nn.init.normal_(module.running_mean, 0, 0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
            nn.init.uniform_(module.weight, 0.7, 1.3)
            nn.init.normal_(module.bias, 0, 0.1)
    return network.eval().requires_grad_(False)


def golden(network, layers, picture, dtype):
    network.to(dtype)
    picture = picture.to(dtype).requires_grad_(True)
    kept = {}
    handles = []
    for path in layers:
        def keep(_module, _inputs, output, path=path):
            kept[path] = output.clone()
            kept[path].retain_grad()
            return kept[path].clone()  # in-place operations may write into this one
        handles.append(network.get_submodule(path).register_forward_hook(keep))
    logits = network(picture)
    (logits[:, 3] - logits[:, 7] / 2).sum().backward()
    for handle in handles:
        handle.remove()
    tensors = {"logits": logits.detach(), "grad.": picture.grad}
    for path in layers:
        tensors["act." + path] = kept[path].detach()
        tensors["grad." + path] = kept[path].grad
    network.to(torch.float32)
    return tensors


def export(name, folder):
    network = build(name)
    side = SIDE.get(name, 128)
    torch.manual_seed(3)
    picture = torch.randn(2, 3, side, side)
    tensors = {"input": picture}
    for prefix, dtype in (("f64.", torch.float64), ("f32.", torch.float32)):
        for key, value in golden(network, LAYERS[name], picture, dtype).items():
            tensors[prefix + key] = value
    save_tensors(tensors, os.path.join(folder, name + ".golden"))
    save_card(folder, name, side)
    with torch.no_grad():
        torch.jit.trace(network, picture[:1], check_trace=False).save(os.path.join(folder, name + ".traced.pt"))
    torch.jit.script(network).save(os.path.join(folder, name + ".scripted.pt"))


class Small(nn.Module):
    """Two convolutions, a hidden layer after pooling; `head` says how it ends."""

    def __init__(self, head="logits"):
        super().__init__()
        self.head = head
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU(inplace=True))
        self.act = nn.ReLU(inplace=True)
        self.body = nn.Conv2d(8, 12, 3, 2, 1)
        self.top = nn.Conv2d(12, 12, 3, 1, 1)
        self.drop = nn.Dropout(0.5)
        self.fc = nn.Linear(12, 4)

    def forward(self, x):
        photos = x.shape[0]  # asked for here, used after the layers
        x = self.act(self.body(self.stem(x)))
        x = self.act(self.top(x))
        x = x.mean([2, 3]).view(photos, -1)
        x = self.fc(self.drop(x))
        if self.head == "softmax":
            x = torch.softmax(3 * x, 1)
        if self.head == "sigmoid":
            x = torch.sigmoid(x)
            x = x / x.sum(1, keepdim=True)
        return x


class Flat(nn.Module):
    """No grid anywhere."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3 * 32 * 32, 4)

    def forward(self, x):
        return self.fc(x.flatten(1))


class Writes(nn.Module):
    """Writes into a part of a tensor."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        y = self.conv(x)
        y[:, :, 0] = 0
        return y.mean([2, 3])


class Broken(Small):
    """Its gradients are not finite: the square root of zero."""

    def forward(self, x):
        x = self.act(self.body(self.stem(x)))
        x = torch.sqrt(0 * x)
        return self.fc(x.mean([2, 3]))


def build_small():
    torch.manual_seed(4)
    small = Small()
    nn.init.uniform_(small.stem[1].running_mean, -0.3, 0.3)
    nn.init.normal_(small.body.bias, 0, 0.3)
    nn.init.normal_(small.top.bias, 0, 0.3)
    return small.eval()


def export_small(folder):
    small = build_small()

    def save(module, name):
        if module is not small:
            own = module.state_dict()
            module.load_state_dict({k: small.state_dict()[k] if k in small.state_dict() and
                                    small.state_dict()[k].shape == v.shape else v for k, v in own.items()})
        torch.jit.script(module.eval()).save(os.path.join(folder, name + ".pt"))

    save_card(folder, "card32", 32)
    save(small, "small")
    save(Small("softmax"), "softmax")
    save(Small("sigmoid"), "normalised_sigmoid")
    save(Broken(), "broken")
    save(Flat(), "flat")
    save(Writes(), "writes")
    torch.save(small.state_dict(), os.path.join(folder, "weights_only.pt"))

    # Attribution of the positions of `stem` by its definition: 8, 16, 32 and 64 midpoint steps in float64.
    torch.manual_seed(5)
    picture = torch.randn(2, 3, 32, 32)
    small.double()
    stem = small.stem(picture.double()).detach()
    tensors = {"input": picture, "stem": stem}
    for steps in (8, 16, 32, 64):
        mean = torch.zeros_like(stem)
        for i in range(steps):
            h = ((i + 0.5) / steps * stem).requires_grad_(True)
            logits = small.fc(torch.relu(small.top(torch.relu(small.body(h)))).mean([2, 3]))
            mean += torch.autograd.grad((logits[:, 1] - logits[:, 2]).sum(), h)[0] / steps
        tensors["attribution.%d" % steps] = (mean * stem).sum(1)
    logits = small.fc(torch.relu(small.top(torch.relu(small.body(stem)))).mean([2, 3]))
    zero = small.fc(torch.relu(small.top(torch.relu(small.body(0 * stem)))).mean([2, 3]))
    tensors["change"] = ((logits - zero)[:, 1] - (logits - zero)[:, 2]).detach()
    save_tensors(tensors, os.path.join(folder, "small.golden"))

    # Every weight positive: the gradient of one position is its receptive field.
    positive = nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1), nn.ReLU(), nn.Conv2d(4, 4, 5, 2, 1), nn.AvgPool2d(2, 2),
                             nn.ZeroPad2d((0, 1, 1, 0)), nn.Conv2d(4, 4, 3, 1, 1, dilation=1), nn.ReLU(),
                             nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
    for parameter in positive.parameters():
        nn.init.constant_(parameter, 0.1)
    torch.jit.script(positive.eval()).save(os.path.join(folder, "positive.pt"))


def main():
    folder, names = sys.argv[1], sys.argv[2:] or ["small", *LAYERS]
    os.makedirs(folder, exist_ok=True)
    for name in names:
        export_small(folder) if name == "small" else export(name, folder)


if __name__ == "__main__":
    main()
