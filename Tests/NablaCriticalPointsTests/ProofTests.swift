// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaCalculus
import NablaCriticalPoints
import NablaExpressions
import NablaKernels
import NablaOptimization
import Synchronization
import TestSupport
import Testing

struct ProofTests {
  /// Boxes after which machine code is made: at once, and never.
  static let boxesBeforeKernels = [0, Int.max]

  private func prove(
    _ text: String, _ lower: [Double], _ upper: [Double],
    _ change: (inout CriticalPointSearchOptions) -> Void = { _ in }
  ) throws -> CriticalPoints {
    let expression = try Expr(parsing: text)
    var options = CriticalPointSearchOptions()
    change(&options)
    return Function(expression, of: expression.variables).criticalPoints(
      in: try Box(lower: lower, upper: upper), certify: true, options: options)
  }

  /// Reference lists: exactly these points, each certified point's enclosure around the reference, and complete
  /// wherever all points are simple and isolated.
  @Test(arguments: ReferenceCase.all, boxesBeforeKernels)
  func provesTheReferenceLists(_ reference: ReferenceCase, _ boxesBeforeKernels: Int) throws {
    var options = CriticalPointSearchOptions()
    options.certification.boxesBeforeKernels = boxesBeforeKernels
    // Boxes are counted in other tests; a busy machine is no failure.
    options.certification.timeLimit = .seconds(600)
    let result = try reference.function().criticalPoints(
      in: try reference.searchBox(), certify: true, options: options)
    for (expected, point) in reference.matched(with: result.points) {
      if expected.type == "degenerate" {
        #expect(point.isDegenerate && !point.isCertified && point.kind.rawValue == expected.nature)
      } else {
        #expect(point.isCertified && point.kind.rawValue == expected.type && point.index == expected.index)
        // The reference is rounded to a double, and may so lie an ulp beside.
        let enclosure = try #require(point.enclosure)
        for (side, digits) in zip(enclosure, expected.x) {
          let coordinate = Double(digits)!
          #expect(side.lower - side.lower.ulp <= coordinate && coordinate <= side.upper + side.upper.ulp)
          #expect(side.width <= 1e-9 * max(1, abs(coordinate)))
        }
      }
    }
    let isSimple = reference.points.allSatisfy { $0.type != "degenerate" }
    if isSimple && (reference.nonisolated ?? []).isEmpty {
      #expect(result.isComplete && result.unresolved.isEmpty)
    }
    #expect(result.isComplete == result.unresolved.isEmpty)
    #expect(result.nonIsolated.map(\.dimension) == (reference.nonisolated ?? []).map(\.dim))
  }

  /// f = P ∘ φ with a diffeomorphism φ has the critical points φ⁻¹(those of P), of the same kinds.
  @Test(arguments: [301, 302, 303, 304, 305, 306, 307, 308] as [UInt64], boxesBeforeKernels)
  func compositionsWithSmoothMapsKeepTheirPoints(_ seed: UInt64, _ boxesBeforeKernels: Int) throws {
    var options = CriticalPointSearchOptions()
    options.certification.boxesBeforeKernels = boxesBeforeKernels
    var random = SplitMix64(seed: seed)
    func number(_ low: Double, _ high: Double) -> Double { .random(in: low...high, using: &random) }
    let (a, b) = (number(-0.4, 0.4), number(-0.4, 0.4))
    let (s, t) = (number(0.5, 2), number(-1, 1))
    // u = x + a sin(s y + t), v = y + b tanh(u): a shear after a shear, each invertible.
    let roots = (0..<2).map { _ in (number(-1.5, -0.5), number(-0.2, 0.2), number(0.5, 1.5)) }
    let f = Function { x, y in
      let u = x + Expr(a) * sin(Expr(s) * y + Expr(t))
      let v = y + Expr(b) * tanh(u)
      // P has the slope ∏(u − r) in each variable: nine critical points.
      func antiderivative(_ z: Expr, _ r: (Double, Double, Double)) -> Expr {
        let (e1, e2, e3) = (r.0 + r.1 + r.2, r.0 * r.1 + r.1 * r.2 + r.0 * r.2, r.0 * r.1 * r.2)
        let quartic = pow(z, 4) / 4 - Expr(e1 / 3) * pow(z, 3)
        return quartic + Expr(e2 / 2) * pow(z, 2) - Expr(e3) * z
      }
      return antiderivative(u, roots[0]) + antiderivative(v, roots[1])
    }
    var expected: [(x: [Double], index: Int)] = []
    for (i, u) in [roots[0].0, roots[0].1, roots[0].2].enumerated() {
      for (j, v) in [roots[1].0, roots[1].1, roots[1].2].enumerated() {
        let y = v - b * Foundation.tanh(u)
        expected.append(([u - a * Foundation.sin(s * y + t), y], (i == 1 ? 1 : 0) + (j == 1 ? 1 : 0)))
      }
    }
    let box = try Box(lower: [-3, -3], upper: [3, 3])
    let result = f.criticalPoints(in: box, certify: true, options: options)
    #expect(result.isComplete, "seed \(seed)")
    #expect(result.points.count == 9, "seed \(seed)")
    for point in expected {
      let match = result.points.first { zip($0.point, point.x).allSatisfy { abs($0 - $1) < 1e-11 } }
      #expect(match?.index == point.index && match?.isCertified == true, "seed \(seed): \(point)")
    }
  }

