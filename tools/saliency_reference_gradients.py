#!/usr/bin/python3
"""Writes what the gradient family of saliency methods must give, computed in eager mode, in float64, the plain way.

    saliency_reference_gradients.py MODELS FOLDER

MODELS is the folder of export_test_models.py. For each network FOLDER gets NAME.pt and its card NAME.json, and
NAME.golden.json with NAME.golden.bin (in the form of that script): `photo`, rows × columns × RGB of 0…255; `input`,
what the network sees of it; and for each way to ask, named "WHERE METHOD OPTION=VALUE …", the map over the input's
pixels, with "difference …" and "error …" where the method promises completeness. WHERE is `outputs` (output 1 − output
2 / 2) or a layer (channel 1 − channel 2 / 2 of its mean over the grid).

The card's mean and std are such that the input's numbers are exact. Noise is Philox 4x32-10 (Salmon et al. 2011), as in
base/random.h.
"""

import json
import os
import shutil
import sys
import warnings

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torch import nn

warnings.filterwarnings("ignore")

MEAN = [128 / 255, 96 / 255, 112 / 255]
STD = [64 / 255] * 3


# ---- networks ----

class Small(nn.Module):
    """As export_test_models.py has it, written again for eager mode."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU())
        self.body = nn.Conv2d(8, 12, 3, 2, 1)
        self.top = nn.Conv2d(12, 12, 3, 1, 1)
        self.fc = nn.Linear(12, 4)

    def forward(self, x):
        x = F.relu(self.body(self.stem(x)))
        return self.fc(F.relu(self.top(x)).mean([2, 3]))


class Capped(nn.Module):
    """Every form of ReLU, one of them used twice, one in a residual branch; many units are closed or at their cap."""

    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 8, 3, 2, 1)
        self.b = nn.Conv2d(8, 8, 3, 1, 1)
        self.c = nn.Conv2d(8, 8, 3, 1, 1)
        self.d = nn.Conv2d(8, 8, 3, 2, 1)
        self.six = nn.ReLU6(inplace=True)
        self.plain = nn.ReLU(inplace=True)
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        x = self.six(3 * self.a(x))
        y = self.plain(self.b(x))
        y = F.relu(self.c(y) + x)
        x = F.hardtanh(2 * y - self.d(x).mean([1, 2, 3], keepdim=True), 0., 6.) + F.relu6(y)
        x = self.plain(self.d(x))
        return self.fc(F.max_pool2d(x, 2).mean([2, 3]))


class Mixed(Capped):
    """Hardswish and SiLU beside ReLUs."""

    def forward(self, x):
        x = F.hardswish(self.a(x))
        return self.fc(self.plain(self.d(F.silu(x) + self.plain(self.c(x)))).mean([2, 3]))


class Smooth(nn.Module):
    """No kinks: SiLU and Softplus."""

    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 8, 3, 2, 1)
        self.b = nn.Conv2d(8, 12, 3, 2, 1)
        self.fc = nn.Linear(12, 4)

    def forward(self, x):
        return self.fc(F.softplus(self.b(F.silu(self.a(x)))).mean([2, 3]))


class Linear(Smooth):
    """Nothing but sums."""

    def forward(self, x):
        return self.fc(self.b(self.a(x)).mean([2, 3]))


# ---- methods ----

class Relu(torch.autograd.Function):
    """A ReLU with a cap and one of the rules for passing back; `rule` is set for the whole class."""

    rule = None

    @staticmethod
    def forward(context, x, cap):
        context.save_for_backward((x > 0) & (x < cap))
        return x.clamp(0, cap)

    @staticmethod
    def backward(context, gradient):
        (open_,) = context.saved_tensors
        if Relu.rule == "guided-backprop":
            return gradient * (gradient > 0) * open_, None
        return gradient * (gradient > 0), None  # deconvnet


class Rule:
    """Inside it every ReLU of torch, modules' as well, is the one above."""

    def __init__(self, rule):
        self.rule = rule

    def __enter__(self):
        self.kept = F.relu, F.relu6, F.hardtanh
        Relu.rule = self.rule
        F.relu = lambda x, inplace=False: Relu.apply(x, float("inf"))
        F.relu6 = lambda x, inplace=False: Relu.apply(x, 6.0)
        F.hardtanh = lambda x, low, high, inplace=False: Relu.apply(x, high)

    def __exit__(self, *_):
        F.relu, F.relu6, F.hardtanh = self.kept


