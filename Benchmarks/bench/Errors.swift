// SPDX-License-Identifier: Apache-2.0

/// A result that is not finite where the reference is.
struct NotFinite: Error, CustomStringConvertible {
  var description: String { "a result is not finite where the reference is" }
}

/// Up to 256 points spread over a batch, both ends included.
func checkedPoints(of batch: Int) -> [Int] {
  let count = min(batch, 256)
  guard count > 1 else { return [0] }
  // The peers' numpy.linspace multiplies by the rounded step.
  let step = Double(batch - 1) / Double(count - 1)
  return (0..<count).map { $0 == count - 1 ? batch - 1 : Int(Double($0) * step) }
}

/// The peers' measure: the largest, over points and arrays, of max |result − reference| divided by
/// max(1, max |reference|). Points whose reference is not finite are skipped.
func largestError(_ results: [Rows], _ references: [Rows]) throws -> Double {
  precondition(results.map(\.count) == references.map(\.count), "results and references differ in shape")
  var worst = 0.0
  for (result, reference) in zip(results.joined(), references.joined()) {
    precondition(result.count == reference.count, "results and references differ in shape")
    guard reference.allSatisfy(\.isFinite) else { continue }
    let scale = reference.reduce(1) { max($0, $1.magnitude) }
    for (a, b) in zip(result, reference) {
      let error = (a - b).magnitude / scale
      guard error.isFinite else { throw NotFinite() }
      worst = max(worst, error)
    }
  }
  return worst
}
