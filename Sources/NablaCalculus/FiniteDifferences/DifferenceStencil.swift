// SPDX-License-Identifier: Apache-2.0

/// A step away from the point: `multiple` times the step that variable has at a level.
struct Move: Hashable {
  let variable: Int
  let level: Int
  let multiple: Int
}

/// The coordinates, steps and sides of the variables.
struct DifferenceGrid {
  let point: [Double]
  /// [lower, upper] of each variable.
  private let bounds: [(lower: Double, upper: Double)]
  private var firstSteps: [Double]
  /// +1 or −1 of a variable that is differenced on one side; 0 of one that is on both.
  private(set) var sides: [Int]

  /// - Precondition: the options' lists have one element or as many as there are variables, the point lies within
  ///   the bounds, and steps are positive.
  init(_ point: [Double], _ options: FiniteDifferenceOptions) {
    let n = point.count
    func element(_ list: [Double]?, _ i: Int, _ name: String, _ standard: Double) -> Double {
      guard let list else { return standard }
      precondition(list.count == 1 || list.count == n, "\(name) are one or \(n), not \(list.count)")
      return list.count == 1 ? list[0] : list[i]
    }
    self.point = point
    bounds = (0..<n).map {
      (
        element(options.lowerBounds, $0, "lower bounds", -.infinity),
        element(options.upperBounds, $0, "upper bounds", .infinity)
      )
    }
    (firstSteps, sides) = ([], [])
    for (i, x) in point.enumerated() {
      let size = Swift.max(1, abs(x))
      let standard = size.isFinite ? 0x1p-4 * size.binade : 1
      let step = element(options.steps, i, "steps", standard)
      precondition(step > 0, "the step of variable \(i) is \(step), not positive")
      let (lower, upper) = bounds[i]
      precondition(
        !(x < lower) && !(x > upper), "coordinate \(i), \(x), lies outside of its bounds [\(lower), \(upper)]"
      )
      firstSteps.append(step)
      sides.append(0)
      let (below, above) = (x - lower, upper - x)
      switch options.scheme {
      case .forward: turn(i, to: 1)
      case .backward: turn(i, to: -1)
      case .automatic where Swift.min(below, above) < step / 16: turn(i, to: above >= below ? 1 : -1)
      case .central, .automatic: turn(i, to: 0)
      }
    }
  }

  /// Takes a variable's differences on one side, or on both, with steps that stay within the bounds.
  mutating func turn(_ variable: Int, to side: Int) {
    let (below, above) = (point[variable] - bounds[variable].lower, bounds[variable].upper - point[variable])
    // Second differences on one side reach two steps far.
    let room = side > 0 ? above / 2 : side < 0 ? below / 2 : Swift.min(below, above)
    while firstSteps[variable] > room && firstSteps[variable] > 0 { firstSteps[variable] /= 2 }
    sides[variable] = side
  }

  func coordinate(_ move: Move) -> Double {
    let (lower, upper) = bounds[move.variable]
    let x = point[move.variable] + Double(move.multiple) * step(move.variable, move.level)
    // Rounding may carry it over a bound.
    return x < lower ? lower : x > upper ? upper : x
  }

  func step(_ variable: Int, _ level: Int) -> Double {
    firstSteps[variable] * Double(sign: .plus, exponent: -level, significand: 1)
  }

  /// The distance that a move went after rounding.
  func distance(_ move: Move) -> Double { coordinate(move) - point[move.variable] }
}

/// One derivative, of first order by `first`, or of second order by `first` and `second`.
struct DifferenceTask {
  let first: Int
  let second: Int?

  /// The points of a level.
  func moves(_ level: Int, _ grid: DifferenceGrid) -> [[Move]] {
    func move(_ variable: Int, _ multiple: Int) -> Move {
      Move(variable: variable, level: level, multiple: multiple)
    }
    let side = grid.sides[first]
    guard let second else {
      return side == 0 ? [[move(first, 1)], [move(first, -1)]] : [[move(first, side)]]
    }
    if second == first {
      return side == 0
        ? [[move(first, 1)], [move(first, -1)]] : [[move(first, side)], [move(first, 2 * side)]]
    }
    if isCentral(grid) {
      let (a, b) = (move(first, 1), move(second, 1))
      let (c, d) = (move(first, -1), move(second, -1))
      return [[a, b], [c, d], [a], [c], [b], [d]]
    }
    let (a, b) = (move(first, side == 0 ? 1 : side), move(second, otherSide(grid)))
    return [[a, b], [a], [b]]
  }

  func isCentral(_ grid: DifferenceGrid) -> Bool {
    grid.sides[first] == 0 && (second.map { grid.sides[$0] == 0 } ?? true)
  }

  private func otherSide(_ grid: DifferenceGrid) -> Int {
    second.map { grid.sides[$0] == 0 ? 1 : grid.sides[$0] } ?? 0
  }

  /// The difference at a level and a bound of its rounding error, from the values at ``moves(_:_:)`` and at the point.
  func difference(
    _ level: Int, _ grid: DifferenceGrid, _ f: [Double], center: Double, precision: Double
  ) -> (value: Double, noise: Double) {
    let moves = moves(level, grid)
    let sizes = f.reduce(abs(center)) { Swift.max($0, abs($1)) } * precision
    let h = moves.map { grid.distance($0[0]) }
    if second == nil {
      if f.count == 2 { return ((f[0] - f[1]) / (h[0] - h[1]), 2 * sizes / abs(h[0] - h[1])) }
      return ((f[0] - center) / h[0], 2 * sizes / abs(h[0]))
    }
    if second == first {
      // The second divided difference, times two, also where the distances were rounded.
      let (a, b) = ((f[0] - center) / h[0], (f[1] - center) / h[1])
      return (2 * (a - b) / (h[0] - h[1]), 4 * sizes / abs(Swift.min(abs(h[0]), abs(h[1])) * (h[0] - h[1])))
    }
    let k = grid.distance(moves[0][1])
    if f.count == 6 {
      // [f(x+h+k) + f(x−h−k) − f(x+h) − f(x−h) − f(x+k) − f(x−k) + 2f(x)] / 2hk
      let near = ((f[0] - f[2]) - (f[4] - center)) + ((f[1] - f[3]) - (f[5] - center))
      return (near / (2 * h[0] * k), 6 * sizes / abs(h[0] * k))
    }
    return (((f[0] - f[1]) - (f[2] - center)) / (h[0] * k), 4 * sizes / abs(h[0] * k))
  }
}
