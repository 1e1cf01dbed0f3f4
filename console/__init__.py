"""Console: Tripmeter in a browser - its API, its stream, its pages; it writes what people decide, nothing else."""
