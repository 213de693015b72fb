// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
internal import NablaOptimization
internal import NablaTensors
internal import RealModule

extension FunctionPlot {
  /// A picture of a definite integral: of one variable the integrand with the shaded area between it and 0, of two its
  /// contours over the ranges.
  ///
  ///     let plot = FunctionPlot(integrand: f, over: [(0, .infinity)], areaName: "∫ f dx = 1")
  ///
  /// What is shown of an unbounded range is where all but some hundredths of |f| lie, and half of that more; where
  /// the samples that tell it find nothing, ten units, or a thousandth of the bound. Of one variable, a tenth more is shown beyond finite bounds.
  ///
  /// - Parameters:
  ///   - integrand: a function of one or two variables.
  ///   - ranges: the bounds of each variable, which may be reversed or infinite.
  ///   - parameters: the values of the function's parameters.
  ///   - title: what stands above the picture.
  ///   - areaName: what the legend says of the area, of one variable.
  /// - Precondition: a scalar function of one or two variables, and as many ranges, none of width 0, with bounds that
  ///   are infinite or at most 1e300.
  /// - Complexity: of unbounded ranges 40,001 evaluations more, of two variables 160,801.
  public init(
    integrand: Function, over ranges: [(lower: Double, upper: Double)], parameters: [Double] = [],
    title: String = "", areaName: String = ""
  ) {
    precondition(
      ranges.allSatisfy { range in
        range.lower != range.upper
          && [range.lower, range.upper].allSatisfy { $0.isInfinite || Swift.abs($0) <= 1e300 }
      }, "a plot of an integral needs ranges of some width with bounds that are infinite or at most 1e300")
    let ordered = ranges.map { (lower: Swift.min($0.lower, $0.upper), upper: Swift.max($0.lower, $0.upper)) }
    let box = Self.window(
      of: integrand, over: ordered, parameters: parameters.isEmpty ? nil : Tensor(parameters))
    guard ordered.count == 1 else {
      self.init(integrand, in: box, parameters: parameters, title: title)
      return
    }
    let (low, high) = (box.lower[0], box.upper[0])
    let (lower, upper) = (Swift.max(low, ordered[0].lower), Swift.min(high, ordered[0].upper))
    let margin = 0.1 * (upper - lower)
    let shown = Box(
      uncheckedLower: [ordered[0].lower.isFinite ? lower - margin : low],
      upper: [ordered[0].upper.isFinite ? upper + margin : high])
    self.init(
      integrand, in: shown, parameters: parameters, title: title,
      area: Area(name: areaName, range: lower...upper))
  }

  /// The part of the ranges to show.
  private static func window(
    of f: Function, over ranges: [(lower: Double, upper: Double)], parameters: Tensor<Double>?
  ) -> Box {
    if ranges.allSatisfy({ $0.lower.isFinite && $0.upper.isFinite }) {
      return Box(uncheckedLower: ranges.map(\.lower), upper: ranges.map(\.upper))
    }
    let count = ranges.count == 1 ? 40_001 : 401
    let axes = ranges.map { samples($0, count: count) }
    let places = axes.map { $0.map(\.place) }
    let points =
      ranges.count == 1
      ? places[0].map { [$0] } : places[1].flatMap { y in places[0].map { [$0, y] } }
    let values = f.value(at: Tensor(points), parameters: parameters).scalars
    // The mass of |f| along each axis.
    var masses = axes.map { [Double](repeating: 0, count: $0.count) }
    for (k, value) in values.enumerated() where value.isFinite {
      let (i, j) = (k % count, k / count)
      let mass = Swift.abs(value) * axes[0][i].weight * (axes.count > 1 ? axes[1][j].weight : 1)
      masses[0][i] += mass
      if axes.count > 1 { masses[1][j] += mass }
    }
    let sides = zip(zip(places, masses), ranges).map { axis, range in
      side(places: axis.0, masses: axis.1, range)
    }
    return Box(uncheckedLower: sides.map(\.lower), upper: sides.map(\.upper))
  }

  /// Places in a range with the lengths that they stand for: even where it is finite, and exponentially farther apart
  /// towards infinity.
  private static func samples(
    _ range: (lower: Double, upper: Double), count: Int
  ) -> [(place: Double, weight: Double)] {
    // x = c ± (e^t − e^−t) / 2, up to 1e9 away.
    let reach = 21.4
    func even(_ low: Double, _ high: Double, _ at: (Double) -> (Double, Double)) -> [(Double, Double)] {
      let step = (high - low) / Double(count - 1)
      return (0..<count).map { k in
        let (place, slope) = at(low + Double(k) * step)
        return (place, slope * step)
      }
    }
    switch (range.lower.isFinite, range.upper.isFinite) {
    case (true, true): return even(range.lower, range.upper) { ($0, 1) }
    case (true, false): return even(0, reach) { (range.lower + .sinh($0), .cosh($0)) }
    case (false, true): return even(-reach, 0) { (range.upper + .sinh($0), .cosh($0)) }
    case (false, false): return even(-reach, reach) { (.sinh($0), .cosh($0)) }
    }
  }

  /// Where the middle 94 % of the mass lies and half of its width beyond; what is finite stays.
  private static func side(
    places: [Double], masses: [Double], _ range: (lower: Double, upper: Double)
  ) -> (lower: Double, upper: Double) {
    let total = masses.reduce(0, +)
    func quantile(_ share: Double) -> Double {
      var sum = 0.0
      let k = masses.firstIndex { mass in
        sum += mass
        return sum >= share * total
      }
      return places[k ?? places.count - 1]
    }
    let found = total > 0 && total.isFinite
    let (from, to) = (quantile(0.03), quantile(0.97))
    let isUseful = found && to > from && Swift.max(Swift.abs(from), Swift.abs(to)) < 1e8
    switch (range.lower.isFinite, range.upper.isFinite) {
    case (true, true): return range
    case (true, false):
      let reach = Swift.max(10, 1e-3 * Swift.abs(range.lower))
      return (range.lower, isUseful ? to + 0.5 * (to - range.lower) : range.lower + reach)
    case (false, true):
      let reach = Swift.max(10, 1e-3 * Swift.abs(range.upper))
      return (isUseful ? from - 0.5 * (range.upper - from) : range.upper - reach, range.upper)
    case (false, false):
      return isUseful ? (from - 0.5 * (to - from), to + 0.5 * (to - from)) : (-10, 10)
    }
  }
}