  /// Proofs by machine code and by the evaluator find the same points of random waves in a bowl.
  @Test(arguments: [401, 402, 403, 404] as [UInt64])
  func kernelsAndTheEvaluatorAgree(_ seed: UInt64) throws {
    let variables = ["x", "y"].map { Expr.variable($0) }
    var expressions = RandomExpression(seed: seed, variables: variables)
    var random = SplitMix64(seed: seed)
    let box = try Box(lower: [-3, -3], upper: [3, 3])
    var (complete, points) = (0, 0)
    for _ in 0..<(isRelease ? 60 : 10) {
      let wave = expressions.next(size: Int.random(in: 3...10, using: &random))
      let expression = (pow(variables[0], 2) + pow(variables[1] - 0.25, 2)) / 4 + sin(wave)
      let f = Function(expression, of: variables)
      let results = Self.boxesBeforeKernels.map { boxes in
        var options = CriticalPointSearchOptions()
        options.certification.boxesBeforeKernels = boxes
        options.certification.maxBoxes = 3_000
        options.certification.timeLimit = .seconds(600)
        return f.criticalPoints(in: box, certify: true, options: options)
      }
      for (one, other) in [(results[0], results[1]), (results[1], results[0])] where one.isComplete {
        // What is proven of the whole box leaves no place for another point.
        for point in other.points where point.isCertified {
          let isKnown = one.points.contains { zip($0.point, point.point).allSatisfy { abs($0 - $1) < 1e-8 } }
          #expect(isKnown, "seed \(seed): \(expression) has \(point.point)")
        }
      }
      if results.allSatisfy(\.isComplete) {
        complete += 1
        points += results[0].points.count
        let counts = results.map { $0.points.count }
        #expect(counts[0] == counts[1], "seed \(seed): \(expression), \(counts)")
      }
    }
    print("ProofTests: \(complete) complete by both, with \(points) points, seed \(seed)")
    #expect(points > complete / 2, "seed \(seed)")
  }

  // MARK: Soundness

  @Test(arguments: [
    // Functions with no critical point, or one that a careless proof loses or invents.
    ("1/x", [-1.0], [1.0], 0), ("log(x)+x", [-2], [3], 0), ("abs(x)", [-1], [1], 0),
    ("abs(x)+x^2", [-1], [1], 0), ("max(x^2,(x-1)^2)", [-1], [2], 0), ("x+1/x", [-3], [3], 2),
    ("tan(x)", [-5], [5], 0), ("x^3+1e-20*x", [-1], [1], 0), ("exp(-1/x^2)", [-2], [2], 0),
    ("x^2-2*x", [0], [10], 1), ("x^2-2*x", [1], [10], 1), ("x^2-2*x", [-3], [1], 1),
    ("x^3/3-2*x", [-4], [4], 2), ("exp(-x^2)", [-40], [40], 1), ("1-tanh(x)^2", [-40], [40], 1),
    ("x^2", [-1e-6], [1e-6], 1), ("x^2", [-1e6], [1e6], 1), ("1e-30*(x-1)^2", [-1], [3], 1),
    ("sin(x^2)", [0], [10], 33), ("x^3-7.5e-11*x", [-1], [1], 2), ("x*sin(1/x)", [0.05], [1], 5),
    ("where(x<1,x^2,2*x-1)", [-1], [3], 1), ("where(x<inf,x^2,1)", [-1], [3], 1),
    ("sqrt(x)-x", [0.01], [4], 1),
    ("asin(x)-2*x", [-0.99], [0.99], 2),
  ])
  func oneVariable(_ text: String, _ lower: [Double], _ upper: [Double], _ count: Int) throws {
    for boxes in Self.boxesBeforeKernels {
      let result = try prove(text, lower, upper) { $0.certification.boxesBeforeKernels = boxes }
      #expect(result.isComplete, "\(result.unresolved)")
      #expect(result.points.count == count && result.points.allSatisfy(\.isCertified))
    }
  }