class Question:
    """z of a network's outputs or at a layer."""

    def __init__(self, network, where):
        self.network, self.where = network, where

    def value(self, x):
        if self.where == "outputs":
            y = self.network(x)
        else:
            kept = []
            handle = self.network.get_submodule(self.where).register_forward_hook(
                lambda _module, _inputs, output: kept.append(output.clone()))
            self.network(x)
            handle.remove()
            y = kept[0].mean([2, 3])
        return (y[:, 1] - y[:, 2] / 2).sum()

    def gradient(self, x):
        x = x.detach().clone().requires_grad_(True)
        return torch.autograd.grad(self.value(x), x)[0]


def philox_normal(seed, stream, sample, count):
    """The first `count` normal numbers of differentia::Random(seed, stream, sample)."""
    c = [np.arange(count, dtype=np.uint64), np.zeros(count, np.uint64), np.full(count, stream, np.uint64),
         np.full(count, sample, np.uint64)]
    k0, k1 = seed & 0xffffffff, seed >> 32
    low = np.uint64(0xffffffff)
    for _ in range(10):
        p0, p1 = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [(p1 >> np.uint64(32)) ^ c[1] ^ np.uint64(k0), p1 & low,
             (p0 >> np.uint64(32)) ^ c[3] ^ np.uint64(k1), p0 & low]
        k0, k1 = (k0 + 0x9E3779B9) & 0xffffffff, (k1 + 0xBB67AE85) & 0xffffffff

    def uniform(high, low_):
        return ((high >> np.uint64(5) << np.uint64(26)) | (low_ >> np.uint64(6))).astype(np.float64) * 2.0 ** -53

    return np.sqrt(-2 * np.log1p(-uniform(c[3], c[2]))) * np.cos(2 * np.pi * uniform(c[1], c[0]))


def stream_id(name):
    value = 2166136261
    for character in name.encode():
        value = ((value ^ character) * 16777619) & 0xffffffff
    return value


def smoothgrad(question, x, samples, sigma, kind, seed):
    scale = sigma * (x.max() - x.min())
    gradients = []
    for i in range(samples):
        noise = torch.from_numpy(philox_normal(seed, stream_id("smoothgrad"), i, x.numel())).reshape(x.shape)
        gradients.append(question.gradient(x + scale * noise))
    gradients = torch.stack(gradients)
    if kind == "mean":
        return gradients.mean(0)
    return (gradients ** 2).mean(0) if kind == "squared" else gradients.var(0, unbiased=False)


def blurred(x, sigma):
    radius = int(np.ceil(3 * sigma))
    kernel = torch.exp(-0.5 * (torch.arange(-radius, radius + 1).double() / sigma) ** 2)
    kernel = (kernel / kernel.sum()).expand(3, 1, 1, -1)
    x = F.conv2d(F.pad(x, (radius, radius, 0, 0), mode="replicate"), kernel, groups=3)
    return F.conv2d(F.pad(x, (0, 0, radius, radius), mode="replicate"), kernel.transpose(2, 3), groups=3)


def integrated_gradients(question, x, steps, rule, baseline):
    if baseline == "black":
        start = -(torch.tensor(MEAN) / torch.tensor(STD)).double().reshape(1, 3, 1, 1).expand_as(x)
    else:
        start = torch.zeros_like(x) if baseline == "mean" else blurred(x, min(x.shape[2:]) / 10)
    places, weights = (np.arange(steps) + 0.5) / steps, np.full(steps, 1 / steps)
    if rule == "gauss-legendre":
        places, weights = np.polynomial.legendre.leggauss(steps)
        places, weights = (places + 1) / 2, weights / 2
    mean = sum(weight * question.gradient(start + place * (x - start)) for place, weight in zip(places, weights))
    attribution = mean * (x - start)
    with torch.no_grad():
        difference = question.value(x) - question.value(start)
    return attribution, difference


