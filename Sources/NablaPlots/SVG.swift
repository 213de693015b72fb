// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// An SVG document as it is written: elements one after another, in a coordinate system with y downwards.
struct SVG {
  private var body = ""
  let width: Double
  let height: Double

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// A coordinate with two decimals, without needless zeros.
  ///
  /// - Precondition: finite and below 1e16, as what ``Frame`` places is.
  static func number(_ x: Double) -> String {
    let rounded = (x * 100).rounded() / 100
    if rounded == rounded.rounded() { return String(Int(rounded)) }
    return String(format: rounded * 10 == (rounded * 10).rounded() ? "%.1f" : "%.2f", rounded)
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }

  private static func attributes(_ attributes: [(String, String)]) -> String {
    attributes.map { " \($0.0)=\"\(escaped($0.1))\"" }.joined()
  }

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ attributes: (String, String)...
  ) {
    let place = [("x", x), ("y", y), ("width", width), ("height", height)]
    body += "<rect\(Self.attributes(place.map { ($0.0, Self.number($0.1)) } + attributes))/>\n"
  }

  mutating func circle(
    _ center: (x: Double, y: Double), radius: Double, _ attributes: (String, String)...
  ) {
    let place = [("cx", center.x), ("cy", center.y), ("r", radius)]
    body += "<circle\(Self.attributes(place.map { ($0.0, Self.number($0.1)) } + attributes))/>\n"
  }

  /// Lines through points, several in one element; closed ones end where they began.
  mutating func path(_ lines: [[(x: Double, y: Double)]], closed: Bool, _ attributes: (String, String)...) {
    let data = lines.compactMap { line -> String? in
      let line = Self.corners(of: line)
      guard let first = line.first, line.count > 1 else { return nil }
      let rest = line.dropFirst().map { "\(Self.number($0.x)) \(Self.number($0.y))" }.joined(separator: " ")
      return "M\(Self.number(first.x)) \(Self.number(first.y))L\(rest)\(closed ? "Z" : "")"
    }
    guard !data.isEmpty else { return }
    body += "<path d=\"\(data.joined())\"\(Self.attributes(attributes))/>\n"
  }

  /// A line without the points that lie, to a twentieth of a pixel, on the way between their neighbours.
  private static func corners(of line: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    var corners: [(x: Double, y: Double)] = []
    var skipped: [(x: Double, y: Double)] = []
    for point in line {
      guard let last = corners.last else {
        corners.append(point)
        continue
      }
      let (dx, dy) = (point.x - last.x, point.y - last.y)
      let length = (dx * dx + dy * dy).squareRoot()
      let isStraight =
        skipped.count < 100
        && skipped.allSatisfy { other in
          let (ex, ey) = (other.x - last.x, other.y - last.y)
          let along = ex * dx + ey * dy
          return Swift.abs(dx * ey - dy * ex) <= 0.05 * length && along >= 0 && along <= length * length
        }
      if !isStraight, let corner = skipped.last {
        corners.append(corner)
        skipped = []
      }
      skipped.append(point)
    }
    if let end = skipped.last { corners.append(end) }
    return corners
  }

  mutating func text(_ text: String, _ x: Double, _ y: Double, _ attributes: (String, String)...) {
    let place = [("x", Self.number(x)), ("y", Self.number(y))]
    body += "<text\(Self.attributes(place + attributes))>\(Self.escaped(text))</text>\n"
  }

  /// What stands above a picture, as much of it as fits between `x` and the right edge.
  mutating func title(_ title: String, _ x: Double) {
    var shown = title
    while TextWidth.of(shown, size: Style.titleSize) > width - x - 8, !shown.isEmpty {
      shown = shown.dropLast(shown.hasSuffix("…") ? 2 : 1) + "…"
    }
    text(shown, x, 25, ("class", "title"))
  }

  /// What follows is clipped to a rectangle, until ``endGroup()``.
  mutating func beginClip(_ id: String, _ x: Double, _ y: Double, _ width: Double, _ height: Double) {
    body += "<clipPath id=\"\(id)\">"
    rectangle(x, y, width, height)
    body += "</clipPath>\n<g clip-path=\"url(#\(id))\">\n"
  }

  mutating func endGroup() { body += "</g>\n" }

  /// The document, with colours for light and for dark surroundings.
  func document(title: String) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.number(width)) \(Self.number(height))" \
    width="\(Self.number(width))" height="\(Self.number(height))" role="img">
    <title>\(Self.escaped(title))</title>
    <style>
    \(Style.rules)
    </style>
    <rect class="paper" width="\(Self.number(width))" height="\(Self.number(height))"/>
    \(body)</svg>

    """
  }
}
