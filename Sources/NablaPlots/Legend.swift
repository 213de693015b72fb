// SPDX-License-Identifier: Apache-2.0

internal import NablaCriticalPoints

/// What the signs of a picture mean, in rows below it.
struct Legend {
  enum Sign {
    /// A line, of a colour or a class.
    case line(String)
    case curve
    case reference
    /// A line over filled contours.
    case path(String)
    case marker(CriticalPoint.Kind)
    /// A point that is no critical one, or not known to be.
    case point
    case area
    /// A remark without a sign.
    case none
  }

  private var items: [(sign: Sign, text: String, startsRow: Bool)] = []

  private static let rowHeight = 22.0
  private static let room = Style.width - Style.left - 8

  /// Items without a text are left out.
  mutating func add(_ sign: Sign, _ text: String, startsRow: Bool = false) {
    if !text.isEmpty { items.append((sign, text, startsRow)) }
  }

  /// The kinds that occur, with their numbers.
  mutating func add(_ points: [CriticalPoint]) {
    for kind in CriticalPoint.Kind.allCases {
      let count = points.count { $0.kind == kind }
      if count > 0 { add(.marker(kind), "\(count) \(kind.noun(count))") }
    }
  }

  /// The items with their places, and the number of rows.
  private var arranged: (places: [(x: Double, row: Int)], rows: Int) {
    var (x, row) = (0.0, 0)
    let places = items.map { item in
      let width = Self.signWidth(item.sign) + TextWidth.of(item.text)
      if x > 0, item.startsRow || x + width > Self.room { (x, row) = (0, row + 1) }
      defer { x += width + 20 }
      return (x, row)
    }
    return (places, items.isEmpty ? 0 : row + 1)
  }

  private static func signWidth(_ sign: Sign) -> Double {
    switch sign {
    case .marker, .point: 18
    case .none: 0
    default: 30
    }
  }

  var height: Double { arranged.rows == 0 ? 8 : 14 + Double(arranged.rows) * Self.rowHeight }

  /// - Parameter top: where the room of ``height`` begins.
  func draw(in svg: inout SVG, top: Double) {
    for (item, place) in zip(items, arranged.places) {
      let (x, y) = (Style.left + place.x, top + 18 + Double(place.row) * Self.rowHeight)
      let stroke = [[(x: x, y: y - 5), (x: x + 24, y: y - 5)]]
      switch item.sign {
      case .line(let color): svg.path(stroke, closed: false, ("class", "way"), ("stroke", color))
      case .curve: svg.path(stroke, closed: false, ("class", "curve"))
      case .reference: svg.path(stroke, closed: false, ("class", "reference"))
      case .path(let color):
        svg.path(stroke, closed: false, ("class", "halo"))
        svg.path(stroke, closed: false, ("class", "way"), ("stroke", color))
      case .marker(let kind): Marker.draw(kind, at: (x + 6, y - 5), in: &svg)
      case .none: break
      case .point: Marker.drawPoint(at: (x + 6, y - 5), in: &svg)
      case .area: svg.rectangle(x, y - 12, 24, 13, ("class", "area"))
      }
      svg.text(item.text, x + Self.signWidth(item.sign), y)
    }
  }
}
