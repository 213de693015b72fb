// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors

extension ComputationGraph {
  /// The graph as a picture: variables at the top, the result at the bottom, each box with its value and, in red, its
  /// adjoint. The document is self-contained and follows the surroundings' light or dark scheme.
  ///
  /// - Complexity: O(nodes + edges · rows), a few times.
  public func svg() -> String {
    let boxes = nodes.map { Box($0) }
    let layout = GraphLayout(
      sizes: boxes.map { ($0.width, $0.height) }, operands: nodes.map(\.operands),
      isLate: nodes.map { $0.kind == .constant })
    let margin = 14.0
    let size = (width: Swift.max(300, layout.width + 2 * margin), height: layout.height + 2 * margin + 28)
    let left = (size.width - layout.width) / 2
    func shifted(_ place: (x: Double, y: Double)) -> (x: Double, y: Double) {
      (place.x + left, place.y + margin)
    }

    var lines = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(rounded(size.width))" height="\(rounded(size.height))" \
      viewBox="0 0 \(rounded(size.width)) \(rounded(size.height))" role="img">
      <title>computation graph with values and adjoints</title>
      <style>
      .paper { fill: #ffffff }
      text { font: 14px system-ui, sans-serif; fill: #222222 }
      .label { font-weight: bold }
      .adjoint { fill: #b91c1c }
      .box { stroke: #444444; fill: #ffffff }
      .variable { fill: #dbeafe }
      .constant { fill: #eeeeee }
      .edge { stroke: #7a7a7a; fill: none; stroke-width: 1.2 }
      .head { fill: #7a7a7a }
      @media (prefers-color-scheme: dark) {
      .paper { fill: #16181c }
      text { fill: #e4e4e4 }
      .adjoint { fill: #ff8080 }
      .box { stroke: #b0b0b0; fill: #16181c }
      .variable { fill: #1d3556 }
      .constant { fill: #33363c }
      }
      </style>
      <rect class="paper" width="100%" height="100%"/>
      <defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" \
      orient="auto"><path class="head" d="M0 0 8 4 0 8Z"/></marker></defs>
      """
    ]
    for way in layout.ways.flatMap({ $0 }) { lines.append(edge(way.map(shifted))) }
    for (box, place) in zip(boxes, layout.places) { lines.append(box.svg(at: shifted(place))) }
    let bottom = rounded(size.height - 12)
    lines.append(
      """
      <text x="\(rounded(margin))" y="\(bottom)">value</text>
      <text x="\(rounded(margin + 56))" y="\(bottom)" class="adjoint">adjoint: ∂ result / ∂ value</text>
      """)
    return (lines + ["</svg>", ""]).joined(separator: "\n")
  }
}

/// A smooth line that goes straight down at each of its points.
private func edge(_ way: [(x: Double, y: Double)]) -> String {
  var data = "M\(rounded(way[0].x)) \(rounded(way[0].y))"
  for (from, to) in zip(way, way.dropFirst()) {
    let bend = rounded((from.y + to.y) / 2)
    data += "C\(rounded(from.x)) \(bend) \(rounded(to.x)) \(bend) \(rounded(to.x)) \(rounded(to.y))"
  }
  return "<path d=\"\(data)\" class=\"edge\" marker-end=\"url(#head)\"/>"
}

/// What a node's box holds, and its size: widths are estimated from the number of characters.
private struct Box {
  private let lines: [(text: String, style: String)]
  private let style: String
  let width: Double
  let height: Double

  private static let lineHeight = 18.0

  init<Scalar>(_ node: ComputationGraph<Scalar>.Node) {
    var lines: [(text: String, style: String)] = []
    if node.kind != .constant { lines.append((node.label, " class=\"label\"")) }
    lines.append((summary(node.value), ""))
    if let adjoint = node.adjoint { lines.append((summary(adjoint), " class=\"adjoint\"")) }
    self.lines = lines
    switch node.kind {
    case .variable: style = "box variable"
    case .constant: style = "box constant"
    case .operation: style = "box"
    }
    // Digits of the widest usual letters are 9 wide, bold letters 10.
    width = lines.reduce(34) {
      Swift.max($0, Double($1.text.count) * ($1.style.contains("label") ? 10 : 9) + 18)
    }
    height = Double(lines.count) * Self.lineHeight + 10
  }

  /// - Parameter place: the middle of the upper edge.
  func svg(at place: (x: Double, y: Double)) -> String {
    let rectangle = """
      <rect x="\(rounded(place.x - width / 2))" y="\(rounded(place.y))" width="\(rounded(width))" \
      height="\(rounded(height))" rx="6" class="\(style)"/>
      """
    let texts = lines.enumerated().map { k, line in
      """
      <text x="\(rounded(place.x))" y="\(rounded(place.y + Double(k + 1) * Self.lineHeight))" \
      text-anchor="middle"\(line.style)>\(escaped(line.text))</text>
      """
    }
    return ([rectangle] + texts).joined(separator: "\n")
  }

  private func escaped(_ text: String) -> String {
    text.map { $0 == "<" ? "&lt;" : $0 == ">" ? "&gt;" : $0 == "&" ? "&amp;" : String($0) }.joined()
  }
}

/// To a tenth of a pixel.
private func rounded(_ length: Double) -> Double { (length * 10).rounded() / 10 }
