"""The same work as `differentia build` by hand in Python: torch with hooks, faiss, umap-learn, of the same Debian.

  python_way.py export FOLDER CLASSES        writes model.pt and model.json: torchvision's MobileNetV2, random weights
  python_way.py run FOLDER PHOTOS.csv THREADS  prints seconds a stage as JSON

Quality is the same: whole grids at `features.13`, positions at `features.18`, the straight-path attribution to the
taxon's own logit with midpoint steps doubled from 8 to 64 until the residual is under 5 %, spherical k-means, UMAP with
20 neighbours and min_dist 0.01.
"""

import csv
import json
import pathlib
import sys
import time

import numpy as np
import torch
import torchvision

LAYER, DEEP = 13, 18


def make_model(classes):
    torch.manual_seed(1)
    model = torchvision.models.mobilenet_v2(num_classes=classes)
    # Random weights saturate; a few batches of noise give the batch norms sensible statistics.
    model.train()
    with torch.no_grad():
        for _ in range(8):
            model(torch.randn(16, 3, 128, 128))
    return model.eval()


def export(folder, classes):
    folder = pathlib.Path(folder)
    model = make_model(classes)
    torch.jit.script(model).save(str(folder / "model.pt"))
    (folder / "model.json").write_text(json.dumps({
        "name": "MobileNetV2, random weights",
        "input": {"width": 224, "height": 224, "fit": "stretch"},
        "layer": f"features.{LAYER}", "deep_layer": f"features.{DEEP}"}))


class Photos(torch.utils.data.Dataset):
    def __init__(self, table):
        rows = list(csv.DictReader(open(table)))
        self.root = pathlib.Path(table).parent
        self.taxa = sorted({row["taxon"] for row in rows})
        self.rows = sorted(rows, key=lambda row: row["taxon"])
        self.transform = torchvision.transforms.Compose([
            torchvision.transforms.Resize((224, 224)),
            torchvision.transforms.ToTensor(),
            torchvision.transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        from PIL import Image, ImageOps
        image = ImageOps.exif_transpose(Image.open(self.root / self.rows[index]["photo"])).convert("RGB")
        return self.transform(image), self.taxa.index(self.rows[index]["taxon"])


def attribute(tail, grid, target):
    """h · mean gradient along the straight path, one photo; midpoint steps double until the residual is small."""
    with torch.no_grad():
        whole = (tail(grid[None])[0, target] - tail(torch.zeros_like(grid)[None])[0, target]).item()
    steps = 8
    while True:
        gradient = torch.zeros_like(grid)
        for first in range(0, steps, 16):
            at = (torch.arange(first, min(first + 16, steps)) + 0.5) / steps
            path = (at[:, None, None, None] * grid[None]).requires_grad_(True)
            score = tail(path)[:, target].sum()
            gradient += torch.autograd.grad(score, path)[0].sum(0) / steps
        values = (grid * gradient).sum(0)
        if abs(values.sum().item() - whole) < 0.05 * max(abs(whole), 1) or steps == 64:
            return values
        steps *= 2


def run(folder, table, threads):
    import faiss
    import umap
    torch.set_num_threads(threads)
    faiss.omp_set_num_threads(threads)
    photos = Photos(table)
    model = make_model(len(photos.taxa))
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    kept = {}
    model.features[LAYER].register_forward_hook(lambda _m, _i, output: kept.__setitem__("layer", output))
    model.features[DEEP].register_forward_hook(lambda _m, _i, output: kept.__setitem__("deep", output))

    def tail(grid):
        for block in list(model.features)[LAYER + 1:]:
            grid = block(grid)
        return model.classifier(torch.nn.functional.adaptive_avg_pool2d(grid, 1).flatten(1))

    grids, deep, taxa = [], [], []
    started = time.perf_counter()
    loader = torch.utils.data.DataLoader(photos, batch_size=16, num_workers=threads)
    for batch, labels in loader:
        with torch.no_grad():
            model(batch)
        grids.append(kept["layer"])
        deep.append(kept["deep"].flatten(2)[:, :, :4])
        taxa += labels.tolist()
    grids = torch.cat(grids)
    forward = time.perf_counter()
    for grid, taxon in zip(grids, taxa):
        attribute(tail, grid, taxon)
    attributed = time.perf_counter()

    taxa = np.array(taxa)
    vectors = grids.flatten(2).permute(0, 2, 1).numpy()
    per_taxon = []
    for taxon in range(len(photos.taxa)):
        rows = vectors[taxa == taxon].reshape(-1, vectors.shape[2])
        rows = (rows - rows.mean(0)) / (rows.std(0) + 1e-6)
        per_taxon.append(np.ascontiguousarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32))
    clustering = time.perf_counter()
    for rows in per_taxon:
        faiss.Kmeans(rows.shape[1], 24, niter=20, spherical=True, max_points_per_centroid=100000).train(rows)
    clustered = time.perf_counter()
    for rows in per_taxon:
        umap.UMAP(n_neighbors=20, min_dist=0.01, metric="cosine").fit_transform(rows)
    finished = time.perf_counter()
    print(json.dumps({"forward": forward - started, "attribute": attributed - forward,
                      "cluster": clustered - clustering, "layout": finished - clustered,
                      "total": finished - started}))


if __name__ == "__main__":
    if sys.argv[1] == "export":
        export(sys.argv[2], int(sys.argv[3]))
    else:
        run(sys.argv[2], sys.argv[3], int(sys.argv[4]))
