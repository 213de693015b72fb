// SPDX-License-Identifier: Apache-2.0

/// The seconds that a call takes: the peers' rule.
struct Timing {
  var median: Double
  var minimum: Double
}

/// At least nine samples in about one second (three if the call is slow), each of at least 2 ms of
/// repeated calls.
func measure(budget: Double = 1, _ call: () throws -> Void) rethrows -> Timing {
  try call()
  let once = try seconds(call)
  let inner = max(1, Int(2e-3 / max(once, 1e-9)))
  var samples: [Double] = []
  var spent = 0.0
  repeat {
    let sample = try seconds { for _ in 0..<inner { try call() } }
    samples.append(sample / Double(inner))
    spent += sample
  } while samples.count < 100
    && !(samples.count >= 9 && spent > budget)
    && !(samples.count >= 3 && spent > 4 * budget)
  samples.sort()
  let (low, high) = (samples[(samples.count - 1) / 2], samples[samples.count / 2])
  return Timing(median: (low + high) / 2, minimum: samples[0])
}

func seconds(_ body: () throws -> Void) rethrows -> Double {
  try ContinuousClock().measure(body) / .seconds(1)
}
