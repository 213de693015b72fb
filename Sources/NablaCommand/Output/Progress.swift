// SPDX-License-Identifier: Apache-2.0

import Foundation
import Nabla
import Synchronization

/// What is going on while a command takes long: a line on the terminal, and the end by a signal.
final class Progress: Sendable {
  /// Whether a signal has asked for the end; of the process, as signals are.
  private static let interrupted = Atomic(false)
  private let share = Mutex<Double?>(nil)

  private init() {}

  /// Does some work. If standard error is a terminal, a line there counts the seconds from the second one
  /// on, and is gone when the work is done. Otherwise nothing is shown.
  static func show<Result>(_ activity: String, _ work: () -> Result) -> Result {
    Progress().show(activity, work)
  }

  /// Does some work that asks ``proceeds(share:)`` from time to time and ends early, with what it has, where that is
  /// false: after the first SIGINT or SIGTERM. A second one ends the process. Shown as by ``show(_:_:)``, with the
  /// share that is done and the time that the rest takes at this rate.
  static func track<Result>(_ activity: String, _ work: (Progress) -> Result) -> Result {
    let progress = Progress()
    return progress.catchingSignals { progress.show(activity) { work(progress) } }
  }

  /// Whether the work should go on.
  ///
  /// - Parameter share: how much of it is done, from 0 to 1, where that is known.
  func proceeds(share: Double? = nil) -> Bool {
    if let share { self.share.withLock { $0 = share } }
    return !Self.interrupted.load(ordering: .relaxed)
  }

  // MARK: The line

  private func show<Result>(_ activity: String, _ work: () -> Result) -> Result {
    guard isatty(STDERR_FILENO) == 1 else { return work() }
    let start = ContinuousClock.now
    let queue = DispatchQueue(label: "progress")
    let timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .now() + 1, repeating: 1)
    timer.setEventHandler {
      let seconds = Double((ContinuousClock.now - start).components.seconds)
      Self.write("\r\u{1B}[K" + Self.line(activity, seconds: seconds, share: self.share.withLock { $0 }))
    }
    timer.resume()
    let result = work()
    timer.cancel()
    // Nothing is written once the queue is empty.
    queue.sync {}
    if ContinuousClock.now - start >= .seconds(1) { Self.write("\r\u{1B}[K") }
    return result
  }

  /// Below 2 % a share says too little about the rest.
  private static func line(_ activity: String, seconds: Double, share: Double?) -> String {
    let time = "\(Int(seconds)) s"
    guard let share, share > 0, share <= 1 else { return "\(activity) … \(time)" }
    let width = 20
    let filled = Int(share * Double(width))
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
    let rest = share < 0.02 ? "" : ", about \(Int((seconds * (1 - share) / share).rounded(.up))) s left"
    return "\(activity) [\(bar)] \(Int(100 * share)) %, \(time)\(rest)"
  }

  private static func write(_ text: String) {
    _ = WholeFile.writeAll(Array(text.utf8), to: STDERR_FILENO)
  }

  // MARK: Signals

  private func catchingSignals<Result>(_ work: () -> Result) -> Result {
    Self.interrupted.store(false, ordering: .relaxed)
    let caught = [SIGINT, SIGTERM].filter { number in
      // All that a handler may do is to set flags.
      let before = signal(number) { number in
        Progress.interrupted.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
      // One that is ignored already (of a job in the background of a script) stays so.
      guard unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) else { return true }
      signal(number, SIG_IGN)
      return false
    }
    defer { for number in caught { signal(number, SIG_DFL) } }
    // Threads of libdispatch block signals, and with them the processes that they start.
    var unblocked = sigset_t()
    sigemptyset(&unblocked)
    for number in caught { sigaddset(&unblocked, number) }
    pthread_sigmask(SIG_UNBLOCK, &unblocked, nil)
    return work()
  }
}
