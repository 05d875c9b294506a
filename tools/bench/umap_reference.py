"""Lays vectors out with umap-learn, for the comparison in tools/bench/map.cpp.

usage: umap_reference.py VECTORS.npy OUTPUT.npy NEIGHBOURS MIN_DIST THREADS

Prints the seconds of the second run of two: the first also compiles umap-learn's inner loops. With random_state the result
is repeatable, as ours is; umap-learn then uses one thread for the layout.
"""
import os
import sys

vectors, output, neighbours, min_dist, threads = sys.argv[1:6]
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = threads

import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")
import umap

rows = np.load(vectors)
for run in range(2):
    start = time.perf_counter()
    layout = umap.UMAP(n_neighbors=int(neighbours), min_dist=float(min_dist), metric="cosine", random_state=1).fit_transform(rows)
    seconds = time.perf_counter() - start
np.save(output, layout.astype(np.float32))
print(seconds)
