// SPDX-License-Identifier: Apache-2.0

internal import CBLAS
import Synchronization

/// How many threads OpenBLAS may use.
///
/// Its pool costs microseconds to wake, more than a small problem takes (eigenvalues of an 8 × 8
/// matrix: 2 µs on one thread, 10 to 25 on two), so the first call into this folder sets it to one
/// thread. A single large problem gets all threads for its duration, as many as OpenBLAS was
/// configured with (`OPENBLAS_NUM_THREADS`, by default one per core). The number is global to the
/// process: while one large problem runs, others start with whatever is set, which changes their
/// speed and not their correctness.
enum BLASThreads {
  /// The number OpenBLAS starts with. Reading it the first time sets OpenBLAS to one thread.
  static let maximum: Int32 = {
    let count = openblas_get_num_threads()
    openblas_set_num_threads(1)
    return count
  }()

  private static let large = Mutex<Void>(())

  /// From here on (a product of two 256 × 256 matrices, 0.3 ms) waking the threads is cheap by comparison.
  static let largeWork = 3e7

  /// Runs `body`, a problem of about `work` floating-point operations.
  static func run<Result: Sendable>(work: Double, _ body: () -> Result) -> Result {
    let threads = maximum
    guard work >= largeWork && threads > 1 else { return body() }
    let result = large.withLockIfAvailable { _ -> Result in
      openblas_set_num_threads(threads)
      defer { openblas_set_num_threads(1) }
      return body()
    }
    return result ?? body()
  }
}

func cube(_ n: Int) -> Double { Double(n) * Double(n) * Double(n) }
