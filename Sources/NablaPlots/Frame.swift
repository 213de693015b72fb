// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// The rectangle of a plot, and the way from numbers to places in it.
struct Frame {
  let x: (low: Double, high: Double)
  let y: (low: Double, high: Double)
  /// Whether the horizontal axis shows the logarithms of positive numbers, and whether the vertical one does.
  let isLogarithmic: (x: Bool, y: Bool)
  let left: Double
  let top: Double
  let width: Double
  let height: Double

  /// The frame of a picture with a title, all of its width.
  init(
    x: (low: Double, high: Double), y: (low: Double, high: Double),
    isLogarithmic: (x: Bool, y: Bool) = (false, false),
    top: Double = Style.top, width: Double = Style.width - Style.left - Style.right, height: Double
  ) {
    (self.x, self.y, self.isLogarithmic) = (x, y, isLogarithmic)
    (left, self.top, self.width, self.height) = (Style.left, top, width, height)
  }

  var bottom: Double { top + height }

  /// Where a point lies, also outside of the frame, but no farther than some hundred times its size.
  func place(_ a: Double, _ b: Double) -> (x: Double, y: Double) {
    (
      left + width * Self.share(a, x.low, x.high, isLogarithmic.x),
      top + height * (1 - Self.share(b, y.low, y.high, isLogarithmic.y))
    )
  }

  private static func share(_ value: Double, _ low: Double, _ high: Double, _ isLogarithmic: Bool) -> Double {
    func scale(_ value: Double) -> Double { isLogarithmic ? .log10(value) : value }
    let share = (scale(value) - scale(low)) / (scale(high) - scale(low))
    return Swift.max(-100, Swift.min(100, share))
  }

  /// The border with ticks, labels and names.
  func drawAxes(in svg: inout SVG, names: (String, String), grid: Bool) {
    let horizontal =
      isLogarithmic.x
      ? Ticks(powersOfTenFrom: x.low, to: x.high, count: 6) : Ticks(from: x.low, to: x.high, fitting: width)
    let count = Int(height / 55)
    let vertical =
      isLogarithmic.y
      ? Ticks(powersOfTenFrom: y.low, to: y.high, count: count) : Ticks(from: y.low, to: y.high, count: count)
    for (value, label) in zip(horizontal.values, horizontal.labels) {
      let at = place(value, y.low).x
      if grid { svg.path([[(at, top), (at, bottom)]], closed: false, ("class", "grid")) }
      svg.path([[(at, bottom), (at, bottom + 5)]], closed: false, ("class", "axis"))
      svg.text(label, at, bottom + 21, ("text-anchor", "middle"))
    }
    for (value, label) in zip(vertical.values, vertical.labels) {
      let at = place(x.low, value).y
      if grid { svg.path([[(left, at), (left + width, at)]], closed: false, ("class", "grid")) }
      svg.path([[(left - 5, at), (left, at)]], closed: false, ("class", "axis"))
      svg.text(label, left - 9, at + 5, ("text-anchor", "end"))
    }
    svg.rectangle(left, top, width, height, ("class", "axis"))
    svg.text(horizontal.named(names.0), left + width / 2, bottom + 43, ("text-anchor", "middle"))
    let middle = top + height / 2
    svg.text(
      vertical.named(names.1), 16, middle, ("text-anchor", "middle"),
      ("transform", "rotate(-90 16 \(SVG.number(middle)))"))
  }
}
