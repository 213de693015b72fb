import Foundation
import Nabla

/// A line on the terminal that says what is going on while it takes long.
enum Progress {
  /// Does some work. If standard error is a terminal, a line there counts the seconds from the second one
  /// on, and is gone when the work is done. Otherwise nothing is shown.
  static func show<Result>(_ activity: String, _ work: () -> Result) -> Result {
    guard isatty(STDERR_FILENO) == 1 else { return work() }
    let start = ContinuousClock.now
    let queue = DispatchQueue(label: "progress")
    let timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .now() + 1, repeating: 1)
    timer.setEventHandler {
      let seconds = (ContinuousClock.now - start).components.seconds
      write("\r\(activity) … \(seconds) s")
    }
    timer.resume()
    let result = work()
    timer.cancel()
    // Nothing is written once the queue is empty.
    queue.sync {}
    if ContinuousClock.now - start >= .seconds(1) { write("\r\u{1B}[K") }
    return result
  }

  private static func write(_ text: String) {
    _ = WholeFile.writeAll(Array(text.utf8), to: STDERR_FILENO)
  }
}