  @Test(arguments: [
    ("x*y*exp(-x^2-y^2)", -25.0, 25.0, 5), ("log(x^2+y^2)", -1, 1, 0), ("x^2+(y-3)^2", -1e6, 1e6, 1),
    ("sin(3*x)*sin(3*y)+cos(x*y)", -3, 3, 59), ("(x^2+y-11)^2+(x+y^2-7)^2+abs(x+10)", -6, 6, 9),
    ("(1.5-x+x*y)^2+(2.25-x+x*y^2)^2+(2.625-x+x*y^3)^2", -4.5, 4.5, 3), ("exp(x)*sin(y)", -3, 3, 0),
    ("(1-x)^2+1e6*(y-x^2)^2", -2, 2, 1), ("0.5+(sin(x^2-y^2)^2-0.5)/(1+0.001*(x^2+y^2))^2", -2, 2, 9),
  ])
  func twoVariables(_ text: String, _ lower: Double, _ upper: Double, _ count: Int) throws {
    for boxes in Self.boxesBeforeKernels {
      let result = try prove(text, [lower, lower], [upper, upper]) {
        $0.certification.boxesBeforeKernels = boxes
      }
      #expect(result.isComplete, "\(result.unresolved)")
      #expect(result.points.count == count && result.points.allSatisfy(\.isCertified))
    }
  }

  @Test func manyVariables() throws {
    let terms = { (n: Int) -> String in
      (1...n).map { "0.5*(x\($0)^4-16*x\($0)^2+5*x\($0))" }.joined(separator: "+")
    }
    for n in [4, 5] {
      let result = try prove(terms(n), Array(repeating: -5, count: n), Array(repeating: 5, count: n))
      let count = (0..<n).reduce(1) { product, _ in 3 * product }
      #expect(result.isComplete && result.points.count == count && result.points.allSatisfy(\.isCertified))
      // Of each index k, binomial(n, k) 2^(n−k).
      #expect(result.points.count { $0.index == 0 } == 1 << n && result.points.count { $0.index == n } == 1)
    }
    let valley = (1...4).map { "100*(x\($0 + 1)-x\($0)^2)^2+(1-x\($0))^2" }.joined(separator: "+")
    let rosenbrock = try prove(valley, Array(repeating: -2, count: 5), Array(repeating: 2, count: 5))
    #expect(rosenbrock.isComplete && rosenbrock.points.count == 3)
  }

  @Test func whatCannotBeDecidedIsSaid() throws {
    // Degenerate, and not proven so: one box around it is open.
    let monkey = try prove("x^3-3*x*y^2", [-1, -1], [1, 1])
    #expect(!monkey.isComplete && monkey.unresolved.count == 1 && monkey.points.map(\.kind) == [.saddle])
    #expect(monkey.unresolved[0].contains([0, 0]) && monkey.unresolved[0].widths.allSatisfy { $0 < 1e-6 })
    #expect(!monkey.points[0].isCertified)
    // Exact arithmetic excludes all but 0.
    let quartic = try prove("x^4+y^4", [-1, -1], [1, 1])
    #expect(quartic.isComplete && quartic.points.map(\.kind) == [.minimum])
    #expect(quartic.points[0].isDegenerate)
    // A double zero: rounding leaves the question whether there are none, one or two.
    let double = try prove("x^3/3-x^2*0.1+0.01*x", [-1], [1])
    #expect(!double.isComplete && double.unresolved.allSatisfy { $0.contains([0.1]) })
    // A curve.
    let circle = try prove("(x^2+y^2-1)^2", [-2, -2], [2, 2])
    #expect(!circle.isComplete && circle.nonIsolated.map(\.dimension) == [1])
    #expect(circle.points.map(\.kind) == [.maximum] && circle.points[0].isCertified)
    #expect(circle.certification?.end == .nonIsolated)
    // A removable singularity, of which the formula says nothing.
    let sinc = try prove("sin(x)/x", [-5], [5])
    #expect(!sinc.isComplete && sinc.unresolved.contains { $0.contains([0]) })
    #expect(sinc.points.count == 2 && sinc.points.allSatisfy(\.isCertified))
    // A user's operation is a closed book.
    let table = CustomOperation("table", value: { $0 * $0 }, derivative: { x, _ in 2 * x })
    let unknown = Function { x in table(x) + x * x }.criticalPoints(
      in: try Box(lower: [-1], upper: [1]), certify: true)
    #expect(!unknown.points.contains(where: \.isCertified) || unknown.points.map(\.kind) == [.minimum])
  }

