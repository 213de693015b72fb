// SPDX-License-Identifier: Apache-2.0

/// What pictures have in common: sizes, in the units of the coordinates, and colours for light and dark surroundings.
///
/// A picture is 560 wide with letters of 15, so that they are still 9.6 pixels high on a phone of 360.
enum Style {
  static let width = 560.0
  static let textSize = 15.0
  static let titleSize = 17.0
  /// Room for labels at the left of a frame, and at its right.
  static let left = 80.0
  static let right = 28.0
  /// Where the frame below the title begins.
  static let top = 44.0
  /// Room below a frame for labels and the axis' name.
  static let axisHeight = 52.0

  /// Colours that are told apart on light and on dark paper, also by most who see fewer colours.
  static func lineColor(_ k: Int) -> String {
    ["#1f77b4", "#e4572e", "#2a9d5c", "#a05ec9", "#c9930a", "#17a2b8", "#d6478f", "#7f7f7f"][k % 8]
  }

  /// Colours that are told apart on all of the map's and from the signs of critical points.
  static func pathColor(_ k: Int) -> String {
    ["#ff8c00", "#e24df0", "#111111", "#2fb7ff", "#8c564b", "#8f8f8f"][k % 6]
  }

  static let markerColor = "#d8144b"

  static let rules = """
    .paper { fill: #ffffff }
    text { font: 15px system-ui, sans-serif; fill: #222222 }
    .title { font-size: 17px }
    .axis { stroke: #222222; fill: none; stroke-width: 1 }
    .grid { stroke: #222222; stroke-opacity: 0.12; fill: none }
    .curve { stroke: #2060b0; fill: none; stroke-width: 2.2; stroke-linejoin: round }
    .area { fill: #2060b0; fill-opacity: 0.22; stroke: none }
    .bar { stroke: #2060b0; stroke-width: 0.8 }
    .reference { stroke: #222222; fill: none; stroke-width: 2.6; stroke-linejoin: round }
    .iso { stroke: #ffffff; stroke-opacity: 0.45; fill: none; stroke-width: 0.8 }
    .sign { stroke: #ffffff; stroke-width: 1.5; stroke-linejoin: round; paint-order: stroke }
    .halo { stroke: #ffffff; stroke-opacity: 0.9; fill: none; stroke-width: 4.4; stroke-linejoin: round }
    .way { fill: none; stroke-width: 2.4; stroke-linejoin: round }
    .shade { stroke: #000000; stroke-opacity: 0.4; fill: none; stroke-width: 3; stroke-linecap: round }
    .arrow { stroke: #ffffff; fill: none; stroke-width: 1.4; stroke-linecap: round; stroke-linejoin: round }
    @media (prefers-color-scheme: dark) {
    .paper { fill: #16181c }
    text { fill: #e4e4e4 }
    .axis, .reference { stroke: #e4e4e4 }
    .grid { stroke: #e4e4e4; stroke-opacity: 0.15 }
    .curve { stroke: #6fa8ff }
    .area { fill: #6fa8ff }
    .bar { stroke: #6fa8ff }
    }
    """
}

/// How wide a text is, about: the widths of DejaVu Sans, the widest of the letters that browsers choose.
enum TextWidth {
  static func of(_ text: String, size: Double = Style.textSize) -> Double {
    size * text.reduce(0) { $0 + share(of: $1) }
  }

  private static func share(of letter: Character) -> Double {
    switch letter {
    case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "/", " ": 0.33
    case "f", "r", "t", "(", ")", "[", "]", "-": 0.41
    case "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹", "⁻": 0.42
    case "m", "w", "M", "W", "+", "−", "=", "<", ">", "≤", "^", "…", "∞": 0.9
    case _ where letter.isUppercase: 0.7
    default: 0.635
    }
  }
}
