// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaTensors

/// Arrows along the gradient, of the direction in which the function rises fastest, on an even grid.
///
/// An arrow's length is the square root of the gradient's norm, relative to the norm that 95 % of the arrows do not
/// exceed, so that a hundred times smaller gradient is still drawn a tenth as long; longer ones are cut to the distance
/// of the arrows. Its direction is that of a step along the gradient on the axes: perpendicular to the level lines
/// where both have one scale. Where the function is not finite there are none.
struct GradientField {
  private let arrows: [(x: Double, y: Double, gradient: (x: Double, y: Double))]

  private static let count = 14

  init(of function: Function, parameters: Tensor<Double>?, in frame: Frame) {
    func steps(_ low: Double, _ high: Double) -> [Double] {
      (0..<Self.count).map { low + (high - low) * ((Double($0) + 0.5) / Double(Self.count)) }
    }
    let (x, y) = (steps(frame.x.low, frame.x.high), steps(frame.y.low, frame.y.high))
    let points = y.flatMap { y in x.map { [$0, y] } }
    let found = function.evaluate([.value, .gradient], at: Tensor(points), parameters: parameters)
    let (values, gradient) = (found.value.scalars, found.gradient.scalars)
    arrows = points.enumerated().map { k, point in
      (point[0], point[1], (gradient[2 * k], gradient[2 * k + 1]))
    }.enumerated().filter { k, arrow in
      values[k].isFinite && arrow.2.0.isFinite && arrow.2.1.isFinite
    }.map(\.element)
  }

  func draw(in svg: inout SVG, frame: Frame) {
    // In units of the largest component, whose square then does not overflow.
    let largest = arrows.map { Swift.max(Swift.abs($0.gradient.x), Swift.abs($0.gradient.y)) }.max() ?? 0
    guard largest > 0 else { return }
    func norm(_ x: Double, _ y: Double) -> Double { (x * x + y * y).squareRoot() }
    let norms = arrows.map { norm($0.gradient.x / largest, $0.gradient.y / largest) }
    let reference = norms.sorted()[(norms.count - 1) * 95 / 100]
    let unit = reference > 0 ? reference : 1
    let longest = 0.94 * frame.width / Double(Self.count)
    let scale = (
      x: frame.width / (frame.x.high - frame.x.low), y: frame.height / (frame.y.high - frame.y.low)
    )
    let larger = Swift.max(scale.x, scale.y)
    var strokes: [[(x: Double, y: Double)]] = []
    for (arrow, size) in zip(arrows, norms) {
      let length = longest * Swift.min(1, (size / unit).squareRoot())
      let direction = (
        x: arrow.gradient.x / largest * (scale.x / larger),
        y: -arrow.gradient.y / largest * (scale.y / larger)
      )
      let n = norm(direction.x, direction.y)
      guard length >= 2, n > 0 else { continue }
      let (dx, dy) = (direction.x / n, direction.y / n)
      let middle = frame.place(arrow.x, arrow.y)
      let tip = (x: middle.x + dx * length / 2, y: middle.y + dy * length / 2)
      let head = Swift.min(6, 0.45 * length)
      func barb(_ side: Double) -> (x: Double, y: Double) {
        (tip.x - head * (dx + side * dy * 0.6), tip.y - head * (dy - side * dx * 0.6))
      }
      strokes.append([(middle.x - dx * length / 2, middle.y - dy * length / 2), tip])
      strokes.append([barb(1), tip, barb(-1)])
    }
    svg.path(strokes, closed: false, ("class", "shade"))
    svg.path(strokes, closed: false, ("class", "arrow"))
  }
}
