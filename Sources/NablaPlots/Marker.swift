// SPDX-License-Identifier: Apache-2.0

internal import NablaCriticalPoints

/// The signs of critical points: a disc for a minimum, a triangle for a maximum, a cross for a saddle, a diamond for an
/// inflection, a ring for what is undetermined.
enum Marker {
  static func draw(_ kind: CriticalPoint.Kind, at place: (x: Double, y: Double), in svg: inout SVG) {
    let (x, y) = place
    func polygon(_ corners: [(Double, Double)], _ svg: inout SVG) {
      svg.path(
        [corners.map { (x + $0.0, y + $0.1) }], closed: true, ("class", "sign"), ("fill", Style.markerColor))
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
        [circle(5).map { (x + $0.0, y + $0.1) }], closed: true, ("fill", "none"),
        ("stroke", Style.markerColor),
        ("stroke-width", "2.5"))
    }
  }

  /// A point that is no critical one, or not known to be: a disc with a hole.
  static func drawPoint(at place: (x: Double, y: Double), in svg: inout SVG) {
    svg.circle(place, radius: 5.5, ("class", "sign"), ("fill", Style.markerColor))
    svg.circle(place, radius: 2, ("fill", "#ffffff"))
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
}
