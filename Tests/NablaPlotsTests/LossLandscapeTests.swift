// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaTensors
import Testing

@testable import NablaPlots

struct LossLandscapeTests {
  /// ½ Σ hₖ (xₖ − 1)², whose Hessian is diagonal.
  private func quadratic(_ h: [Double]) -> (TracedTensor<Double>) -> TracedTensor<Double> {
    let weights = TracedTensor(Tensor(h))
    return { x in (weights * square(x - 1)).sum() / 2 }
  }

  @Test func eigenvectorsOfTheLargestEigenvalues() throws {
    // More dimensions than products; the largest magnitudes are well apart, and one is negative.
    let h = (0..<150).map { $0 == 40 ? -500 : $0 == 90 ? 300 : Double($0) }
    let landscape = LossLandscape(
      of: quadratic(h), around: Tensor<Double>.ones([150]), along: .curvature, reach: 0.1, count: 5)
    let found = try #require(landscape.eigenvalues)
    #expect(abs(found[0] + 500) < 1e-6 && abs(found[1] - 300) < 1e-6)
    // ½ h (r‖θ‖)² = ½ h · 0.01 · 150 at the ends of both directions.
    #expect(abs(landscape.losses[2, 0].item + 375) < 1e-3 && abs(landscape.losses[4, 2].item - 225) < 1e-3)
    #expect(landscape.losses[2, 2].item == 0 && landscape.coordinates == [-0.1, -0.05, 0, 0.05, 0.1])
  }

  @Test func equalEigenvaluesAndFewDimensions() throws {
    let equal = LossLandscape(
      of: quadratic([2, 2, 2]), around: Tensor<Double>.ones([3]), along: .curvature, count: 3)
    #expect(try #require(equal.eigenvalues).allSatisfy { abs($0 - 2) < 1e-12 })
    #expect(abs(equal.losses[0, 0].item - 6) < 1e-12)
    let one = LossLandscape(of: quadratic([2]), around: Tensor<Double>.ones([1]), along: .curvature, count: 3)
    #expect(one.eigenvalues == [2] && one.losses[0, 1].item == 0 && one.losses[1, 0].item == 1)
    let flat = LossLandscape(of: { ($0 * 0).sum() }, around: Tensor([1.0, 2]), along: .curvature, count: 3)
    #expect(try SVGElements(of: flat.svg).text.contains("eigenvector of 0"))
    let undefined = LossLandscape(
      of: { sqrt($0).sum() }, around: Tensor([0.0, 2]), along: .curvature, count: 3)
    _ = try SVGElements(of: undefined.svg)
  }

  @Test func randomDirectionsAreNormalizedToTheParameters() throws {
    let parameters = ["w": Tensor<Double>([[3, 0, 1], [4, 0, 1]]), "b": Tensor<Double>([0, 2])]
    let center = ParameterVector(parameters)
    var generator = SeededGenerator(seed: 5)
    let moved = center.tree(center.randomDirection(using: &generator))
    let (w, b) = (try #require(moved["w"]), try #require(moved["b"]))
    func norm(_ x: Tensor<Double>) -> Double { (x * x).sum().squareRoot() }
    #expect(abs(norm(w[.all, 0]) - 5) < 1e-12 && norm(w[.all, 1]) == 0)
    #expect(abs(norm(w[.all, 2]) - 2.squareRoot()) < 1e-12 && abs(norm(b) - 2) < 1e-12)
  }

  @Test func picture() throws {
    func landscape(seed: UInt64) -> LossLandscape {
      LossLandscape(
        of: { square($0["a"]! * 2 - 4).sum() + square($0["b"]!).sum() },
        around: ["a": Tensor<Float>([2, 2]), "b": Tensor<Float>.ones([2, 2])],
        along: .random(seed: seed), reach: 0.5, count: 9, title: "trained")
    }
    let picture = try SVGElements(of: landscape(seed: 1).svg)
    for name in ["trained", "direction 1", "direction 2", "loss", "the parameters"] {
      #expect(picture.text.contains(name), "\(name)")
    }
    #expect(picture.all.contains { $0.attributes["fill-rule"] == "evenodd" })
    #expect(landscape(seed: 1).losses == landscape(seed: 1).losses)
    #expect(landscape(seed: 1).losses != landscape(seed: 2).losses)
  }
}
