// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaCalculus
import NablaCriticalPoints
import NablaExpressions
import NablaOptimization
import TestSupport
import Testing

/// What the structure of a function gives: sums of parts, and the count of points by topology.
struct StructureTests {
  private func points(
    _ text: String, _ lower: [Double], _ upper: [Double], certify: Bool = true
  ) throws -> CriticalPoints {
    let expression = try Expr(parsing: text)
    return Function(expression, of: expression.variables).criticalPoints(
      in: try Box(lower: lower, upper: upper), certify: certify)
  }

  @Test(.enabled(if: isRelease)) func tenVariablesPartByPart() throws {
    let text = (1...10).map { "x\($0)^4-16*x\($0)^2+5*x\($0)" }.joined(separator: "+")
    let result = try points(text, Array(repeating: -5, count: 10), Array(repeating: 5, count: 10))
    #expect(result.isComplete && result.points.count == 59049 && result.points.allSatisfy(\.isCertified))
    #expect(result.points.count { $0.kind == .minimum } == 1024)
    #expect(result.points.count { $0.kind == .maximum } == 1)
    #expect(result.morseCount == MorseCount(sum: 1, expected: 1))
  }

  /// Part by part, and all variables at once.
  @Test(arguments: [
    "x^4-3*x^2+y^4-2*y^2+x*y+z^4-z^2", "sin(x)+y^3-y+z^2", "x^3+y^4+z^2", "x*y+cos(z)", "(x*y)^2+z^2",
    "exp(x)+y^2+z^2", "log(x+5)+x^2+y^2*z", "x^2+sqrt(y+3)-0.5*y+z^4",
  ])
  func bothWaysAgree(_ text: String) throws {
    let expression = try Expr(parsing: text)
    let f = Function(expression, of: expression.variables)
    let box = try Box(lower: [-2, -2, -2], upper: [2.1, 2.2, 2.3])
    var options = CriticalPointSearchOptions()
    let parts = f.criticalPoints(in: box, certify: true, options: options)
    options.usesSeparability = false
    let whole = f.criticalPoints(in: box, certify: true, options: options)
    #expect(parts.points.count == whole.points.count)
    for point in parts.points {
      let other = whole.points.first { zip($0.point, point.point).allSatisfy { abs($0 - $1) < 1e-9 } }
      #expect(other?.kind == point.kind && other?.index == point.index, "\(point.point)")
      #expect(abs((other?.value ?? .nan) - point.value) < 1e-12)
      #expect(zip(other?.eigenvalues ?? [], point.eigenvalues).allSatisfy { abs($0 - $1) < 1e-8 })
    }
    #expect(parts.nonIsolated.map(\.dimension) == whole.nonIsolated.map(\.dimension))
    // Parts may decide what the whole cannot, not the other way round.
    #expect(parts.isComplete || !whole.isComplete)
  }

  /// All parts together keep to the limits of one search.
  @Test func partsShareTheBudget() throws {
    let part = "sin(7*X)*sin(7*Y)*exp(X*Y/9)"
    let text = ["ab", "cd", "gh"].map { pair in
      part.replacingOccurrences(of: "X", with: "\(pair.first!)").replacingOccurrences(
        of: "Y", with: "\(pair.last!)")
    }.joined(separator: "+")
    let expression = try Expr(parsing: text)
    var options = CriticalPointSearchOptions()
    options.certification.maxBoxes = 60
    let result = Function(expression, of: expression.variables).criticalPoints(
      in: try Box(lower: Array(repeating: -3, count: 6), upper: Array(repeating: 3, count: 6)), certify: true,
      options: options)
    #expect(!result.isComplete && (result.certification?.boxes ?? 0) <= 60)
  }

  @Test func sumsThatOnlyLookLikeSums() throws {
    // The second derivatives of |x+y| are zero, and still it is no sum.
    let kink = try points("abs(x+y)+x^2+y^2-x", [-2, -2], [2, 2])
    #expect(kink.points.isEmpty)
    let undefined = try points("1/x+1/y+x+y", [-3, -3], [3, 3])
    #expect(undefined.isComplete && undefined.points.count == 4)
    let none = try points("log(-1-x^2)+y^2", [-1, -1], [1, 1])
    #expect(none.points.isEmpty)
  }

  @Test(
    arguments: [
      ("(x^2+y-11)^2+(x+y^2-7)^2", 6.0, 1), ("-(x^2+y-11)^2-(x+y^2-7)^2", 6, 1), ("x^2+y^2", 1, 1),
      ("x^2-y^2", 1, nil), ("x^2*y+y", 1, nil), ("abs(x)+x^2+y^2", 1, nil),
      ("sin(3*x)*cos(2*y)+(x^2+y^2)", 4, 1),
    ] as [(String, Double, Int?)])
  func theCountFits(_ text: String, _ size: Double, _ expected: Int?) throws {
    let result = try points(text, [-size, -size], [size, size])
    #expect(result.morseCount?.expected == expected)
    if expected != nil { #expect(result.morseCount?.sum == expected && result.morseCount?.fits == true) }
  }

  @Test func theCountOfOneVariable() throws {
    #expect(try points("x^4-3*x^2", [-3], [3]).morseCount == MorseCount(sum: 1, expected: 1))
    #expect(try points("3*x^2-x^4", [-3], [3]).morseCount == MorseCount(sum: -1, expected: -1))
    #expect(try points("x^3-3*x", [-3], [3]).morseCount == MorseCount(sum: 0, expected: nil))
    #expect(!MorseCount(sum: 3, expected: 1).fits)
  }
}
