// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaCriticalPoints
import NablaExpressions
import NablaOptimization
import TestSupport
import Testing

struct SearchTests {
  /// Count, positions to a relative 10⁻¹⁰, values, eigenvalues, kinds and indices; nothing else found.
  @Test func allCasesAreThere() { #expect(ReferenceCase.all.count == 45) }

  @Test(arguments: ReferenceCase.all)
  func findsExactlyTheReferencePoints(_ reference: ReferenceCase) throws {
    let result = try reference.function().criticalPoints(in: try reference.searchBox())
    for (expected, point) in reference.matched(with: result.points) {
      #expect((point.isDegenerate ? "degenerate" : point.kind.rawValue) == expected.type)
      if let nature = expected.nature { #expect(point.kind.rawValue == nature) }
      #expect(point.index == expected.index)
      #expect(abs(point.value - Double(expected.f)!) <= 1e-10 * max(1, abs(Double(expected.f)!)))
      let largest = expected.eigenvalues.map { abs(Double($0)!) }.max()!
      for (computed, eigenvalue) in zip(point.eigenvalues, expected.eigenvalues) {
        #expect(abs(computed - Double(eigenvalue)!) <= 1e-8 * largest)
      }
    }
    #expect(result.nonIsolated.map(\.dimension) == (reference.nonisolated ?? []).map(\.dim))
    #expect(!result.isComplete && result.unresolved.isEmpty)
  }

  private func search(_ text: String, _ lower: [Double], _ upper: [Double]) throws -> CriticalPoints {
    let expression = try Expr(parsing: text)
    let f = Function(expression, of: expression.variables)
    return f.criticalPoints(in: try Box(lower: lower, upper: upper))
  }

  @Test(arguments: [
    ("max(x^2,(x-1)^2)", -1.0, 2.0), ("abs(x)+x^2", -1, 2), ("abs(x)", -1, 1), ("log(x)+x", -2, 3),
    ("1/x", -1, 1), ("exp(-1/x^2)", -2, 2), ("x^3+1e-20*x", -1, 1), ("sin(x)/x", -1, 1),
  ])
  func kinksEdgesAndUnderflowsAreNoPoints(_ text: String, _ lower: Double, _ upper: Double) throws {
    let result = try search(text, [lower], [upper])
    #expect(result.points.isEmpty, "\(result.points.map(\.point))")
    #expect(result.nonIsolated.isEmpty)
  }

  @Test func theEdgeOfTheDomainIsNoPoint() throws {
    #expect(try search("log(x)*sqrt(y)", [-1, -1], [3, 3]).points.isEmpty)
    #expect(try search("x^2*sqrt(y)", [-1, -1], [1, 1]).points.allSatisfy { $0.point[1] > 1e-6 })
  }

  /// A third point that few starts lead to is found beside the others, or as the image of one.
  @Test func crowdsAndImages() throws {
    let crowd = try search("x^4/4-0.5e-6*x^2+2.5e-10*x", [-1], [1])
    #expect(crowd.points.count == 3 && crowd.statistics.deflatedStarts > 0)
    let images = try search("sin(9*x)*sin(9*y)+x^2*y^2", [-2, -2], [2, 2])
    #expect(images.statistics.images > 0)
    for point in images.points {
      #expect(
        images.points.contains {
          abs($0.point[0] - point.point[1]) + abs($0.point[1] - point.point[0]) < 1e-9
        })
      #expect(
        images.points.contains {
          abs($0.point[0] + point.point[0]) + abs($0.point[1] + point.point[1]) < 1e-9
        })
    }
    #expect(images.statistics.estimatedMissing >= 0)
  }

  @Test func pointsCloseTogetherStayApart() throws {
    let pair = try search("x^3-7.5e-11*x", [-1], [1])
    #expect(pair.points.map(\.kind) == [.minimum, .maximum])
    #expect(abs(pair.points[0].point[0] - 5e-6) < 1e-15)
    let oscillation = try search("sin(x^2)", [0], [10])
    #expect(oscillation.points.count == 33)
  }

  @Test func theBoundaryBelongsToTheBox() throws {
    #expect(try search("x^2+(y-3)^2", [0, 0], [1, 3]).points.map(\.point) == [[0, 3]])
    #expect(try search("cos(x)", [0], [3.141592653589793]).points.count == 2)
    #expect(try search("x^2", [1e-3], [1]).points.isEmpty)
  }

  @Test func boxesOfAllSizes() throws {
    #expect(try search("x^2", [-1e-6], [1e-6]).points.map(\.point) == [[0]])
    #expect(try search("x^2+(y-3)^2", [-1e6, -1e6], [1e6, 1e6]).points.map(\.point) == [[0, 3]])
    #expect(try search("1e-30*(x-1)^2", [-1], [3]).points.map(\.point) == [[1]])
  }

