// SPDX-License-Identifier: Apache-2.0

internal import LibC
internal import Synchronization

/// How many threads Nabla's batched computations use.
///
/// One computation has the threads at a time: another beside it, or inside of it, runs on its own thread alone.
public enum Parallelism {
  /// The largest number of threads that one computation uses: at first that of the environment variable
  /// `NABLA_NUM_THREADS`, or else the number of processors this process may run on.
  ///
  /// Results do not depend on it. Values below 1 count as 1.
  public static var threadCount: Int {
    get { stored.load(ordering: .relaxed) }
    set { stored.store(Swift.max(1, newValue), ordering: .relaxed) }
  }

  private static let stored = Atomic<Int>(initialThreadCount())

  private static func initialThreadCount() -> Int {
    if let text = getenv("NABLA_NUM_THREADS"), let count = Int(String(cString: text)), count >= 1 {
      return count
    }
    return allowedProcessorCount() ?? Swift.max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  /// The processors that this process may run on, which may be fewer than the machine has. Glibc's
  /// `sched_getaffinity` does not import into Swift; the kernel says the same in a file.
  private static func allowedProcessorCount() -> Int? {
    guard let file = fopen("/proc/self/status", "r") else { return nil }
    defer { fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    while getline(&line, &capacity, file) > 0 {
      guard let text = line.map({ String(cString: $0) }), text.hasPrefix("Cpus_allowed:") else { continue }
      let count = text.dropFirst("Cpus_allowed:".count).compactMap(\.hexDigitValue)
        .reduce(0) { $0 + $1.nonzeroBitCount }
      return count > 0 ? count : nil
    }
    return nil
  }

  /// The work that a thread must have, in nanoseconds: waking one costs as much.
  private static let smallestShare = 50_000.0
  /// A chunk takes at least this long.
  private static let finestChunk = 10_000.0

  /// Calls `body` for consecutive ranges that together are 0 ..< count, on several threads if the work is
  /// large enough and no other computation has the threads. Returns when all calls have returned.
  ///
  /// - Parameters:
  ///   - costPerItem: a rough number of nanoseconds.
  ///   - unit: ranges start at multiples of this.
  package static func forEachChunk(
    of count: Int, costPerItem: Double, unit: Int = 1, _ body: @Sendable (Range<Int>) -> Void
  ) {
    let work = Double(count) * costPerItem
    let threads = Swift.min(threadCount, count, Int(Swift.min(work / smallestShare, 1e6)))
    guard threads > 1 else {
      if count > 0 { body(0..<count) }
      return
    }
    // Several chunks a thread, so that a thread that is held up does not hold up all.
    let chunks = Swift.min(threads * 4, Int(Swift.min(work / finestChunk, 1e6)))
    let size = ((count + chunks - 1) / chunks + unit - 1) / unit * unit
    let whole = (count + size - 1) / size
    WorkerPool.shared.run(chunks: whole, helpers: threads - 1) { chunk in
      body(chunk * size..<Swift.min(count, (chunk + 1) * size))
    }
  }
}
