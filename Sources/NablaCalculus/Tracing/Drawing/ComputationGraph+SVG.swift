internal import NablaTensors

extension ComputationGraph {
  /// The graph as a picture: variables and constants on the left, the result on the right, each box with its value
  /// and, in red, its adjoint.
  ///
  /// - Complexity: O(nodes + edges), a few times.
  public func svg() -> String {
    let boxes = nodes.map { Box($0) }
    let columns = arranged()
    let gap = (across: 56.0, down: 18.0)
    let margin = 12.0

    // Each column is as wide as its widest box, and centred on the tallest.
    var places = [(x: Double, y: Double)](repeating: (0, 0), count: nodes.count)
    let heights = columns.map { $0.reduce(-gap.down) { $0 + boxes[$1].height + gap.down } }
    let height = heights.max() ?? 0
    var x = margin
    for (column, columnHeight) in zip(columns, heights) {
      var y = margin + (height - columnHeight) / 2
      let width = column.map { boxes[$0].width }.max() ?? 0
      for node in column {
        places[node] = (x + (width - boxes[node].width) / 2, y)
        y += boxes[node].height + gap.down
      }
      x += width + gap.across
    }
    let size = (width: x - gap.across + margin, height: height + 2 * margin)

    var lines = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(rounded(size.width))" height="\(rounded(size.height))" \
      viewBox="0 0 \(rounded(size.width)) \(rounded(size.height))" font-family="Helvetica, Arial, sans-serif" \
      font-size="13">
      """,
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
      """
      <defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" \
      orient="auto"><path d="M0 0 8 4 0 8Z" fill="#888"/></marker></defs>
      """,
    ]
    for (position, node) in nodes.enumerated() {
      for operand in node.operands {
        let from = (
          x: places[operand].x + boxes[operand].width, y: places[operand].y + boxes[operand].height / 2
        )
        let to = (x: places[position].x, y: places[position].y + boxes[position].height / 2)
        let bend = (to.x - from.x) / 2
        lines.append(
          """
          <path d="M\(rounded(from.x)) \(rounded(from.y))C\(rounded(from.x + bend)) \(rounded(from.y)) \
          \(rounded(to.x - bend)) \(rounded(to.y)) \(rounded(to.x)) \(rounded(to.y))" fill="none" \
          stroke="#888" marker-end="url(#head)"/>
          """)
      }
    }
    for (position, box) in boxes.enumerated() { lines.append(box.svg(at: places[position])) }
    return (lines + ["</svg>", ""]).joined(separator: "\n")
  }

  /// The nodes in columns, each to the right of all its operands (the longest path from a variable; constants stand
  /// just before their use), ordered within by where their neighbours on the left lie.
  private func arranged() -> [[Int]] {
    var depth = [Int](repeating: 0, count: nodes.count)
    var users = [[Int]](repeating: [], count: nodes.count)
    for (position, node) in nodes.enumerated() {
      depth[position] = node.operands.reduce(0) { Swift.max($0, depth[$1] + 1) }
      for operand in node.operands { users[operand].append(position) }
    }
    for (position, node) in nodes.enumerated() where node.kind == .constant {
      depth[position] = users[position].reduce(Int.max) { Swift.min($0, depth[$1] - 1) }
    }
    var columns = [[Int]](repeating: [], count: (depth.max() ?? 0) + 1)
    for position in nodes.indices { columns[depth[position]].append(position) }
    var rank = [Double](repeating: 0, count: nodes.count)
    for column in columns.indices {
      let order = columns[column].map { node -> (node: Int, key: Double) in
        let operands = nodes[node].operands
        guard !operands.isEmpty else { return (node, .infinity) }
        return (node, operands.reduce(0) { $0 + rank[$1] } / Double(operands.count))
      }
      // Stable, so that nodes without operands keep their order.
      columns[column] = order.enumerated().sorted {
        ($0.element.key, $0.offset) < ($1.element.key, $1.offset)
      }.map(\.element.node)
      for (place, node) in columns[column].enumerated() {
        rank[node] = Double(place) - Double(columns[column].count - 1) / 2
      }
    }
    return columns
  }
}

/// What a node's box holds, and its size: widths are estimated from the number of characters.
private struct Box {
  private let title: String
  private let value: String
  private let adjoint: String?
  private let fill: String
  let width: Double
  let height: Double

  private static let lineHeight = 17.0

  init<Scalar>(_ node: ComputationGraph<Scalar>.Node) {
    title = node.kind == .constant ? "" : node.label
    value = summary(node.value)
    adjoint = node.adjoint.map { summary($0) }
    switch node.kind {
    case .variable: fill = "#dbeafe"
    case .constant: fill = "#f1f1f1"
    case .operation: fill = "#ffffff"
    }
    let lines = (title.isEmpty ? 0 : 1) + 1 + (adjoint == nil ? 0 : 1)
    width = Double([title.count, value.count, adjoint?.count ?? 0].max()!) * 7.4 + 20
    height = Double(lines) * Self.lineHeight + 10
  }

  func svg(at place: (x: Double, y: Double)) -> String {
    var lines = [
      """
      <rect x="\(rounded(place.x))" y="\(rounded(place.y))" width="\(rounded(width))" height="\(rounded(height))" \
      rx="6" fill="\(fill)" stroke="#444"/>
      """
    ]
    var y = place.y + Self.lineHeight + 1
    func write(_ text: String, _ style: String) {
      lines.append(
        """
        <text x="\(rounded(place.x + width / 2))" y="\(rounded(y))" text-anchor="middle" \(style)>\
        \(escaped(text))</text>
        """)
      y += Self.lineHeight
    }
    if !title.isEmpty { write(title, "font-weight=\"bold\"") }
    write(value, "fill=\"#111\"")
    if let adjoint { write(adjoint, "fill=\"#b91c1c\"") }
    return lines.joined(separator: "\n")
  }

  private func escaped(_ text: String) -> String {
    text.map { $0 == "<" ? "&lt;" : $0 == ">" ? "&gt;" : $0 == "&" ? "&amp;" : String($0) }.joined()
  }
}

/// To a tenth of a pixel.
private func rounded(_ length: Double) -> Double { (length * 10).rounded() / 10 }