def reduced(values, how):
    values = values[0]
    if how == "max":
        return values.abs().amax(0)
    return values.abs().sum(0) if how == "sum" else values.sum(0)


# ---- files ----

def save_tensors(tensors, path):
    index, start = {}, 0
    with open(path + ".bin", "wb") as file:
        for key, value in tensors.items():
            values = np.ascontiguousarray(value.detach().double().numpy())
            index[key] = {"start": start, "shape": list(values.shape)}
            file.write(values.tobytes())
            start += values.size
    with open(path + ".json", "w") as file:
        json.dump(index, file)


def answers(network, where, x, steps):
    """Every way to ask with its map; with the difference of z and the error where completeness is promised."""
    question = Question(network, where)
    tensors = {}

    def keep(way, values, how):
        tensors[f"{where} {way} reduce={how}"] = reduced(values, how)

    gradient = question.gradient(x)
    for how in ("max", "sum", "signed"):
        keep("gradient", gradient, how)
        keep("gradient-input", gradient * x, how)
    for kind, how, seed in (("mean", "max", 0), ("mean", "signed", 5), ("squared", "sum", 0), ("variance", "sum", 0)):
        keep(f"smoothgrad samples={steps} sigma=0.1 kind={kind} seed={seed}",
             smoothgrad(question, x, steps, 0.1, kind, seed), how)
    for rule, baseline, how in (("midpoint", "black", "signed"), ("midpoint", "mean", "sum"),
                                ("gauss-legendre", "black", "max"), ("gauss-legendre", "blur", "signed")):
        attribution, difference = integrated_gradients(question, x, steps, rule, baseline)
        way = f"integrated-gradients steps={steps} rule={rule} baseline={baseline}"
        keep(way, attribution, how)
        tensors[f"difference {where} {way} reduce={how}"] = difference
        tensors[f"error {where} {way} reduce={how}"] = attribution.sum() - difference
    for rule in ("guided-backprop", "deconvnet"):
        with Rule(rule):
            guided = question.gradient(x)
        for how in ("max", "signed"):
            keep(rule, guided, how)
    return tensors


def write(folder, name, network, side, wheres, steps):
    generator = torch.Generator().manual_seed(8)
    photo = torch.randint(0, 256, (side, side, 3), generator=generator)
    with open(os.path.join(folder, name + ".json"), "w") as file:
        json.dump({"input": {"width": side, "height": side, "fit": "stretch", "mean": MEAN, "std": STD}}, file)
    mean, std = torch.tensor(MEAN), torch.tensor(STD)  # float32, as everything about the input
    x = ((photo.float() / (255 * std)) - mean / std).permute(2, 0, 1)[None].double()
    network.double().eval().requires_grad_(False)
    tensors = {"photo": photo, "input": x[0]}
    for where in wheres:
        tensors.update(answers(network, where, x, steps))
    save_tensors(tensors, os.path.join(folder, name + ".golden"))


def main():
    models, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)

    for name, file, network, side, wheres, steps in (
            ("small", "small.pt", Small(), 32, ["outputs", "body"], 7),
            ("resnet18", "resnet18.scripted.pt", torchvision.models.resnet18(num_classes=10), 64, ["outputs"], 4)):
        network.load_state_dict(torch.jit.load(os.path.join(models, file)).state_dict())
        shutil.copy(os.path.join(models, file), os.path.join(folder, name + ".pt"))
        write(folder, name, network, side, wheres, steps)

    torch.manual_seed(9)
    for name, network in (("capped", Capped()), ("mixed", Mixed()), ("smooth", Smooth()), ("linear", Linear())):
        for parameter in network.parameters():  # larger than torch's own, so that units do close and reach their cap
            nn.init.normal_(parameter, 0, 0.3)
        network.eval()
        torch.jit.script(network).save(os.path.join(folder, name + ".pt"))
        write(folder, name, network, 32, ["outputs"], 7)


main()
