internal import NablaCriticalPoints

/// The signs of critical points: a disc for a minimum, a triangle for a maximum, a cross for a saddle, a diamond for an
/// inflection, a ring for what is undetermined.
enum Marker {
  private static let color = "#d8144b"

  static func draw(_ kind: CriticalPoint.Kind, at place: (x: Double, y: Double), in svg: inout SVG) {
    let (x, y) = place
    func polygon(_ corners: [(Double, Double)], _ svg: inout SVG) {
      svg.path([corners.map { (x + $0.0, y + $0.1) }], closed: true, ("class", "sign"), ("fill", color))
    }
    switch kind {
    case .minimum: polygon(circle(5), &svg)
    case .maximum: polygon([(0, -6.5), (6, 4.5), (-6, 4.5)], &svg)
    case .saddle:
      let (a, b) = (2.0, 6.0)
      polygon(
        [
          (0, -a), (b - a, -b), (b, a - b), (a, 0), (b, b - a), (b - a, b), (0, a), (a - b, b), (-b, b - a),
          (-a, 0), (-b, a - b), (a - b, -b),
        ], &svg)
    case .inflection: polygon([(0, -6.5), (6.5, 0), (0, 6.5), (-6.5, 0)], &svg)
    case .undetermined, .regular:
      svg.path(
        [circle(5).map { (x + $0.0, y + $0.1) }], closed: true, ("fill", "none"), ("stroke", color),
        ("stroke-width", "2.5"))
    }
  }

  /// A polygon of 24 corners.
  private static func circle(_ radius: Double) -> [(Double, Double)] {
    // Turns by 15 degrees.
    let (c, s) = (0.96592582628906829, 0.25881904510252076)
    var point = (radius, 0.0)
    return (0..<24).map { _ in
      defer { point = (point.0 * c - point.1 * s, point.0 * s + point.1 * c) }
      return point
    }
  }

  /// The kinds that occur, with their numbers.
  static func drawLegend(for points: [CriticalPoint], x: Double, y: Double, in svg: inout SVG) {
    var place = x
    for kind in CriticalPoint.Kind.allCases {
      let count = points.count { $0.kind == kind }
      guard count > 0 else { continue }
      draw(kind, at: (place + 6, y - 4), in: &svg)
      let text = "\(count) \(kind.noun(count))"
      svg.text(text, place + 18, y)
      place += 34 + 7.5 * Double(text.count)
    }
  }
}
