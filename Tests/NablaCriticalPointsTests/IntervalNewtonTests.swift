// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import TestSupport
import Testing

@testable import NablaCriticalPoints

struct IntervalNewtonTests {
  /// Whatever the operator says of a box is true of the known zeros of a system: mixtures of y − p(x) and y − q(x),
  /// where p − q has three known roots, with x + αy² for x.
  @Test(arguments: [501, 502, 503, 504] as [UInt64])
  func whatItSaysOfZerosIsTrue(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    func number(_ low: Double, _ high: Double) -> Double { .random(in: low...high, using: &random) }
    let (x, y) = (Expr.variable("x"), Expr.variable("y"))
    var counts = (empty: 0, unique: 0, contracted: 0)
    for _ in 0..<(isRelease ? 2_000 : 200) {
      let roots = (0..<3).map { _ in (number(-1, 1) * 64).rounded() / 64 }
      let (a, b) = ((number(-2, 2) * 8).rounded() / 8, (number(-2, 2) * 8).rounded() / 8)
      let alpha = (number(-2, 2) * 8).rounded() / 8
      let u = x + Expr(alpha) * pow(y, 2)
      let p = Expr(a) * pow(u, 2) + Expr(b) * u
      let q = p + (u - Expr(roots[0])) * (u - Expr(roots[1])) * (u - Expr(roots[2]))
      let numbers = (0..<4).map { _ in (number(-3, 3) * 4).rounded() / 4 }
      // A singular mixture has other zeros too.
      guard numbers[0] * numbers[3] != numbers[1] * numbers[2] else { continue }
      let m = numbers.map { Expr($0) }
      let (g, h) = (y - p, y - q)
      let system = GradientSystem(
        equations: [m[0] * g + m[1] * h, m[2] * g + m[3] * h], variables: [x, y], parameters: [], values: [])
      let newton = IntervalNewton(system)
      // Exact: all numbers have few digits.
      let zeros = roots.map { u in
        let y = a * u * u + b * u
        return [u - alpha * y * y, y]
      }
      for _ in 0..<50 {
        let near = zeros.randomElement(using: &random)!
        let box = near.map { coordinate in
          let width = [0.01, 0.1, 1, 4].randomElement(using: &random)!
          let low = coordinate + number(-1.2, 0.2) * width
          return Interval(low, low + number(0.1, 1) * width)
        }
        func isIn(_ zero: [Double], _ box: [Interval]) -> Bool {
          zip(zero, box).allSatisfy { $1.contains($0) }
        }
        let inside = Set(zeros.filter { isIn($0, box) })
        #expect(newton.evaluate(box))
        switch newton.apply(to: box) {
        case .empty:
          counts.empty += 1
          #expect(inside.isEmpty, "seed \(seed): \(zeros) in \(box)")
        case .unique(let part):
          counts.unique += 1
          #expect(
            inside.count == 1 && inside.allSatisfy { isIn($0, part) }, "seed \(seed): \(zeros) in \(box)")
        case .contracted(let part, let isRegular):
          counts.contracted += 1
          #expect(
            inside.allSatisfy { isIn($0, part) } && !(isRegular && inside.count > 1),
            "seed \(seed): \(zeros) in \(box)")
        case .unknown: break
        }
      }
    }
    #expect(counts.empty > 20 && counts.unique > 20 && counts.contracted > 20, "seed \(seed): \(counts)")
  }
}
