// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@testable import NablaCalculus

@Suite struct ComputationGraphTests {
  /// (3w − 2)² + b at w = 1, b = 0.5: by hand, adjoints 1, 1, 2(3w − 2) = 2, 2 · 3 = 6.
  private let graph = ComputationGraph(
    of: { p in square(p["w"]! * 3 - 2) + p["b"]! }, at: ["w": Tensor<Double>(1), "b": Tensor(0.5)])

  @Test func forwardValuesAndBackwardAdjoints() {
    func node(_ label: String) -> ComputationGraph<Double>.Node { graph.nodes.first { $0.label == label }! }
    #expect(node("w").value.item == 1 && node("w").adjoint?.item == 6)
    #expect(node("b").value.item == 0.5 && node("b").adjoint?.item == 1)
    #expect(node("×").value.item == 3 && node("×").adjoint?.item == 2)
    #expect(node("−").value.item == 1 && node("−").adjoint?.item == 2)
    #expect(node("^2").value.item == 1 && node("^2").adjoint?.item == 1)
    #expect(graph.nodes.last?.label == "+" && graph.nodes.last?.value.item == 1.5)
    #expect(graph.nodes.filter { $0.kind == .constant }.map(\.value.item) == [3, 2])
    #expect(
      graph.nodes.enumerated().allSatisfy { position, node in node.operands.allSatisfy { $0 < position } })
  }

  @Test func printsATable() {
    #expect(
      graph.description == """
                      value  adjoint
        #0  b         0.5    1
        #1  w         1      6
        #2  constant  3
        #3  × #1, #2  3      2
        #4  constant  2
        #5  − #3, #4  1      2
        #6  ^2 #5     1      1
        #7  + #6, #0  1.5    1
        """)
  }

  @Test func numbersAreShortAndTensorsOfManyAreShapes() {
    #expect(summary(Tensor(1.0 / 3)) == "0.3333" && summary(Tensor(-123456.0)) == "−123500")
    #expect(summary(Tensor(1.5e-7)) == "1.5e-7" && summary(Tensor(2e12)) == "2e12")
    #expect(summary(Tensor<Double>([0, .nan, -.infinity])) == "[0, nan, -inf]")
    #expect(summary(Tensor(9.9999)) == "10" && summary(Tensor<Double>.zeros([3, 2])) == "[3×2]")
  }

  @Test func drawsEveryNodeAndEdge() {
    let edges = graph.nodes.reduce(0) { $0 + $1.operands.count }
    let dot = graph.dot()
    #expect(dot.hasPrefix("digraph {") && dot.hasSuffix("}\n"))
    #expect(dot.components(" -> ") == edges && dot.components("[label=") == graph.nodes.count)
    let svg = graph.svg()
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
    #expect(svg.components("<rect x=") == graph.nodes.count && svg.components("marker-end") == edges)
    #expect(svg.contains("prefers-color-scheme: dark") && !svg.contains("href"))
    // A comparison in a label is no tag.
    let compared = ComputationGraph(of: { Function { x in x }($0) }, at: Tensor<Double>(1), names: ["a<b"])
    #expect(compared.svg().components("a&lt;b") == 1)
  }

  /// A chain 0 → 1 → 2 → 3, an arrow 0 → 3 that passes two rows, and a constant, 4, used by 5 together with 3.
  @Test func arrowsGoRoundBoxes() {
    let sizes = [80.0, 120, 60, 80, 40, 80].map { (width: $0, height: 40.0) }
    let layout = GraphLayout(
      sizes: sizes, operands: [[], [0], [1], [2, 0], [], [3, 4]],
      isLate: [false, false, false, false, true, false])
    let long = layout.ways[3][1]
    #expect(long.count == 6)
    for (passage, box) in zip(long.dropFirst(), [1, 1, 2, 2]) {
      #expect(abs(passage.x - layout.places[box].x) > sizes[box].width / 2)
    }
    #expect(long[1].y == layout.places[1].y && long[2].y == layout.places[1].y + 40)
    // Just above its use, beside what is there.
    #expect(layout.places[4].y == layout.places[3].y)
    #expect(abs(layout.places[4].x - layout.places[3].x) >= 60)
    #expect(layout.places.indices.allSatisfy { layout.places[$0].x >= sizes[$0].width / 2 - 1e-9 })
    #expect(
      layout.places.indices.allSatisfy { layout.places[$0].x <= layout.width - sizes[$0].width / 2 + 1e-9 })
  }
}

extension String {
  /// How often `part` occurs.
  fileprivate func components(_ part: String) -> Int {
    var count = 0
    var rest = self[...]
    while let range = rest.firstRange(of: part) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
