"""Threads of numpy's linear algebra in processes that solve."""

ONE_BLAS_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Environment to set before numpy is imported: the solve's matrices are small, and with more threads they only wait."""
