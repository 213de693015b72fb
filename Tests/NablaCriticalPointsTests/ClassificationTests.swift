// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaCriticalPoints
import NablaExpressions
import NablaOptimization
import NablaTensors
import Testing

private typealias Kind = CriticalPoint.Kind

struct ClassificationTests {
  @Test func theFourKindsOfTwoVariables() {
    let saddle = Function { x, y in x * x - y * y }.classify(at: [0, 0])[0]
    #expect(saddle.kind == .saddle && saddle.index == 1 && saddle.eigenvalues == [-2, 2])
    #expect(!saddle.isDegenerate && !saddle.isCertified && saddle.gradientNorm == 0 && saddle.value == 0)
    #expect(Function { x, y in x * x + y * y }.classify(at: [0, 0])[0].kind == .minimum)
    let maximum = Function { x, y in -(x * x) - 3 * (y * y) }.classify(at: [0, 0])[0]
    #expect(maximum.kind == .maximum && maximum.index == 2 && maximum.eigenvalues == [-6, -2])
    let regular = Function { x, y in x * x + 3 * x * y + y * y }.classify(at: [1, 2])[0]
    #expect(regular.kind == .regular && regular.gradient == [8, 7])
    let monkey = Function { x, y in pow(x, 3) - 3 * x * pow(y, 2) }.classify(at: [0, 0])[0]
    #expect(monkey.kind == .saddle && monkey.isDegenerate && monkey.index == 0)
  }

  @Test(arguments: [1e-300, 1e-12, 1e-8, 1, 1e8, 1e300])
  func scalesOfTheValueDoNotMatter(_ scale: Double) {
    let c = Expr(scale)
    #expect(Function { x in c * x * x }.classify(at: [0])[0].kind == .minimum)
    #expect(Function { x in c * cos(x) }.classify(at: [0])[0].kind == .maximum)
    #expect(Function { x in c * pow(x, 3) }.classify(at: [0])[0].isDegenerate)
    #expect(Function { x in c * pow(x - 1, 2) }.classify(at: [1.5])[0].kind == .regular)
  }

  @Test func theNearestDoubleIsMeant() {
    let f = Function { x in sin(x) }
    #expect(f.classify(at: [1.5707963267948966])[0].kind == .maximum)
    #expect(f.classify(at: [1.570796327])[0].kind == .maximum)
    #expect(f.classify(at: [1.5708])[0].kind == .regular)
    #expect(Function { x in x * x }.classify(at: [1e-6])[0].kind == .regular)
    #expect(Function { x in x * x }.classify(at: [1e-12])[0].kind == .minimum)
    let flat = Function { x in pow(x, 3) }.classify(at: [1e-9])[0]
    #expect(flat.kind == .inflection && flat.isDegenerate)
    #expect(Function { x, y in x + y }.classify(at: [3, 4])[0].kind == .regular)
  }

  /// A convention gives derivatives at kinks, jumps and seams, which say nothing of the neighbourhood.
  @Test(
    arguments: [
      "x^2-abs(x)", "abs(x)-x^2", "max(x,-x)-x^2", "relu(x)+x^2", "floor(x)+x^2", "x^2+sign(x)",
      "ceil(x)-x^2",
      "where(x>0,-x^2,x^2)", "where(x>0,-x,x^2)", "abs(x)",
    ])
  func kinksDecideNothing(_ text: String) throws {
    let f = try Function(parsing: text)
    #expect(f.classify(at: [0])[0].kind == .undetermined)
    #expect(f.criticalPoints(in: try Box(lower: [-0.25], upper: [0.25])).points.isEmpty)
    // Beside it all is as ever.
    #expect(try Function(parsing: "\(text)+0*x").classify(at: [0.125])[0].kind == .regular)
  }

  @Test func gradedHessiansAreNotDegenerate() {
    let diagonal = Function { x, y in 1e10 * x * x - 1e-10 * y * y }.classify(at: [0, 0])[0]
    #expect(diagonal.kind == .saddle && diagonal.index == 1 && !diagonal.isDegenerate)
    // The same with a coupling that fits the scales.
    let coupled = Function { x, y in 1e10 * x * x + 0.5 * x * y + 1e-10 * y * y }.classify(at: [0, 0])[0]
    #expect(coupled.kind == .minimum && coupled.index == 0)
    // A singular one is singular on every scale.
    #expect(Function { x, y in pow(1e5 * x + 1e-5 * y, 2) }.classify(at: [0, 0])[0].isDegenerate)
  }

  @Test func whatIsNotFiniteIsUndetermined() {
    for f in [Function { x in log(x) }, Function { x in 1 / x }, Function { x in pow(x, 1.5) }] {
      let point = f.classify(at: [0])[0]
      #expect(point.kind == .undetermined && !point.isDegenerate)
    }
    let nan = Function { x, y in x * y }.classify(at: Tensor([[.nan, 1], [1, .infinity]]))
    #expect(nan.allSatisfy { $0.kind == .undetermined && $0.eigenvalues.allSatisfy(\.isNaN) })
  }

  @Test func aTailThatUnderflowsIsUndetermined() {
    #expect(Function { x in exp(-(x * x)) }.classify(at: [30])[0].kind == .undetermined)
  }

  @Test func batchesAreClassifiedPointByPoint() {
    let f = Function { x, y in sin(x) * cos(y) }
    let quarter = Double.pi / 4
    var points: [[Double]] = []
    for i in 0..<500 { points.append([Double(i % 25) * quarter, Double(i / 25) * quarter]) }
    let all = f.classify(at: Tensor(points))
    for (i, point) in points.enumerated() where i % 37 == 0 {
      let one = f.classify(at: Tensor(point))[0]
      #expect(one.kind == all[i].kind && one.eigenvalues == all[i].eigenvalues)
    }
    #expect(all[2].kind == .maximum && all[50].kind == .saddle && all[0].kind == .regular)
  }

  @Test func parametersComeForAllOrForEach() {
    let f = Function(1, parameters: 1) { x, p in p[0] * x[0] * x[0] }
    #expect(f.classify(at: [[0], [0]], parameters: [-1]).map(\.kind) == [.maximum, .maximum])
    #expect(f.classify(at: [[0], [0]], parameters: [[-1], [1]]).map(\.kind) == [.maximum, .minimum])
  }
}
