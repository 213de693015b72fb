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
    .paper { fill: #ffffff }
    text { font: 13px system-ui, sans-serif; fill: #222222 }
    .title { font-size: 15px }
    .axis { stroke: #222222; fill: none; stroke-width: 1 }
    .grid { stroke: #222222; stroke-opacity: 0.12; fill: none }
    .curve { stroke: #2060b0; fill: none; stroke-width: 2; stroke-linejoin: round }
    .iso { stroke: #ffffff; stroke-opacity: 0.45; fill: none; stroke-width: 0.8 }
    .sign { stroke: #ffffff; stroke-width: 1.5; stroke-linejoin: round; paint-order: stroke }
    .halo { stroke: #ffffff; stroke-opacity: 0.8; fill: none; stroke-width: 5; stroke-linejoin: round }
    .way { fill: none; stroke-width: 2.2; stroke-linejoin: round }
    @media (prefers-color-scheme: dark) {
    .paper { fill: #16181c }
    text { fill: #e4e4e4 }
    .axis { stroke: #e4e4e4 }
    .grid { stroke: #e4e4e4; stroke-opacity: 0.15 }
    .curve { stroke: #6fa8ff }
    }
    </style>
    <rect class="paper" width="\(Self.number(width))" height="\(Self.number(height))"/>
    \(body)</svg>

    """
  }
}
