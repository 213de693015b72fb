// SPDX-License-Identifier: Apache-2.0

internal import CBLAS

/// The library that products, solutions and eigenvalues of tensors come from, as it says itself.
public enum BLASLibrary {
  /// Its version and how it was built: `OpenBLAS 0.3.29 … Haswell MAX_THREADS=64`.
  public static var configuration: String {
    openblas_get_config().map { String(cString: $0) }?.split(separator: " ").joined(separator: " ")
      ?? "unknown"
  }

  /// The processor that its routines are chosen for: its own name for it, `Haswell`, `SkylakeX`, `Zen`. The environment
  /// variable `OPENBLAS_CORETYPE` forces one.
  public static var core: String {
    openblas_get_corename().map { String(cString: $0) } ?? "unknown"
  }

  /// The most threads that a large problem gets; `OPENBLAS_NUM_THREADS` sets it.
  public static var threadCount: Int { Int(BLASThreads.maximum) }
}
