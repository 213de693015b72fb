// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import LibC
internal import Synchronization

/// Threads that help with one computation at a time, which is cut into chunks.
///
/// To wake a sleeping thread takes some 50 µs, as long as many a batch. So a thread that has worked looks for more for a
/// moment before it sleeps, and yields the processor while it looks. Nobody waits for a thread to wake up: whoever is
/// awake takes the next chunk, and the caller does what nobody else has taken.
final class WorkerPool: @unchecked Sendable {
  static let shared = WorkerPool()

  private struct Job {
    var chunks: Int
    var body: (_ chunk: Int) -> Void
  }

  /// Whether a computation has the threads.
  private let isTaken = Atomic<Bool>(false)
  /// Written by the one who has them, before there are tickets; read by who holds one.
  private var job = Job(chunks: 0) { _ in }
  private var startedCount = 0
  /// Threads that may still join the computation.
  private let tickets = Atomic<Int>(0)
  private let nextChunk = Atomic<Int>(0)
  /// Threads that have joined and are done.
  private let finishedCount = Atomic<Int>(0)
  /// Threads that sleep or are about to, and will not be woken by a signal that is under way.
  private let sleeperCount = Atomic<Int>(0)
  private let alarm = DispatchSemaphore(value: 0)

  /// About what waking up costs.
  private static let patience = 100_000
  private static let stackSize = 8 << 20

  /// Calls `body` for 0 ..< chunks, on the calling thread and up to `helpers` others. Returns when all calls have
  /// returned. If another computation has the threads, also one that this is part of, the calling thread does all.
  func run(chunks: Int, helpers: Int, _ body: @Sendable (_ chunk: Int) -> Void) {
    let (isMine, _) = isTaken.compareExchange(
      expected: false, desired: true, ordering: .acquiringAndReleasing)
    guard isMine else {
      for chunk in 0..<chunks { body(chunk) }
      return
    }
    defer { isTaken.store(false, ordering: .releasing) }
    while startedCount < helpers && startThread() { startedCount += 1 }
    withoutActuallyEscaping(body) { body in
      job = Job(chunks: chunks, body: body)
      nextChunk.store(0, ordering: .relaxed)
      finishedCount.store(0, ordering: .relaxed)
      // Either a thread that goes to sleep sees the tickets, or it is counted here.
      tickets.store(helpers, ordering: .sequentiallyConsistent)
      for _ in 0..<helpers where takeSleeper() { alarm.signal() }
      work()
      let joined = helpers - tickets.exchange(0, ordering: .acquiringAndReleasing)
      let start = now()
      while finishedCount.load(ordering: .acquiring) < joined {
        // A chunk may take long: then it does not matter to see its end 0.1 ms later.
        if now() - start < Self.patience { sched_yield() } else { usleep(100) }
      }
      job = Job(chunks: 0) { _ in }
    }
  }

  /// A function of its own, so that nothing holds the body any more when it has returned.
  @inline(never)
  private func work() {
    while true {
      let chunk = nextChunk.add(1, ordering: .relaxed).oldValue
      if chunk >= job.chunks { return }
      job.body(chunk)
    }
  }

  // MARK: Threads

  private func startThread() -> Bool {
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    var attributes = pthread_attr_t()
    guard pthread_attr_init(&attributes) == 0 else { return false }
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, Self.stackSize)
    // Signals are for the program's own threads. A new thread has the mask of the one that starts it.
    var (all, before) = (sigset_t(), sigset_t())
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    return pthread_create(
      &thread, &attributes,
      { _ in
        WorkerPool.shared.serve()
        return nil
      }, nil) == 0
  }

  private func serve() {
    var idleSince = now()
    while true {
      if take(tickets) {
        work()
        finishedCount.add(1, ordering: .releasing)
        idleSince = now()
      } else if now() - idleSince < Self.patience {
        sched_yield()
      } else {
        sleeperCount.add(1, ordering: .sequentiallyConsistent)
        // If it cannot take itself off the count, a signal is under way.
        if tickets.load(ordering: .sequentiallyConsistent) > 0 && takeSleeper() { continue }
        alarm.wait()
        idleSince = now()
      }
    }
  }

  private func takeSleeper() -> Bool { take(sleeperCount) }

  /// Takes one off a count; false if it is 0.
  private func take(_ count: borrowing Atomic<Int>) -> Bool {
    var value = count.load(ordering: .sequentiallyConsistent)
    while value > 0 {
      let (isDone, current) = count.compareExchange(
        expected: value, desired: value - 1, ordering: .sequentiallyConsistent)
      if isDone { return true }
      value = current
    }
    return false
  }

  /// Nanoseconds.
  private func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
  }
}
