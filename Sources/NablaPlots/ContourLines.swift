// SPDX-License-Identifier: Apache-2.0

/// Level lines of a function on a grid, by marching squares: in every cell straight pieces between the points at which
/// the function, taken as linear along the edges, has the level; pieces joined to lines.
///
/// Lorensen and Cline, "Marching cubes", SIGGRAPH 1987, in two dimensions; in a cell whose diagonals disagree the mean
/// of the corners decides.
struct ContourLines {
  /// Grid lines, and values at (i, j) at j · x.count + i. A value that is not finite belongs to no side.
  let x: [Double]
  let y: [Double]
  let values: [Double]

  typealias Line = [(x: Double, y: Double)]

  /// The lines at which the function is `level`: closed ones, and such that end at the border or where the function is
  /// not finite.
  func lines(at level: Double) -> [Line] { trace(level: level, x, y, values, isPadded: false) }

  /// The closed lines around where the function is at least `level`, the border of the grid included; to be filled by
  /// the even-odd rule.
  func areas(above level: Double) -> [Line] {
    // A frame of zero width in which the function is below the level.
    let (m, n) = (x.count + 2, y.count + 2)
    let px = [x[0]] + x + [x[x.count - 1]]
    let py = [y[0]] + y + [y[y.count - 1]]
    var padded = [Double](repeating: -.infinity, count: m * n)
    for j in y.indices {
      for i in x.indices {
        let value = values[j * x.count + i]
        // −∞ is the lowest of levels, and NaN is nowhere.
        padded[(j + 1) * m + i + 1] =
          value.isNaN ? -.infinity : Swift.max(value, -Double.greatestFiniteMagnitude)
      }
    }
    return trace(level: level, px, py, padded, isPadded: true)
  }

  private func trace(
    level: Double, _ x: [Double], _ y: [Double], _ values: [Double], isPadded: Bool
  ) -> [Line] {
    let m = x.count
    // Horizontal edges are numbered 2(jm + i), vertical ones 2(jm + i) + 1. Pieces have the higher side on their left.
    var next: [Int: Int] = [:]
    for j in 0..<y.count - 1 {
      for i in 0..<m - 1 {
        let node = j * m + i
        let (a, b) = (values[node], values[node + 1])
        let (c, d) = (values[node + m + 1], values[node + m])
        // Most cells are all on one side.
        let sides = (a >= level, b >= level, c >= level, d >= level)
        if sides == (true, true, true, true) || sides == (false, false, false, false) { continue }
        if !isPadded && !(a.isFinite && b.isFinite && c.isFinite && d.isFinite) { continue }
        let isAbove = [sides.0, sides.1, sides.2, sides.3]
        let edges = [2 * node, 2 * (node + 1) + 1, 2 * (node + m), 2 * node + 1]
        // Going round, a line leaves the cell where above turns to below and enters where it turns back.
        let outs = (0..<4).filter { isAbove[$0] && !isAbove[($0 + 1) % 4] }
        let ins = (0..<4).filter { !isAbove[$0] && isAbove[($0 + 1) % 4] }
        if outs.count == 1 {
          next[edges[ins[0]]] = edges[outs[0]]
        } else if outs.count == 2 {
          let mean = (a + b + c + d) / 4
          for k in ins {
            // Above in the middle: round the low corner; below: round the high one.
            let partner =
              mean >= level ? outs.first { ($0 + 1) % 4 == k }! : outs.first { $0 == (k + 1) % 4 }!
            next[edges[k]] = edges[partner]
          }
        }
      }
    }
    func point(_ edge: Int) -> (x: Double, y: Double) {
      let (node, isVertical) = (edge / 2, edge % 2 == 1)
      let (i, j) = (node % m, node / m)
      let (a, b) = (values[node], values[isVertical ? node + m : node + 1])
      // Beside an infinity the line is at the finite end.
      // In halves, whose differences are finite.
      let t = a.isFinite && b.isFinite ? (level / 2 - a / 2) / (b / 2 - a / 2) : a.isFinite ? 0 : 1
      return isVertical ? (x[i], y[j] + t * (y[j + 1] - y[j])) : (x[i] + t * (x[i + 1] - x[i]), y[j])
    }
    var lines: [Line] = []
    let targets = Set(next.values)
    // Open lines begin where none leads to; what is left is closed.
    for start in next.keys.filter({ !targets.contains($0) }).sorted() {
      var line = [point(start)]
      var edge = start
      while let following = next.removeValue(forKey: edge) {
        line.append(point(following))
        edge = following
      }
      lines.append(line)
    }
    for start in next.keys.sorted() {
      guard next[start] != nil else { continue }
      var line: Line = []
      var edge = start
      while let following = next.removeValue(forKey: edge) {
        line.append(point(edge))
        edge = following
      }
      if let first = line.first { lines.append(line + [first]) }
    }
    return lines
  }
}
