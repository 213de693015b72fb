// SPDX-License-Identifier: Apache-2.0

/// A function of two variables on a grid, as filled contours with level lines and a colour bar.
struct ContourSurface {
  private let lines: ContourLines
  private let levels: Levels
  let frame: Frame

  private static let height = 384.0
  private static let top = 58.0

  /// - Parameter values: at (x[i], y[j]) at j · x.count + i.
  init(x: [Double], y: [Double], values: [Double]) {
    lines = ContourLines(x: x, y: y, values: values)
    levels = Levels(of: values)
    frame = Frame(
      x: (x[0], x[x.count - 1]), y: (y[0], y[y.count - 1]), top: Self.top, width: Self.height,
      height: Self.height)
  }

  /// The picture.
  ///
  /// - Parameters:
  ///   - valueName: what stands above the colour bar.
  ///   - above: draws what lies over the contours and is clipped to the frame.
  ///   - signs: draws what lies over everything.
  func document(
    title: String, fallbackTitle: String, names: (String, String), valueName: String, legend: Legend,
    over above: (inout SVG) -> Void, signs: (inout SVG) -> Void
  ) -> String {
    let legendTop = frame.bottom + Style.axisHeight
    var svg = SVG(width: Style.width, height: legendTop + legend.height)
    svg.title(title, frame.left)
    svg.beginClip("frame", frame.left, frame.top, frame.width, frame.height)
    func placed(_ line: ContourLines.Line) -> [(x: Double, y: Double)] {
      line.map { frame.place($0.x, $0.y) }
    }
    for (k, level) in ([-Double.greatestFiniteMagnitude] + levels.values).enumerated() {
      svg.path(
        lines.areas(above: level).map(placed), closed: true,
        ("fill", Colormap.color(levels.colorPlace(k))), ("fill-rule", "evenodd"))
    }
    for level in levels.values {
      svg.path(lines.lines(at: level).map(placed), closed: false, ("class", "iso"))
    }
    above(&svg)
    svg.endGroup()
    frame.drawAxes(in: &svg, names: names, grid: false)
    levels.drawBar(
      in: &svg, name: valueName, x: frame.left + frame.width + 16, y: frame.top, width: 16,
      height: frame.height)
    signs(&svg)
    legend.draw(in: &svg, top: legendTop)
    return svg.document(title: title.isEmpty ? fallbackTitle : title)
  }
}
