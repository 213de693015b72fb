// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaKernels
import TestSupport
import Testing

@testable import NablaCriticalPoints

struct IntervalNewtonTests {
  /// A system with three known zeros: two mixtures of y − p(x) and y − q(x), where p − q has three known roots, with
  /// x + αy² for x.
  private struct KnownSystem {
    let system: GradientSystem
    /// Exact: all numbers have few digits.
    let zeros: [[Double]]

    /// nil for a mixture that is singular, which has other zeros too.
    init?(_ random: inout SplitMix64) {
      func number(_ low: Double, _ high: Double) -> Double { .random(in: low...high, using: &random) }
      let (x, y) = (Expr.variable("x"), Expr.variable("y"))
      let roots = (0..<3).map { _ in (number(-1, 1) * 64).rounded() / 64 }
      let (a, b) = ((number(-2, 2) * 8).rounded() / 8, (number(-2, 2) * 8).rounded() / 8)
      let alpha = (number(-2, 2) * 8).rounded() / 8
      let u = x + Expr(alpha) * pow(y, 2)
      let p = Expr(a) * pow(u, 2) + Expr(b) * u
      let q = p + (u - Expr(roots[0])) * (u - Expr(roots[1])) * (u - Expr(roots[2]))
      let numbers = (0..<4).map { _ in (number(-3, 3) * 4).rounded() / 4 }
      guard numbers[0] * numbers[3] != numbers[1] * numbers[2] else { return nil }
      let m = numbers.map { Expr($0) }
      let (g, h) = (y - p, y - q)
      system = GradientSystem(
        equations: [m[0] * g + m[1] * h, m[2] * g + m[3] * h], variables: [x, y], parameters: [], values: [])
      zeros = roots.map { u in
        let y = a * u * u + b * u
        return [u - alpha * y * y, y]
      }
    }

    /// A box near or around a zero.
    func box(_ random: inout SplitMix64) -> [Interval] {
      func number(_ low: Double, _ high: Double) -> Double { .random(in: low...high, using: &random) }
      let near = zeros.randomElement(using: &random)!
      return near.map { coordinate in
        let width = [0.01, 0.1, 1, 4].randomElement(using: &random)!
        let low = coordinate + number(-1.2, 0.2) * width
        return Interval(low, low + number(0.1, 1) * width)
      }
    }

    static func isIn(_ zero: [Double], _ box: [Interval]) -> Bool {
      zip(zero, box).allSatisfy { $1.contains($0) }
    }

    func inside(_ box: [Interval]) -> Set<[Double]> { Set(zeros.filter { Self.isIn($0, box) }) }
  }

  /// Whatever the operator says of a box is true of the known zeros of a system.
  @Test(arguments: [501, 502, 503, 504] as [UInt64])
  func whatItSaysOfZerosIsTrue(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var counts = (empty: 0, unique: 0, contracted: 0)
    for _ in 0..<(isRelease ? 2_000 : 200) {
      guard let known = KnownSystem(&random) else { continue }
      let newton = IntervalNewton(known.system)
      for _ in 0..<50 {
        let box = known.box(&random)
        let inside = known.inside(box)
        let message: Comment = "seed \(seed): \(known.zeros) in \(box)"
        #expect(newton.evaluate(box))
        switch newton.apply(to: box) {
        case .empty:
          counts.empty += 1
          #expect(inside.isEmpty, message)
        case .unique(let part):
          counts.unique += 1
          #expect(inside.count == 1 && inside.allSatisfy { KnownSystem.isIn($0, part) }, message)
        case .contracted(let part, let isRegular):
          counts.contracted += 1
          #expect(
            inside.allSatisfy { KnownSystem.isIn($0, part) } && !(isRegular && inside.count > 1), message)
        case .unknown: break
        }
      }
    }
    #expect(counts.empty > 20 && counts.unique > 20 && counts.contracted > 20, "seed \(seed): \(counts)")
  }

  /// The same of machine code, and of what it leaves of a box by constraint propagation.
  @Test(arguments: InstructionSet.allCases.filter { $0 != .portable && $0.isAvailable })
  func whatKernelsSayOfZerosIsTrue(_ set: InstructionSet) throws {
    let seed: UInt64 = 505
    var random = SplitMix64(seed: seed)
    var counts = (gone: 0, empty: 0, unique: 0, contracted: 0, alike: 0)
    for _ in 0..<(isRelease ? 500 : 100) {
      guard let known = KnownSystem(&random) else { continue }
      let kernels = try #require(BoxKernels(known.system, for: set))
      let newton = IntervalNewton(known.system)
      let boxes = (0..<64).map { _ in known.box(&random) }
      let contracted = kernels.contraction.results(boxes)
      let operated = kernels.newton.results(boxes)
      for (box, (left, result)) in zip(boxes, zip(contracted, operated)) {
        let inside = known.inside(box)
        let message: Comment = "\(set), seed \(seed): \(known.zeros) in \(box) give \(left) and \(result)"
        let isGone = left[4 + BoxKernels.Contracted.isEmpty.rawValue] != 0
        if isGone { counts.gone += 1 }
        #expect(isGone ? inside.isEmpty : inside.allSatisfy { isIn($0, left) }, message)
        func holds(_ flag: BoxKernels.Newton) -> Bool { result[4 + flag.rawValue] != 0 }
        if holds(.isEmpty) {
          counts.empty += 1
          #expect(inside.isEmpty && !holds(.isUnique), message)
        } else {
          if holds(.isUnique) { counts.unique += 1 } else { counts.contracted += 1 }
          #expect(!holds(.isUnique) || inside.count == 1, message)
          #expect(inside.allSatisfy { isIn($0, result) } && !(holds(.isRegular) && inside.count > 1), message)
        }
        // Roundings apart the portable operator says the same.
        _ = newton.evaluate(box)
        switch newton.apply(to: box) {
        case .empty: if holds(.isEmpty) { counts.alike += 1 }
        case .unique: if holds(.isUnique) { counts.alike += 1 }
        case .contracted(_, let isRegular):
          if !holds(.isEmpty) && !holds(.isUnique) && holds(.isRegular) == isRegular { counts.alike += 1 }
        case .unknown: break
        }
      }
    }
    let all = counts.empty + counts.unique + counts.contracted
    #expect(
      counts.gone > 20 && counts.empty > 20 && counts.unique > 20 && counts.contracted > 20
        && counts.alike > all - all / 100, "seed \(seed): \(counts)")
  }

  private func isIn(_ zero: [Double], _ bounds: [Double]) -> Bool {
    zero.indices.allSatisfy { bounds[2 * $0] <= zero[$0] && zero[$0] <= bounds[2 * $0 + 1] }
  }
}
