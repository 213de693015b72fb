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

  /// Its version as three numbers; nil if it does not say.
  static var version: (Int, Int, Int)? {
    let words = configuration.split(separator: " ")
    guard let name = words.firstIndex(of: "OpenBLAS"), name + 1 < words.count else { return nil }
    let numbers = words[name + 1].split(separator: ".").prefix(3).map { Int($0.prefix { $0.isNumber }) }
    guard numbers.count == 3, let major = numbers[0], let minor = numbers[1], let patch = numbers[2] else {
      return nil
    }
    return (major, minor, patch)
  }

  /// The most threads that a large problem gets; `OPENBLAS_NUM_THREADS` sets it.
  public static var threadCount: Int { Int(BLASThreads.maximum) }
}
