// SPDX-License-Identifier: Apache-2.0

internal import LibC

/// What the benchmark has to know and set of the OpenBLAS that Nabla has loaded, found by name in this
/// process; nothing happens with another BLAS.
enum BLAS {
  /// The processor whose routines OpenBLAS chose, such as "Zen" or "Haswell".
  static var coreName: String? {
    typealias Name = @convention(c) () -> UnsafePointer<CChar>?
    return symbol("openblas_get_corename", as: Name.self)?().map { String(cString: $0) }
  }

  static func useThreads(_ count: Int) {
    typealias Set = @convention(c) (Int32) -> Void
    symbol("openblas_set_num_threads", as: Set.self)?(Int32(count))
  }

  private static func symbol<T>(_ name: String, as type: T.Type) -> T? {
    // The handle of no name stands for everything that the process has loaded.
    dlsym(dlopen(nil, RTLD_NOW), name).map { unsafeBitCast($0, to: type) }
  }
}