  @Test func isolatedDegeneratePointsAreListedOnce() throws {
    for (text, n, kind) in [
      ("x^2+y^3", 2, CriticalPoint.Kind.saddle), ("(y-x^2)*(y-3*x^2)", 2, .saddle), ("x^4", 1, .minimum),
      ("x^6+y^4+z^2", 3, .minimum), ("x^5", 1, .inflection), ("-x^8", 1, .maximum),
      ("x^3-3*x*y^2", 2, .saddle),
      ("x^4+x^2*y^2+y^4", 2, .minimum), ("x^4-3*x^2*y^2+y^4", 2, .saddle),
      ("z^2+x^4+y^4-3*x^2*y^2", 3, .saddle),
      ("-(z^2+x^4+y^4-x^2*y^2)", 3, .maximum), ("y^2-x^2*y+x^4", 2, .minimum),
    ] {
      let result = try search(text, Array(repeating: -1, count: n), Array(repeating: 1.1, count: n))
      #expect(result.points.count == 1 && result.nonIsolated.isEmpty, "\(text): \(result)")
      let point = try #require(result.points.first)
      #expect(point.isDegenerate && point.kind == kind, "\(text)")
      #expect(point.point.allSatisfy { abs($0) < 1e-10 }, "\(text): \(point.point)")
    }
    let expanded = try search("x^4-4*x^3+6*x^2-4*x+1", [-1], [3.3])
    #expect(expanded.points.map(\.point) == [[1]] && expanded.points[0].isDegenerate)
  }

  @Test func degeneratePointsAreFoundToTheLastDigits() throws {
    // The gradient is zero to rounding as far as 10⁻⁸ from each of these.
    let root = try search("sqrt(1+sqrt(1+x^2))-x/4", [-3], [4])
    #expect(root.points.count == 1 && root.points[0].isDegenerate)
    #expect(abs(root.points[0].point[0] - 3.0.squareRoot()) < 1e-14)
    let waves = try search("sin(x)+sin(y)+sin(x+y)", [-4, -4], [4, 4])
    let degenerate = waves.points.filter(\.isDegenerate)
    #expect(waves.points.count == 6 && degenerate.count == 4)
    for point in degenerate { #expect(point.point.allSatisfy { abs(abs($0) - .pi) < 1e-14 }) }
  }

  @Test func curvesAndSurfacesAreSets() throws {
    let circle = try search("(x^2+y^2-1)^2", [-2, -2], [2, 2])
    #expect(circle.points.map(\.kind) == [.maximum])
    #expect(circle.nonIsolated.map(\.dimension) == [1])
    let box = try #require(circle.nonIsolated.first).box
    #expect((box.lower + box.upper).allSatisfy { abs(abs($0) - 1) < 1e-9 })

    let line = try search("x^2*y", [-1, -1], [1, 1])
    #expect(line.points.isEmpty && line.nonIsolated.count == 1)
    let segment = try #require(line.nonIsolated.first).box
    #expect(segment.lower[1] == -1 && segment.upper[1] == 1)
    #expect(abs(segment.lower[0]) < 1e-15 && abs(segment.upper[0]) < 1e-15)

    let axes = try search("(x*y)^2", [-1, -1], [1, 1])
    #expect(axes.points.isEmpty && axes.nonIsolated.map(\.dimension) == [1])
    #expect(try search("sin(x+y)", [-1, -1], [3, 3]).nonIsolated.count == 3)
    #expect(try search("5+0*x", [-1], [1]).nonIsolated.map(\.dimension) == [1])
  }

  @Test func theSphereIsASurface() throws {
    let sphere = try search("(x^2+y^2+z^2-1)^2", [-2, -2, -2], [2, 2, 2])
    #expect(sphere.points.map(\.kind) == [.maximum] && sphere.nonIsolated.map(\.dimension) == [2])
  }

  @Test func resultsAreTheSameInEveryRun() throws {
    let f = try ReferenceCase.all.first { $0.id == "trig_poly2" }!.function()
    let box = try Box(lower: [-2, -2], upper: [2, 2])
    let (a, b) = (f.criticalPoints(in: box), f.criticalPoints(in: box))
    #expect(a.points.map(\.point) == b.points.map(\.point) && a.statistics == b.statistics)
  }

  @Test(.enabled(if: isRelease)) func manyPointsAndManyVariables() throws {
    let term = { (k: Int) in "x\(k)^4-16*x\(k)^2+5*x\(k)" }
    let six = try search(
      (1...6).map(term).joined(separator: "+"), Array(repeating: -5, count: 6), Array(repeating: 5, count: 6))
    #expect(six.points.count == 729)
    let rastrigin = try search(
      "x^2-10*cos(2*pi*x)+y^2-10*cos(2*pi*y)", [-5.12, -5.12], [5.12, 5.12])
    #expect(rastrigin.points.count == 441)
    let bowl = try search(
      (1...60).map { "(x\($0)-\($0))^2" }.joined(separator: "+") + "+x1^2*x2^2",
      Array(repeating: -70, count: 60), Array(repeating: 70, count: 60))
    #expect(bowl.points.map(\.kind) == [.minimum])
  }
}
