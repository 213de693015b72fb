// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaCalculus
import NablaExpressions
import NablaTensors
import Testing

@Suite struct CheckDerivativesTests {
  /// Exact derivatives are never refuted, whatever the function.
  @Test func exactDerivativesPass() throws {
    var (entries, undecided) = (0, 0)
    for reference in DerivativeReferenceTests.cases {
      let f = try Function(parsing: reference.expression, variables: reference.variables)
      let check = f.checkDerivatives(at: reference.point.map(\.value))
      #expect(check.passed, "\(reference):\n\(check)")
      entries += check.entries.count
      undecided += check.undecided.count
    }
    print("CheckDerivativesTests: \(undecided) of \(entries) entries undecided")
    #expect(entries > 800)
    #expect(undecided < entries / 5)
  }

  /// Relative errors of 10⁻⁵ in single entries are found, and their place is named.
  @Test(arguments: [-1, 0, 0.5, 1 + 1e-5, 2, Double.infinity, .nan])
  func mistakesAreFound(_ factor: Double) throws {
    func f(_ x: [Double]) -> Double { x[0] * exp(x[1]) + sin(x[0] * x[2]) }
    func gradient(_ x: [Double]) -> [Double] {
      let c = cos(x[0] * x[2])
      return [exp(x[1]) + x[2] * c, x[0] * exp(x[1]), x[0] * c]
    }
    func hessian(_ x: [Double]) -> [[Double]] {
      let (s, c) = (sin(x[0] * x[2]), cos(x[0] * x[2]))
      return [
        [-x[2] * x[2] * s, exp(x[1]), c - x[0] * x[2] * s], [exp(x[1]), x[0] * exp(x[1]), 0],
        [c - x[0] * x[2] * s, 0, -x[0] * x[0] * s],
      ]
    }
    let x = [0.8, -0.4, 1.7]
    #expect(checkDerivatives(of: f, gradient: gradient, hessian: hessian, at: x).passed)
    for i in 0..<3 {
      let first = checkDerivatives(
        of: f,
        gradient: { (x: [Double]) in
          var g = gradient(x)
          g[i] *= factor
          return g
        }, at: x)
      #expect(first.disagreements.map(\.name) == ["∂f/∂x[\(i)]"], "\(factor)")
      for j in 0..<3 where !(i + j == 3 && i * j == 2) {
        let second = checkDerivatives(
          of: f, gradient: gradient,
          hessian: { (x: [Double]) in
            var h = hessian(x)
            h[i][j] *= factor
            return h
          }, at: x)
        #expect(second.disagreements.map(\.name) == ["∂²f/∂x[\(i)]∂x[\(j)]"], "\(factor)")
        #expect(second.disagreements.map(\.variables) == [[i, j]])
      }
    }
  }

  @Test func whatDifferencesDoNotTellIsUndecided() {
    let kink = Function { x, y in abs(x) * y }.checkDerivatives(at: [0, 2])
    #expect(kink.passed && kink.entries[0].verdict == .undecided && kink.entries[0].status == .kink)
    #expect(kink.entries[1].verdict == .agrees)
    let outside = Function { x in log(x) }.checkDerivatives(at: [-1])
    #expect(outside.passed && outside.entries[0].status == .nonFinite)
    let steep = Function { x in sqrt(x) }.checkDerivatives(at: [0])
    #expect(steep.passed && steep.undecided.count == 2, "\(steep)")
    // Two digits of a function that has three.
    let rough = checkDerivatives(
      of: { ($0[0] * 1e3).rounded() / 1e3 }, gradient: { _ in [1] }, at: [0.3],
      options: .init(functionPrecision: 1e-3))
    #expect(rough.passed && rough.undecided.count == 1, "\(rough)")
  }

  @Test func listsOfOutputs() throws {
    let f = Function(2, parameters: 1) { x, p in [x[0] * x[1] * p[0], exp(x[0])] }
    let check = f.checkDerivatives(at: [1, 2], parameters: [3])
    #expect(check.passed && check.undecided.isEmpty)
    #expect(check.entries.count == 4 + 8)
    #expect(
      check.entries.map(\.name).prefix(5).suffix(3) == ["∂f[1]/∂x0", "∂f[1]/∂x1", "∂²f[0]/∂x0∂x0"])
    #expect(check.entries[5].derivative == 3 && check.entries[5].output == 0, "∂²f[0]/∂x0∂x1")
    let byHand = checkDerivatives(
      of: { [$0[0] * $0[1], exp($0[0])] }, jacobian: { [[$0[1], $0[0]], [0, exp($0[0])]] }, at: [1, 2])
    #expect(byHand.disagreements.map(\.name) == ["∂f[1]/∂x[0]", "∂f[1]/∂x[1]"])
  }

  @Test func bounds() {
    var lowest = 1.0
    let check = checkDerivatives(
      of: { x in
        lowest = min(lowest, x[0])
        return x[0] * x[0]
      }, gradient: { [2 * $0[0]] }, at: [0], options: .init(lowerBounds: [0]))
    #expect(lowest == 0 && check.passed)
  }

  struct Stopped: Error {}

  @Test func errorsAreThatOfTheFunction() {
    #expect(throws: Stopped.self) {
      try checkDerivatives(
        of: { (x: [Double]) throws(Stopped) -> Double in
          if x[0] > 1 { throw Stopped() }
          return x[0]
        }, gradient: { (_: [Double]) throws(Stopped) -> [Double] in [1] }, at: [1])
    }
  }

  @Test func inPrint() {
    let check = checkDerivatives(
      of: { x in x[0] * exp(x[1]) }, gradient: { x in [exp(x[1]), exp(x[1])] }, at: [2, 0])
    let lines = check.description.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[0] == "FAILED first derivatives: 1 of 2 agree, 1 disagree")
    #expect(lines[1].hasPrefix("  disagrees: ∂f/∂x[1] is 1.0; finite differences give "))
    #expect(lines[1].contains("a relative error of 0.5") || lines[1].contains("a relative error of 0.49999"))
    let passed = Function { x, y in x * y }.checkDerivatives(at: [1, 2]).description
    #expect(passed == "ok     first derivatives: 2 of 2 agree\nok     second derivatives: 4 of 4 agree")
  }
}
