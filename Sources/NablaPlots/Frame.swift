internal import RealModule

/// The rectangle of a plot, and the way from numbers to places in it.
struct Frame {
  let x: (low: Double, high: Double)
  let y: (low: Double, high: Double)
  /// Whether the vertical axis shows the logarithms of positive numbers.
  var hasLogarithmicHeights = false
  let left: Double
  let top: Double
  let width: Double
  let height: Double

  func place(_ a: Double, _ b: Double) -> (x: Double, y: Double) {
    let (low, high) = (heightScale(y.low), heightScale(y.high))
    return (
      left + width * ((a - x.low) / (x.high - x.low)),
      top + height * (1 - (heightScale(b) - low) / (high - low))
    )
  }

  private func heightScale(_ value: Double) -> Double { hasLogarithmicHeights ? .log10(value) : value }

  /// The border with ticks, labels and names.
  func drawAxes(in svg: inout SVG, names: (String, String), grid: Bool) {
    let horizontal = Ticks(from: x.low, to: x.high, count: 6)
    let vertical =
      hasLogarithmicHeights
      ? Ticks(powersOfTenFrom: y.low, to: y.high, count: 7) : Ticks(from: y.low, to: y.high, count: 6)
    for (value, label) in zip(horizontal.values, horizontal.labels) {
      let at = place(value, y.low).x
      if grid { svg.path([[(at, top), (at, top + height)]], closed: false, ("class", "grid")) }
      svg.path([[(at, top + height), (at, top + height + 5)]], closed: false, ("class", "axis"))
      svg.text(label, at, top + height + 20, ("text-anchor", "middle"))
    }
    for (value, label) in zip(vertical.values, vertical.labels) {
      let at = place(x.low, value).y
      if grid { svg.path([[(left, at), (left + width, at)]], closed: false, ("class", "grid")) }
      svg.path([[(left - 5, at), (left, at)]], closed: false, ("class", "axis"))
      svg.text(label, left - 9, at + 4.5, ("text-anchor", "end"))
    }
    svg.rectangle(left, top, width, height, ("class", "axis"))
    svg.text(names.0, left + width / 2, top + height + 40, ("text-anchor", "middle"))
    svg.text(names.1, left - 9, top - 12, ("text-anchor", "end"))
  }
}
