// SPDX-License-Identifier: Apache-2.0

/// Which transitions of a warm-up the metric is estimated from: a series of windows, each twice as long as the one
/// before it, between a first phase (75 transitions), which moves to where the density has its mass, and a last one
/// (50), which fits the step size to the final metric. A short warm-up has 15 %, 75 % and 10 %; one of fewer than 20
/// transitions leaves the metric alone.
///
/// Source: Stan Reference Manual, "HMC algorithm parameters", automatic parameter tuning.
struct WarmupSchedule: Sendable {
  /// The transitions, counted from 0, whose points go into estimates.
  let estimated: Range<Int>
  /// Behind which transitions, counted from 1, an estimate is taken over and a new one begins.
  let windowEnds: [Int]

  init(count: Int) {
    guard count >= 20 else {
      (estimated, windowEnds) = (0..<0, [])
      return
    }
    var (first, last, window) = (75, 50, 25)
    if first + window + last > count {
      (first, last) = (15 * count / 100, count / 10)
      window = count - first - last
    }
    let end = count - last
    var ends: [Int] = []
    var position = first
    while position < end {
      // The window takes what is left if the next one would not fit behind it.
      position = position + 3 * window > end ? end : position + window
      ends.append(position)
      window *= 2
    }
    (estimated, windowEnds) = (first..<end, ends)
  }
}
