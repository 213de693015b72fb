// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Colours that go evenly from dark to light: viridis (Smith, van der Walt and Firing, matplotlib, 2015; CC0), at 16
/// places, with straight lines between.
enum Colormap {
  private static let anchors: [(Double, Double, Double)] = [
    (68, 1, 84), (72, 26, 108), (71, 47, 125), (65, 68, 135), (57, 86, 140), (49, 104, 142), (42, 120, 142),
    (35, 136, 142), (31, 152, 139), (34, 168, 132), (53, 183, 121), (84, 197, 104), (122, 209, 81),
    (165, 219, 54), (210, 226, 27), (253, 231, 37),
  ]

  /// The colour at a place from 0 to 1.
  static func color(_ place: Double) -> String {
    let position = Swift.min(1, Swift.max(0, place)) * Double(anchors.count - 1)
    let k = Swift.min(anchors.count - 2, Int(position))
    let (t, a, b) = (position - Double(k), anchors[k], anchors[k + 1])
    func mix(_ a: Double, _ b: Double) -> Int { Int((a + t * (b - a)).rounded()) }
    return String(format: "#%02x%02x%02x", mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
  }
}
