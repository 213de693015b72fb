// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

extension Box {
  /// Random points of which every coordinate is spread evenly: each of the `count` equal parts of every side has one
  /// point.
  ///
  /// - Parameters:
  ///   - count: N.
  ///   - seed: equal seeds give equal points on all machines.
  /// - Returns: [N, n].
  /// - Precondition: the box is bounded.
  ///
  /// Source: McKay, Beckman, Conover, "A comparison of three methods for selecting values of input variables in the
  /// analysis of output from a computer code", Technometrics 21 (1979).
  public func latinHypercube(_ count: Int, seed: UInt64 = 0) -> Tensor<Double> {
    precondition(count >= 0, "the number of points is 0 or more, not \(count)")
    precondition(isBounded, "points are spread over a bounded box; this one reaches to infinity")
    var generator = SeededGenerator(seed: seed)
    let n = dimension
    return Tensor(shape: [count, n]) { buffer in
      for j in 0..<n {
        let parts = generator.permutation(count)
        for i in 0..<count {
          let unit = (Double(parts[i]) + generator.nextUniform()) / Double(count)
          buffer[i * n + j] = Swift.min(upper[j], lower[j] + unit * (upper[j] - lower[j]))
        }
      }
    }
  }
}
