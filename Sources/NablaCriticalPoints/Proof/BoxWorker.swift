// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions

/// Decides single boxes: constraint propagation, then the interval Newton operator, then bisection. Not for use
/// by two threads at once.
final class BoxWorker {
  private let system: GradientSystem
  private let newton: IntervalNewton
  private let definiteness: Definiteness
  private let caseAnalysis: CaseAnalysis
  private let n: Int
  private let scales: [Double]

  /// A critical point that is proven to exist.
  struct Zero: Sendable {
    /// It lies in here,
    var enclosure: [Interval]
    /// and is the only one in here.
    var region: [Interval]
    /// The number of negative eigenvalues of the Hessian, of which none is 0; nil if that is not proven.
    var index: Int?
  }

  enum Outcome: Sendable {
    /// There is no critical point in the box.
    case discarded
    /// There is no other than this one, which may lie outside the box.
    case zero(Zero)
    /// All lie in the rest of the box, which is to be cut across a side.
    case halves(_ rest: [Interval], side: Int, cut: Double)
    /// The box is too small to be halved, or cannot be decided at this tolerance.
    case undecided([Interval])
  }

  /// - Parameter scales: the widths of the whole box.
  init(_ system: GradientSystem, scales: [Double]) {
    self.system = system
    self.scales = scales
    n = system.n
    newton = IntervalNewton(system)
    definiteness = Definiteness(system)
    caseAnalysis = CaseAnalysis(system)
  }

  /// Decides a box or halves it.
  ///
  /// - Parameter tolerances: a box of no larger widths is not halved.
  func process(_ box: [Interval], tolerances: [Double]) -> Outcome {
    var x = box
    for _ in 0..<Self.mostRounds {
      let before = x
      let isContinuous = newton.evaluate(x)
      guard newton.equations.contract(to: system.targets) else { return .discarded }
      // Where nothing is bounded the Newton operator says nothing, and this is worth twice the time.
      if !x.allSatisfy(\.isBounded), !newton.equations.contractAgain(to: system.targets) { return .discarded }
      for j in 0..<n { x[j] = newton.equations[input: j] }
      if !isContinuous {
        guard let rest = caseAnalysis.contracted(x) else { return .discarded }
        x = rest
      }
      if x.allSatisfy({ $0.lower == $0.upper }), let zero = exactZero(x, alone: box) { return .zero(zero) }
      if isContinuous {
        switch newton.apply(to: x) {
        case .empty: return .discarded
        case .unique(let part): return .zero(zero(in: newton.tightened(part), region: x))
        case .contracted(let part, let isRegular):
          if isRegular, let (part, region) = uniquePart(near: x) {
            return .zero(zero(in: newton.tightened(part), region: region))
          }
          x = part
        case .unknown: break
        }
      }
      if Self.left(x, of: before) > 0.5 { break }
    }
    return halves(x, tolerances, smears: smears(x))
  }

  /// All points of the box but one are excluded; whether that one is a critical point exact arithmetic tells.
  private func exactZero(_ x: [Interval], alone box: [Interval]) -> Zero? {
    guard newton.evaluate(x),
      (0..<n).allSatisfy({ newton.equations[output: $0] == Interval(0) })
    else { return nil }
    return Zero(enclosure: x, region: box, index: definiteness.index(over: x))
  }

  /// The only zero in a region, by its enclosure.
  func zero(in enclosure: [Interval], region: [Interval]) -> Zero {
    Zero(enclosure: enclosure, region: region, index: definiteness.index(over: enclosure))
  }

  /// Where the only zero of a region around or beside a box is, and the region, for a box of regular derivative.
  func uniquePart(nearRegular x: [Interval]) -> (part: [Interval], region: [Interval])? {
    guard newton.evaluate(x), case .contracted(_, isRegular: true) = newton.apply(to: x) else { return nil }
    return uniquePart(near: x)
  }

  /// A box of regular derivative holds at most one zero. If Newton's method leads to one in it or beside it, the
  /// operator is tried on an inflated box around both: zeros on the edges of boxes are found once. The operator has
  /// been applied to the box.
  private func uniquePart(near x: [Interval]) -> (part: [Interval], region: [Interval])? {
    guard let limit = newton.limit(from: x) else { return nil }
    // The larger region spares more boxes; around nearly degenerate zeros only a small one can be proven.
    for margin in [1e-5, 0] {
      var inflated: [Interval] = []
      for j in 0..<n {
        let width = Swift.max(x[j].width, 64 * limit[j].ulp)
        guard x[j].lower - limit[j] <= width, limit[j] - x[j].upper <= width else { return nil }
        inflated.append(
          x[j].hull(Interval(limit[j])).inflated(by: Swift.max(0.1 * width, margin * scales[j])))
      }
      if newton.evaluate(inflated), case .unique(let part) = newton.apply(to: inflated) {
        return (part, inflated)
      }
    }
    return nil
  }

  /// A box is looked at again while more than half of it goes, so many times.
  static let mostRounds = 6

  /// The share of a box's volume that a part of it has.
  static func left(
    _ part: some RandomAccessCollection<Interval>, of box: some RandomAccessCollection<Interval>
  ) -> Double {
    var left = 1.0
    for (side, whole) in zip(part, box) where whole.width > 0 {
      left *= side.isBounded ? side.width / whole.width : whole.isBounded ? 0 : 1
    }
    return left
  }

  /// How much of the left sides' change over a box each variable's width makes, where that is known (the sum of relative
  /// smears: Trombettoni, Araya, Neveu and Chabert, "Inner regions and interval linearizations for global
  /// optimization", AAAI 2011).
  private func smears(_ x: [Interval]) -> [Double]? {
    guard let derivative = newton.derivative else { return nil }
    var smears = [Double](repeating: 0, count: n)
    for i in 0..<n {
      var total = 0.0
      for j in 0..<n { total += derivative[i * n + j].magnitude * x[j].width }
      for j in 0..<n { smears[j] += derivative[i * n + j].magnitude * x[j].width / total }
    }
    return smears
  }

  /// Where to cut a box: across the variable of the largest smear, or else of the largest width, cut beside the middle,
  /// where symmetric functions have their zeros.
  func halves(_ x: [Interval], _ tolerances: [Double], smears: [Double]?) -> Outcome {
    let smears = smears.flatMap { smears in smears.allSatisfy(\.isFinite) ? smears : nil }
    var best = -1
    var bestSmear = -1.0
    for j in 0..<n {
      let width = x[j].width
      guard width > tolerances[j], !x[j].isBounded || width > 4 * Swift.max(x[j].lower.ulp, x[j].upper.ulp)
      else { continue }
      let smear = smears?[j] ?? width / tolerances[j]
      if smear > bestSmear { (best, bestSmear) = (j, smear) }
    }
    guard best >= 0 else { return .undecided(x) }
    let side = x[best]
    let cut = side.isBounded ? side.lower + 0.4921875 * side.width : Self.farCut(side)
    guard cut > side.lower, cut < side.upper else { return .undecided(x) }
    return .halves(x, side: best, cut: cut)
  }

  /// An unbounded side is cut at 16 and then at squares, which takes ten cuts to the largest number.
  private static func farCut(_ side: Interval) -> Double {
    if side.upper == .infinity { return side.lower < 4 ? 16 : side.lower * side.lower }
    return side.upper > -4 ? -16 : -(side.upper * side.upper)
  }
}
