"""RISE by hand in Python: torch alone, no library of saliency methods.

  rise_python_way.py export FOLDER              writes model.pt and model.json: python_way.py's MobileNetV2
  rise_python_way.py run PHOTO MASKS THREADS    prints the seconds of one map as JSON

As published (Petsiuk et al. 2018): grids of 7 × 7, half of the cells left, enlarged bilinearly, shifted at random. Masks
are made batch by batch, so that 4000 of them need no more memory than 16.
"""

import json
import math
import sys
import time

import torch
import torch.nn.functional as F
import torchvision

import python_way

CLASSES, SIDE, CELLS, KEEP, BATCH = 10, 224, 7, 0.5, 16


def make_masks(count, generator):
    cell = math.ceil(SIDE / CELLS)
    grids = (torch.rand(count, 1, CELLS, CELLS, generator=generator) < KEEP).float()
    large = F.interpolate(grids, size=((CELLS + 1) * cell,) * 2, mode="bilinear", align_corners=False)
    shifts = torch.randint(0, cell, (count, 2), generator=generator).tolist()
    return torch.stack([large[i, :, y:y + SIDE, x:x + SIDE] for i, (y, x) in enumerate(shifts)])


def rise(model, picture, count, target):
    generator = torch.Generator().manual_seed(0)
    total, weight = torch.zeros(SIDE, SIDE), torch.zeros(SIDE, SIDE)
    with torch.no_grad():
        for first in range(0, count, BATCH):
            masks = make_masks(min(BATCH, count - first), generator)
            scores = model(picture * masks)[:, target]
            total += (scores[:, None, None] * masks[:, 0]).sum(0)
            weight += masks[:, 0].sum(0)
    return total / weight


def run(photo, count, threads):
    from PIL import Image, ImageOps
    torch.set_num_threads(threads)
    model = python_way.make_model(CLASSES)
    image = ImageOps.exif_transpose(Image.open(photo)).convert("RGB")
    transform = torchvision.transforms.Compose([
        torchvision.transforms.Resize((SIDE, SIDE)),
        torchvision.transforms.ToTensor(),
        torchvision.transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
    rise(model, transform(image)[None], 64, 0)
    started = time.perf_counter()
    rise(model, transform(image)[None], count, 0)
    print(json.dumps({"seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    if sys.argv[1] == "export":
        python_way.export(sys.argv[2], CLASSES)
    else:
        run(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