  // MARK: Unbounded boxes

  @Test(arguments: [
    ("(x^2+y-11)^2+(x+y^2-7)^2", 9), ("(1-x)^2+100*(y-x^2)^2", 1), ("exp(-x^2-y^2)", 1), ("x^2*y^2+x", 0),
    ("(4-2.1*x^2+x^4/3)*x^2+x*y+(-4+4*y^2)*y^2", 15), ("2*x^2-1.05*x^4+x^6/6+x*y+y^2", 5),
    ("x*y*exp(-x^2-y^2)", 5),
  ])
  func theWholePlane(_ text: String, _ count: Int) throws {
    let infinite = [Double.infinity, .infinity]
    let result = try prove(text, infinite.map { -$0 }, infinite)
    #expect(result.isComplete && result.points.count == count && result.points.allSatisfy(\.isCertified))
    #expect(!result.box.isBounded)
    // The same points without a proof.
    let expression = try Expr(parsing: text)
    let search = Function(expression, of: expression.variables).criticalPoints(in: result.box)
    #expect(search.points.count == count && !search.isComplete)
  }

  /// The minimum (10⁴, 10⁸) lies beyond every round bound, and x leaves the core long before y does.
  @Test func farAlongAParabola() throws {
    let inf = Double.infinity
    let result = try prove("(1e4-x)^2+100*(y-x^2)^2", [-inf, -inf], [inf, inf])
    #expect(
      result.isComplete ? result.points.count == 1 : result.unresolved.contains { $0.contains([1e4, 1e8]) })
  }

  @Test(arguments: [
    "abs(sin(x))+0*y", "where(x<y,x*sin(y),y^2*sin(x))", "sign(sin(x*y))*x", "floor(x*sin(y))+x*y",
  ])
  func choicesOnUnboundedBoxes(_ text: String) throws {
    let inf = Double.infinity
    let result = try prove(text, [-inf, -inf], [inf, inf]) { $0.certification.maxBoxes = 2_000 }
    #expect(!result.isComplete && !result.unresolved.isEmpty)
  }

  @Test func theWholeLine() throws {
    func points(_ text: String, _ low: Double, _ high: Double) throws -> [Double]? {
      let result = try prove(text, [low], [high])
      return result.isComplete ? result.points.map { $0.point[0] }.sorted() : nil
    }
    let inf = Double.infinity
    #expect(try points("x^4-1e6*x^2", -inf, inf)?.count == 3)
    #expect(try points("x^3-3*x", 0, inf) == [1] && points("x^3-3*x", -inf, 0) == [-1])
    #expect(try points("(x+50)^2", -60, inf) == [-50] && points("(x+50)^2", -40, inf) == [])
    #expect(try points("x+1/x", -inf, inf) == [-1, 1])
    #expect(try points("log(x)-x", -inf, inf) == [1])
    #expect(try points("exp(x)-1e6*x", -inf, inf)?.count == 1)
    #expect(try points("x^2+sin(x)", -inf, inf)?.count == 1)
    // Points without end: those nearby are listed, and that there may be others.
    let waves = try prove("sin(x)", [-inf], [inf])
    #expect(!waves.isComplete && waves.points.count > 50)
    #expect(
      waves.unresolved.contains { $0.upper == [inf] } && waves.unresolved.contains { $0.lower == [-inf] })
    // A half-infinite side beside an unbounded one: the minimum (−50, 0) is nearest to the finite bound.
    // No polynomial, but propagation bounds y by the cosine, and x by y.
    let coupled = try prove("0.1*sin(x)+x*y+0.4*y^2", [-inf, -inf], [inf, inf])
    #expect(coupled.isComplete && coupled.points.map(\.kind) == [.saddle])
    let half = try prove("(x+50)^2+y^2", [-60, -inf], [inf, inf])
    #expect(half.isComplete && half.points.map(\.point) == [[-50, 0]])
  }

  @Test func constantsAnswerAtOnce() throws {
    let constant = try prove("5+0*x", [-1], [1])
    #expect(constant.points.isEmpty && constant.nonIsolated.map(\.dimension) == [1])
    let slope = try prove("3*x+sin(y)", [-1, -9], [1, 9])
    #expect(slope.isComplete && slope.points.isEmpty && slope.certification?.boxes == 0)
    let steps = try prove("floor(x)", [-1], [1])
    #expect(!steps.isComplete)
  }

  @Test func budgetsEndTheProof() throws {
    let text =
      "(1+(x+y+1)^2*(19-14*x+3*x^2-14*y+6*x*y+3*y^2))*(30+(2*x-3*y)^2*(18-32*x+12*x^2+48*y-36*x*y+27*y^2))"
    let small = try prove(text, [-2, -2], [2, 2]) { $0.certification.maxBoxes = 500 }
    #expect(!small.isComplete && !small.unresolved.isEmpty && small.certification?.end == .maxBoxes)
    #expect((small.certification?.boxes ?? 0) <= 500)
    // What the proof did not reach is searched.
    #expect(small.points.count == 9)
    let none = try prove(text, [-2, -2], [2, 2]) { $0.certification.timeLimit = .zero }
    #expect(none.certification?.end == .timeLimit && !none.isComplete)
  }

  @Test func cancelledWorkReturnsWhatItHas() throws {
    let result = try prove("sin(3*x)*sin(3*y)+cos(x*y)", [-3, -3], [3, 3]) {
      $0.report = { $0.decidedVolume < 0.5 }
    }
    #expect(result.certification?.end == .cancelled && !result.isComplete)
    let search = Function { x in sin(x) }.criticalPoints(
      in: try Box(lower: [-9], upper: [9]),
      options: {
        var options = CriticalPointSearchOptions()
        options.report = { _ in false }
        return options
      }())
    #expect(search.statistics.end == .cancelled)
  }

  @Test func pointsAreReportedAsTheyAreFound() throws {
    for certify in [true, false] {
      let reports = Mutex<[CriticalPointProgress]>([])
      var options = CriticalPointSearchOptions()
      options.report = { progress in
        reports.withLock { $0.append(progress) }
        return true
      }
      let f = Function { x, y in sin(3 * x) * sin(3 * y) + cos(x * y) }
      let result = f.criticalPoints(
        in: try Box(lower: [-3, -3], upper: [3, 3]), certify: certify, options: options)
      let all = reports.withLock { $0 }
      #expect(all.count > 1 && all.last!.pointCount >= 50)
      // What is found at the very end is in the result only.
      let streamed = all.flatMap(\.newPoints)
      #expect(streamed.count == all.last!.pointCount && streamed.count <= result.points.count + 10)
      #expect(zip(all, all.dropFirst()).allSatisfy { $0.decidedVolume <= $1.decidedVolume + 1e-12 })
    }
  }

  @Test func resultsDoNotDependOnTheNumberOfThreads() throws {
    let threads = Parallelism.threadCount
    defer { Parallelism.threadCount = threads }
    let results = try [1, 4].map { count in
      Parallelism.threadCount = count
      return try prove("sin(3*x)*y+x/(y-0.3)+cos(x*y)", [-3, -3], [3, 3]) {
        $0.certification.maxBoxes = 3_000
      }
    }
    #expect(
      results[0].points.map(\.point) == results[1].points.map(\.point)
        && results[0].unresolved == results[1].unresolved)
    #expect(results[0].certification?.boxes == results[1].certification?.boxes)
  }

  /// Nothing recurs over the depth of a graph.
  @Test func longSums() throws {
    let text = (0..<20_000).map { "\($0 % 7)*x" }.joined(separator: "+") + "+x^2*1e4"
    let result = try prove(text, [-10], [10])
    #expect(result.isComplete && result.points.count == 1)
  }

  @Test func resultsDoNotDependOnScalesOfTheValue() throws {
    for scale in ["1e-8", "1", "1e8", "1e-200", "1e200"] {
      let result = try prove("\(scale)*((x^2+y-11)^2+(x+y^2-7)^2)", [-6, -6], [6, 6])
      #expect(result.isComplete && result.points.count == 9, "\(scale)")
    }
  }

  @Test func parametersAreExact() throws {
    let f = Function(1, parameters: 1) { x, p in pow(x[0], 3) / 3 - p[0] * x[0] }
    let box = try Box(lower: [-4], upper: [4])
    let two = f.criticalPoints(in: box, certify: true, parameters: [2])
    #expect(two.isComplete && two.points.count == 2)
    #expect(abs(two.points[0].point[0] - 2.0.squareRoot()) < 1e-15)
    #expect(f.criticalPoints(in: box, certify: true, parameters: [-1]).points.isEmpty)
  }
}
