// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
internal import NablaTensors
internal import RealModule

/// A function of one variable beside its Taylor polynomials of several orders, as SVG.
///
///     let plot = try TaylorPlot(Function { x in sin(x) }, at: 0, orders: [1, 3, 5], over: -6...6)
///
/// The heights shown are those of the function, and half of their range more below and above: polynomials that leave
/// them are cut off there. A disc with a hole marks the point of expansion.
///
/// - Complexity: the coefficients of the highest order, and some 1000 evaluations of each curve, at most 16,000.
public struct TaylorPlot: Sendable {
  private let function: Function
  private let polynomial: TaylorPolynomial
  private let parameters: Tensor<Double>?

  /// The orders of the polynomials that are drawn.
  public let orders: [Int]

  /// The range of the variable.
  public let range: ClosedRange<Double>

  /// What stands above the picture.
  public var title: String

  /// - Parameters:
  ///   - function: the function.
  ///   - point: the point of expansion.
  ///   - orders: the orders of the polynomials, each 0 or more.
  ///   - range: the range of the variable to show.
  ///   - parameters: the values of the function's parameters.
  ///   - title: what stands above the picture.
  /// - Throws: `TaylorError` where there is no series at the point.
  /// - Precondition: a scalar function of one variable; an order or more; a bounded range of some width.
  public init(
    _ function: Function, at point: Double, orders: [Int], over range: ClosedRange<Double>,
    parameters: [Double] = [], title: String = ""
  ) throws(TaylorError) {
    precondition(!orders.isEmpty && orders.allSatisfy { $0 >= 0 }, "a Taylor plot shows orders of 0 or more")
    let polynomial = try function.taylorPolynomial(
      at: point, order: orders.max() ?? 0, parameters: parameters)
    self.init(
      function, polynomial, orders: orders, over: range, parameters: parameters, title: title)
  }

  /// - Parameter polynomial: of the highest of the orders.
  package init(
    _ function: Function, _ polynomial: TaylorPolynomial, orders: [Int], over range: ClosedRange<Double>,
    parameters: [Double] = [], title: String = ""
  ) {
    precondition(
      range.lowerBound < range.upperBound && (range.upperBound - range.lowerBound).isFinite,
      "a Taylor plot needs a bounded range of some width, not \(range)")
    self.function = function
    self.polynomial = polynomial
    self.parameters = parameters.isEmpty ? nil : Tensor(parameters)
    self.orders = orders
    self.range = range
    self.title = title
  }

  /// The picture.
  public var svg: String {
    let (low, high) = (range.lowerBound, range.upperBound)
    let curve = Curve(from: low, to: high) { x in
      function.value(at: Tensor(x.map { [$0] }), parameters: parameters).scalars
    }
    let heights = curve.heights ?? (-1, 1)
    let margin =
      heights.high > heights.low
      ? 0.5 * (heights.high - heights.low) : Swift.max(1, Swift.abs(heights.low)) * 0.5
    let frame = Frame(x: (low, high), y: (heights.low - margin, heights.high + margin), height: 320)
    var legend = Legend()
    legend.add(.reference, "f")
    for (k, order) in orders.enumerated() { legend.add(.line(Style.lineColor(k)), "order \(order)") }
    let legendTop = frame.bottom + Style.axisHeight
    var svg = SVG(width: Style.width, height: legendTop + legend.height)
    svg.title(title, frame.left)
    frame.drawAxes(in: &svg, names: (polynomial.variable, "f"), grid: true)
    svg.beginClip("frame", frame.left, frame.top, frame.width, frame.height)
    svg.path(curve.pieces(in: frame), closed: false, ("class", "reference"))
    for (k, order) in orders.enumerated() {
      let partial = polynomial.truncated(to: order)
      let pieces = Curve(from: low, to: high) { $0.map { partial($0) } }.pieces(in: frame)
      svg.path(pieces, closed: false, ("class", "way"), ("stroke", Style.lineColor(k)))
    }
    svg.endGroup()
    if range.contains(polynomial.center) {
      Marker.drawPoint(at: frame.place(polynomial.center, polynomial.coefficients[0]), in: &svg)
    }
    legend.draw(in: &svg, top: legendTop)
    return svg.document(
      title: title.isEmpty
        ? "Taylor polynomials of orders \(orders.map(String.init).joined(separator: ", "))" : title)
  }
}

extension TaylorPolynomial {
  /// Up to five orders whose polynomials differ, the highest and the lowest that is not constant among them.
  package var typicalOrders: [Int] {
    let distinct = coefficients.indices.filter { $0 > 0 && coefficients[$0] != 0 }
    guard distinct.count > 5 else { return distinct.isEmpty ? [0] : distinct }
    return (0..<5).map { distinct[($0 * (distinct.count - 1) + 2) / 4] }
  }

  /// A range about the center in which the polynomial begins to leave its function: five quarters of the mean
  /// ratio of successive coefficients, an estimate of the radius within which the last term is no larger than the first.
  package var typicalRange: ClosedRange<Double> {
    let distinct = coefficients.indices.filter { $0 > 0 && coefficients[$0] != 0 }
    var reach = Swift.max(1, Swift.abs(center))
    if let first = distinct.first, let last = distinct.last, first < last {
      let ratio = Swift.abs(coefficients[first]) / Swift.abs(coefficients[last])
      let radius = 1.25 * .exp(.log(ratio) / Double(last - first))
      if radius > 0 && radius.isFinite { reach = radius }
    }
    // At least such that the range has some width.
    reach = Swift.max(reach, Swift.abs(center) * 1e-12)
    let (low, high) = (center - reach, center + reach)
    return (high - low).isFinite ? low...high : center.nextDown...center.nextUp
  }
}
